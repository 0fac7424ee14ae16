package policy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

// cloud is a grammar with an account and the callers tests ask as.
type cloud struct {
	g                   *policy.Grammar
	version             string
	account             string
	user, session       *policy.Principal
	action, resource    string // of a request
	every               string // an action that is every one
	trust, role, toRole string // a Principal that trusts the account; the role's name; the action of assuming it
}

func clouds() []cloud {
	const ali, hua, uc = "1234567890123456", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "65818677"
	return []cloud{
		{
			g: policy.RAM(), version: "1", account: ali,
			user: &policy.Principal{Type: policy.User, ARN: "acs:ram::" + ali + ":user/alice", Account: ali, ID: "200000000000000001"},
			session: &policy.Principal{Type: policy.AssumedRole, ARN: "acs:ram::" + ali + ":assumed-role/dev/s1", Account: ali,
				RoleARN: "acs:ram::" + ali + ":role/dev", SessionName: "s1"},
			action: "ecs:StartInstance", resource: "acs:ecs:cn-hangzhou:" + ali + ":instance/i-1", every: "*",
			trust: `{"RAM":["acs:ram::` + ali + `:root"]}`, role: "acs:ram::" + ali + ":role/dev", toRole: "sts:AssumeRole",
		},
		{
			g: policy.Huawei(), version: "5.0", account: hua,
			user: &policy.Principal{Type: policy.User, ARN: "iam::" + hua + ":user:alice", Account: hua, ID: "11112222333344445555666677778888"},
			session: &policy.Principal{Type: policy.AssumedRole, ARN: "sts::" + hua + ":assumed-agency:dev/s1", Account: hua,
				RoleARN: "iam::" + hua + ":agency:dev", SessionName: "s1"},
			action: "ecs:servers:get", resource: "ecs:cn-north-4:" + hua + ":instance:i-1", every: "*",
			trust: `{"IAM":["` + hua + `"]}`, role: "iam::" + hua + ":agency:dev", toRole: "sts:agencies:assume",
		},
		{
			g: policy.UCloud(), version: "1", account: uc,
			user: &policy.Principal{Type: policy.User, ARN: "ucs:iam::" + uc + ":user/alice", Account: uc},
			session: &policy.Principal{Type: policy.AssumedRole, ARN: "ucs:iam::" + uc + ":role/dev/s1", Account: uc,
				RoleARN: "ucs:iam::" + uc + ":role/dev", SessionName: "s1"},
			action: "uhost:TerminateUHostInstance", resource: "ucs:uhost:cn-bj2:" + uc + ":instance/uhost-abc", every: "*",
			trust: `{"UCS":["ucs:iam::` + uc + `:root"]}`, role: "ucs:iam::" + uc + ":role/dev", toRole: "sts:AssumeRole",
		},
	}
}

// in wraps the members of one statement into a document.
func (c cloud) in(members string) string {
	return fmt.Sprintf(`{"Version":%q,"Statement":[{%s}]}`, c.version, members)
}

func (c cloud) source(t testing.TB, use policy.Use, doc string) policy.Source {
	t.Helper()
	d, err := policy.Parse(c.g, use, []byte(doc))
	if err != nil {
		t.Fatalf("%s %s: %v", c.g.Name(), doc, describe(err))
	}
	return policy.Source{ID: use.String(), Type: use.String(), Policy: d.Compile()}
}

// say is a policy of one statement.
func (c cloud) say(t testing.TB, use policy.Use, effect, action, more string) policy.Source {
	t.Helper()
	resource := `,"Resource":"*"`
	if use == policy.Trust || strings.Contains(more, "Resource") {
		resource = ""
	}
	return c.source(t, use, c.in(fmt.Sprintf(`"Effect":%q,"Action":%q%s%s`, effect, action, resource, more)))
}

func (c cloud) request(p *policy.Principal, told policy.MapKeys) *policy.Request {
	return &policy.Request{Principal: p, Action: c.action, Resource: c.resource, ResourceAccount: c.account, Keys: told}
}

func (c cloud) assume(p *policy.Principal) *policy.Request {
	return &policy.Request{Principal: p, Action: c.toRole, Resource: c.role, ResourceAccount: c.account}
}

// What a grammar does not have is refused, with its place.
func TestGrammarsRefuse(t *testing.T) {
	ali, hua, uc := clouds()[0], clouds()[1], clouds()[2]
	const allow, all = `"Effect":"Allow","Action":"*","Resource":"*"`, `"Effect":"Allow","Action":"*"`
	cond := func(s string) string { return allow + `,"Condition":` + s }
	for _, c := range []struct {
		cloud cloud
		use   policy.Use
		doc   string
		want  string
	}{
		{ali, policy.Managed, `{"Statement":[{` + allow + `}]}`, `must state its Version, "1"`},
		{ali, policy.Managed, `{"Version":"2012-10-17","Statement":[{` + allow + `}]}`, "no version"},
		{ali, policy.Managed, `{"Version":1,"Statement":[{` + allow + `}]}`, "must be a string"},
		{ali, policy.Managed, `{"Version":"1","Id":"x","Statement":[{` + allow + `}]}`, `unknown element "Id"`},
		{ali, policy.Managed, `{"Version":"1","Statement":{` + allow + `}}`, "list of objects"},
		{ali, policy.Managed, `{"Version":"1","Statement":[]}`, "empty list"},
		{ali, policy.Managed, ali.in(allow + `,"Sid":"a"`), `unknown element "Sid"`},
		{ali, policy.Managed, ali.in(`"Effect":"Allow","Action":"*","NotResource":"*"`), `unknown element "NotResource"`},
		{ali, policy.Resource, ali.in(`"NotPrincipal":"*",` + allow), `unknown element "NotPrincipal"`},
		{ali, policy.Managed, ali.in(`"Principal":"*",` + allow), "attaching the policy"},
		{ali, policy.Managed, ali.in(`"Effect":"Allow","Action":"*"`), "names no resource"},
		{ali, policy.Managed, ali.in(`"Effect":"Allow","Action":"*","Resource":[null,"*"]`), "must be a string"},
		{ali, policy.Managed, ali.in(`"Effect":"Allow","Resource":"*"`), "names no action"},
		{ali, policy.Managed, ali.in(`"Effect":"Allow","Action":"Describe*","Resource":"*"`), "service:operation"},
		{ali, policy.Managed, ali.in(`"Effect":"Allow","Action":"ecs:a:b","Resource":"*"`), "service:operation"},
		{ali, policy.Managed, ali.in(`"Effect":"Allow","Action":"e*s:Get","Resource":"*"`), "the service is written out"},
		{ali, policy.Managed, ali.in(`"Effect":"Allow","Action":"ecs:","Resource":"*"`), "a part of the action is empty"},
		{ali, policy.Managed, ali.in(`"Effect":"Allow","Action":"ecs:a b","Resource":"*"`), "no white space"},
		{ali, policy.Managed, ali.in(`"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/*"`), "acs:service:region:account:id"},
		{ali, policy.Managed, ali.in(`"Effect":"Allow","Action":"*","Resource":"acs:oss:*"`), "acs:service:region:account:id"},
		{ali, policy.Managed, ali.in(`"Effect":"Allow","Action":"*","Resource":"acs::*:*:x"`), "names no service"},
		{ali, policy.Managed, ali.in(`"Effect":"Allow","Action":"*","Resource":"acs:oss:*:*:"`), "ends before it names"},
		{ali, policy.Managed, ali.in(cond(`{"Null":{"acs:SourceVpc":"true"}}`)), `no condition operator "Null"`},
		{ali, policy.Managed, ali.in(cond(`{"StringEqualsIfExists":{"a":"b"}}`)), "no condition operator"},
		{ali, policy.Managed, ali.in(cond(`{"ForAllValues:StringEquals":{"a":"b"}}`)), "no condition operator"},
		{ali, policy.Managed, ali.in(cond(`{"StringEquals":{}}`)), "asks for no key"},
		{ali, policy.Managed, ali.in(cond(`{"StringEquals":{"a":[]}}`)), "asks for no value of a"},
		{ali, policy.Managed, ali.in(cond(`{"Bool":{"acs:MFAPresent":true}}`)), "a condition value is a string"},
		{ali, policy.Managed, ali.in(cond(`{"Bool":{"acs:MFAPresent":"yes"}}`)), `"yes" is not a value of Bool`},
		{ali, policy.Managed, ali.in(cond(`{"NumericLessThan":{"a":"1e3"}}`)), "not a value"},
		{ali, policy.Managed, ali.in(cond(`{"DateLessThan":{"acs:CurrentTime":"1700000000"}}`)), "not a value"},
		{ali, policy.Managed, ali.in(cond(`{"DateLessThan":{"acs:CurrentTime":"2026-01-01T00:00:00"}}`)), "not a value"},
		{ali, policy.Managed, ali.in(cond(`{"IpAddress":{"acs:SourceIp":"fe80::1%eth0"}}`)), "not a value"},
		{ali, policy.Managed, ali.in(cond(`{"IpAddress":{"acs:SourceIp":"10.0.0.0/33"}}`)), "not a value"},
		{ali, policy.Trust, ali.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"`), "does not name everyone"},
		{ali, policy.Trust, ali.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"*"}`), "no wildcards"},
		{ali, policy.Trust, ali.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::*:root"}`), "no wildcards"},
		{ali, policy.Trust, ali.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"1234567890123456"}`), "root, of a user or of a role"},
		{ali, policy.Trust, ali.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1234567890123456:saml-provider/x"}`), "root, of a user or of a role"},
		{ali, policy.Trust, ali.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"123456789012"}`), "RAM, Service, Federated"},
		{ali, policy.Trust, ali.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Federated":"acs:ram::1234567890123456:user/x"}`), "SAML or OIDC provider"},
		{ali, policy.Trust, ali.in(`"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity","Principal":{"RAM":"acs:ram::1234567890123456:root"}`), "names only sts:assumerole"},
		{ali, policy.Trust, ali.in(`"Effect":"Allow","Action":"sts:*","Principal":{"RAM":"acs:ram::1234567890123456:root"}`), "names only"},
		{ali, policy.Trust, ali.in(`"Effect":"Allow","NotAction":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1234567890123456:root"}`), "names only"},
		{ali, policy.Trust, ali.in(`"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*","Principal":{"RAM":"acs:ram::1234567890123456:root"}`), "names no resource"},
		{ali, policy.Trust, ali.in(`"Effect":"Allow","Action":"sts:AssumeRole"`), "needs Principal"},
		{ali, policy.RCP, ali.in(allow), "no policies of the kind rcp"},

		{hua, policy.Managed, `{"Version":"1.1","Statement":[{` + all + `}]}`, "no version"},
		{hua, policy.Managed, `{"Version":"5.0","Statement":{` + all + `}}`, "list of objects"},
		{hua, policy.Managed, hua.in(`"Effect":"Allow","Action":"ecs:get"`), "service:type:operation"},
		{hua, policy.Managed, hua.in(`"Effect":"Allow","Action":":a:b"`), "a part of the action is empty"},
		{hua, policy.Managed, hua.in(all + `,"Resource":[]`), "names no resource"},
		{hua, policy.Managed, hua.in(all + `,"Resource":"*","NotResource":"*"`), "both Resource and NotResource"},
		{hua, policy.Managed, hua.in(all + `,"Resource":"obs:*:*:object"`), "service:region:account:type:path"},
		{hua, policy.Managed, hua.in(all + `,"Resource":"obs:*:${g:DomainId}:object:x"`), "only in the last part"},
		{hua, policy.Managed, hua.in(all + `,"Resource":"obs:*:*:object:${g:UserName"`), "not closed"},
		{hua, policy.Managed, hua.in(all + `,"Condition":{"StringLike":{"g:UserName":"a"}}`), "no condition operator"},
		{hua, policy.Managed, hua.in(all + `,"Condition":{"NumericEquals":{"g:MFAAge":"1"}}`), "no condition operator"},
		{hua, policy.Managed, hua.in(all + `,"Condition":{"DateEquals":{"g:CurrentTime":"2026-01-01T00:00:00Z"}}`), "no condition operator"},
		{hua, policy.Managed, hua.in(all + `,"Condition":{"ArnLike":{"a":"b"}}`), "no condition operator"},
		{hua, policy.Managed, hua.in(all + `,"Condition":{"NullIfExists":{"a":"true"}}`), "no condition operator"},
		{hua, policy.Managed, hua.in(all + `,"Condition":{"StringEquals":{"a":"${g:x, 'it's'}"}}`), "not closed"},
		{hua, policy.Managed, hua.in(all + `,"Condition":{"StringEquals":{"a":"${g:x y}"}}`), "a variable is written"},
		{hua, policy.Trust, hua.in(`"Effect":"Allow","Action":"sts:agencies:assume","Principal":{"IAM":"iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:user:alice"}`), "g:PrincipalUrn"},
		{hua, policy.Trust, hua.in(`"Effect":"Allow","Action":"sts:agencies:assume","Principal":{"IAM":"*"}`), "no wildcards"},
		{hua, policy.Resource, hua.in(`"Effect":"Allow","Action":"*","Principal":"*"`), `{"IAM": …}`},
		{hua, policy.Trust, hua.in(`"Effect":"Allow","Action":"sts:agencies:assume","NotPrincipal":{"IAM":"0a1b2c3d4e5f60718293a4b5c6d7e8f9"}`), "everyone else"},
		{hua, policy.SCP, hua.in(`"Effect":"Allow","Action":"*","Resource":"ecs:*:*:instance:*"`), "every resource"},
		{hua, policy.SCP, hua.in(`"Effect":"Allow","NotAction":"ecs:*:*"`), "no NotAction"},
		{hua, policy.SCP, hua.in(all + `,"Condition":{"Bool":{"g:MFAPresent":"true"}}`), "no Condition"},
		{hua, policy.SCP, hua.in(`"Effect":"Deny","Action":"*","NotResource":"*"`), "no NotResource"},
		{hua, policy.SCP, hua.in(`"Effect":"Deny","Action":"ecs:*:get"`), "stands alone or ends"},
		{hua, policy.SCP, hua.in(`"Effect":"Deny","Action":"ecs:servers:?"`), "stands alone or ends"},

		{uc, policy.Managed, uc.in(allow + `,"Condition":{"Bool":{"x":"true"}}`), `unknown element "Condition"`},
		{uc, policy.Managed, uc.in(`"Effect":"Allow","NotAction":"*","Resource":"*"`), `unknown element "NotAction"`},
		{uc, policy.Managed, uc.in(`"Effect":"Allow","Action":"*","NotResource":"*"`), `unknown element "NotResource"`},
		{uc, policy.Managed, uc.in(`"Effect":"Allow","Action":"*"`), "names no resource"},
		{uc, policy.Trust, uc.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"`), "no wildcards"},
		{uc, policy.Trust, uc.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"UCS":"ucs:iam::65818677:user/alice"}`), "company's root"},
		{uc, policy.Trust, uc.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":[]`), "list of principals is empty"},
		{uc, policy.Resource, uc.in(`"Principal":{"UCS":"ucs:iam::65818677:root"},` + allow), "no policies of the kind resource"},
		{uc, policy.SCP, uc.in(allow), "no policies of the kind scp"},
	} {
		_, err := policy.Parse(c.cloud.g, c.use, []byte(c.doc))
		var refused *policy.SyntaxError
		if !errors.As(err, &refused) {
			t.Errorf("%s accepts as %s: %s", c.cloud.g.Name(), c.use, c.doc)
			continue
		}
		first := refused.Faults[0]
		if !strings.Contains(first.Detail, c.want) {
			t.Errorf("%s %s: %q, want %q (%+v)", c.cloud.g.Name(), c.doc, first.Detail, c.want, refused.Faults)
		}
		if place := fmt.Sprintf("line %d, column %d: ", first.Pos.Line, first.Pos.Column); err.Error() != place+first.Detail {
			t.Errorf("%s: %q", c.doc, err)
		}
		// What the cloud makes of such a document is not known: it is not read for deciding either.
		if d, _ := policy.Read(c.cloud.g, c.use, []byte(c.doc)); d != nil {
			t.Errorf("%s reads %s", c.cloud.g.Name(), c.doc)
		}
	}
}

func TestGrammarsAccept(t *testing.T) {
	ali, hua, uc := clouds()[0], clouds()[1], clouds()[2]
	const all = `"Effect":"Allow","Action":"*"`
	for _, c := range []struct {
		cloud cloud
		use   policy.Use
		doc   string
	}{
		{ali, policy.Managed, ali.in(`"Effect":"Deny","NotAction":["*:Describe*","ecs:?et"],"Resource":["acs:*:*:*:*","*"]`)},
		{ali, policy.Managed, ali.in(all + `,"Resource":"acs:oss:*:*:b/${acs:UserName}","Condition":{}`)},
		{ali, policy.Session, ali.in(all + `,"Resource":"*","Condition":{"DateLessThan":{"acs:CurrentTime":"2026-01-01T00:00:00+08:00"},"NumericEquals":{"a":"-1.5"},"NotIpAddress":{"acs:SourceIp":["10.0.0.0/8","::1"]}}`)},
		{ali, policy.Resource, ali.in(all + `,"Resource":"*","Principal":"*"`)},
		{ali, policy.SCP, ali.in(`"Effect":"Deny","NotAction":"ram:*","Resource":"*","Condition":{"StringNotLike":{"acs:PrincipalARN":"acs:ram:*:*:role/x"}}`)},
		{ali, policy.Trust, ali.in(`"Effect":"Allow","Action":"STS:assumeRole","Principal":{"RAM":["acs:ram::1234567890123456:root","acs:ram::1234567890123456:role/dev"],"Service":"ecs.aliyuncs.com","Federated":"acs:ram::1234567890123456:saml-provider/x"}`)},
		{hua, policy.Managed, hua.in(`"Sid":"any text: 1","Effect":"Allow","Action":["iam::getAccountSummaryV5","i*:*:get*"]`)},
		{hua, policy.Managed, hua.in(all + `,"Condition":{"ForAnyValue:StringNotMatchIfExists":{"g:TagKeys":["a*"]},"Null":{"g:SourceVpce":"true"},"StringStartWith":{"g:UserName":"${g:x, 'it''s'}"}}`)},
		{hua, policy.SCP, hua.in(`"Effect":"Deny","Action":["ecs:*:*","obs:bucket:del*","*"],"Resource":"ecs:*:*:instance:*","Condition":{"Bool":{"g:MFAPresent":"false"}}`)},
		{hua, policy.Resource, hua.in(`"Effect":"Deny","NotPrincipal":{"IAM":"0a1b2c3d4e5f60718293a4b5c6d7e8f9"},"Action":"*"`)},
		{hua, policy.Trust, hua.in(`"Effect":"Allow","Action":["sts:agencies:assume","sts::tagSession"],"Principal":{"Service":"service.ECS","Identity_provider":"iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:oidcProvider:p"}`)},
		{uc, policy.Managed, uc.in(`"Effect":"Allow","Action":["uhost:Create*"],"Resource":["ucs:uhost:*:65818677:instance/*"]`)},
		{uc, policy.Trust, uc.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":"ucs:iam::65818677:root"`)},
		{uc, policy.Trust, uc.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":["ucs:iam::65818677:root"]`)},
		{uc, policy.Trust, uc.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"IAM":"ucs:iam::65818677:root","Service":"ulb.ucloud.cn"}`)},
	} {
		d, err := policy.Parse(c.cloud.g, c.use, []byte(c.doc))
		if err != nil {
			t.Errorf("%s %s: %v", c.cloud.g.Name(), c.doc, err)
			continue
		}
		if d.Grammar() != c.cloud.g || d.Version() != c.cloud.version {
			t.Errorf("%s: %s %q", c.doc, d.Grammar().Name(), d.Version())
		}
	}
}

func TestGrammarFacts(t *testing.T) {
	var names []string
	for _, g := range policy.Grammars() {
		names = append(names, g.Name())
	}
	if got := strings.Join(names, " "); got != "aws alibaba huawei ucloud" || policy.Grammars()[0] != policy.AWS() {
		t.Error(got)
	}
	for _, c := range []struct {
		g      *policy.Grammar
		use    policy.Use
		limit  int
		spaces bool
	}{
		{policy.AWS(), policy.Managed, 6144, false},
		{policy.AWS(), policy.Inline, 0, false},
		{policy.RAM(), policy.Session, 2048, true},
		{policy.Huawei(), policy.SCP, 5120, true},
		{policy.UCloud(), policy.Managed, 0, false},
	} {
		limit, spaces, ok := c.g.MaxSize(c.use)
		if limit != c.limit || spaces != c.spaces || ok != (c.limit > 0) {
			t.Errorf("%s %s: %d %v %v", c.g.Name(), c.use, limit, spaces, ok)
		}
	}
	for resource, want := range map[string]string{
		"acs:ram:*:1234567890123456:role/a:b": "1234567890123456", "acs:ram:*:*:role/x": "", "acs:ram:*:system:policy/x": "", "*": "",
		"arn:aws:iam::123456789012:role/x": "",
	} {
		if got, ok := policy.RAM().Owner(resource); got != want || ok != (want != "") {
			t.Errorf("%s: %q %v", resource, got, ok)
		}
	}
	if got, _ := policy.Huawei().Owner(clouds()[1].resource); got != clouds()[1].account {
		t.Error(got)
	}
	if got, _ := policy.AWS().Owner("arn:aws:iam::123456789012:role/x"); got != "123456789012" {
		t.Error(got)
	}
}

// How a pattern and the name of a resource find each other.
func TestGrammarResources(t *testing.T) {
	ali, hua, uc := clouds()[0], clouds()[1], clouds()[2]
	for _, c := range []struct {
		cloud             cloud
		pattern, resource string
		want              bool
	}{
		// RAM asks on a name with a star where the region would be; roles are called without.
		{ali, "acs:ram::1234567890123456:role/dev", "acs:ram:*:1234567890123456:role/dev", true},
		{ali, "acs:ram:*:1234567890123456:role/dev", "acs:ram::1234567890123456:role/dev", true},
		{ali, "acs:ram:::role/dev", "acs:ram::1234567890123456:role/dev", true},
		{ali, "acs:ram:::role/dev", "acs:ram::1234567890123456:role/prod", false},
		{ali, "acs:ram:*:*:role/Dev", "acs:ram::1234567890123456:role/dev", false},
		{ali, "acs:oss:oss-cn-beijing:*:b", "acs:oss:oss-cn-hangzhou:1234567890123456:b", false},
		{ali, "acs:ecs:*:*:instance/*", "acs:ecs:cn-hangzhou:1234567890123456:instance/i-1", true},
		// A star stays in its field, whatever stands behind it.
		{ali, "acs:ecs:*:1234567890123456:i", "acs:ecs:cn-hangzhou:6543210987654321:x:1234567890123456:i", false},
		{ali, "acs:oss:*:*:b/*", "acs:oss:r:1234567890123456:b/x:y", true},
		{ali, "acs:oss:*:*:b/*", "*", false},
		{ali, "*", "*", true},
		{ali, "acs:oss:*:*:b/${acs:UserName}", "acs:oss:*:1234567890123456:b/${acs:UserName}", true},
		{hua, "obs:*:*:object:b/*", "obs:::object:b/x:y", true},
		{hua, "iam::*:agency:*", "iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:path/x", true},
		{hua, "iam::*:agency:*", "iam:*:0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:x", false},
		{hua, "iam:*:*:user:*", "iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:x", false},
		{uc, "ucs:uhost:*:65818677:instance/*", "ucs:uhost:cn-bj2:65818677:instance/uhost-abc", true},
		{uc, "ucs:iam:*:65818677:role/dev", "ucs:iam::65818677:role/dev", true},
		{uc, "ucs:iam::65818677:role/dev", "ucs:iam:cn-bj2:65818677:role/dev", false},
	} {
		s := c.cloud.say(t, policy.Managed, "Allow", "*", fmt.Sprintf(`,"Resource":[%q]`, c.pattern))
		r := c.cloud.request(c.cloud.user, nil)
		r.Resource = c.resource
		l := &policy.Layers{Grammar: c.cloud.g, Identity: policy.NewSet(s)}
		if got := verdict(t, l, r) == policy.Allow; got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.resource, got)
		}
	}
}

// Conditions in Huawei's grammar.
func TestHuaweiConditions(t *testing.T) {
	c := clouds()[1]
	for _, row := range []struct {
		effect, condition string
		told              []string
		matches           bool
	}{
		{"Allow", `{"StringStartWith":{"g:UserName":"al*"}}`, []string{"g:UserName=al*ce"}, true},
		{"Allow", `{"StringStartWith":{"g:UserName":"al*"}}`, []string{"g:UserName=alice"}, false}, // the star is a letter
		{"Allow", `{"StringEndWith":{"g:UserName":"ce"}}`, []string{"g:UserName=alice"}, true},
		{"Allow", `{"StringEndWith":{"g:UserName":"${g:x}"}}`, []string{"g:UserName=alice", "g:x=ce"}, true},
		{"Allow", `{"StringEquals":{"g:UserName":"${g:x, 'it''s'}"}}`, []string{"g:UserName=it's"}, true},
		// A variable without a value keeps the statement from matching, also a Deny and also under a negated operator.
		{"Allow", `{"StringNotEquals":{"g:UserName":"${g:x}"}}`, []string{"g:UserName=a"}, false},
		{"Deny", `{"StringNotEquals":{"g:UserName":"${g:x}"}}`, []string{"g:UserName=a"}, false},
		{"Deny", `{"StringNotEquals":{"g:UserName":["b","${g:x}"]}}`, []string{"g:UserName=a"}, false},
		{"Allow", `{"StringEqualsIfExists":{"g:none":"${g:x}"}}`, nil, false},
		{"Allow", `{"StringEquals":{"g:UserName":"${g:x}"}}`, []string{"g:UserName=a", "g:x=[a]"}, false},
		// Whether a second value saves it is not documented: never in an Allow, always in a Deny.
		{"Allow", `{"StringEquals":{"g:UserName":["a","${g:x}"]}}`, []string{"g:UserName=a"}, false},
		{"Deny", `{"StringEquals":{"g:UserName":["a","${g:x}"]}}`, []string{"g:UserName=a"}, true},
		// A value that is not of the operator's type satisfies nothing.
		{"Allow", `{"NumberNotEquals":{"g:MFAAge":"1"}}`, []string{"g:MFAAge=old"}, false},
		{"Deny", `{"NumberNotEquals":{"g:MFAAge":"1"}}`, []string{"g:MFAAge=old"}, false},
		{"Allow", `{"Bool":{"g:MFAPresent":"false"}}`, []string{"g:MFAPresent=perhaps"}, false},
		{"Allow", `{"Bool":{"g:MFAPresent":"false"}}`, []string{"g:MFAPresent=False"}, true},
		{"Allow", `{"NumberNotEquals":{"g:MFAAge":"1"}}`, nil, true},
		{"Allow", `{"DateLessThan":{"g:CurrentTime":"2022-08-01T00:00:00Z"}}`, []string{"g:CurrentTime=2022-07-31T23:59:59Z"}, true},
	} {
		l := &policy.Layers{Grammar: c.g, Identity: policy.NewSet(c.say(t, policy.Managed, row.effect, "*", `,"Condition":`+row.condition))}
		if row.effect == "Deny" {
			l.Identity = with(l.Identity, c.say(t, policy.Managed, "Allow", "*", ""))
		}
		got := verdict(t, l, c.request(c.user, keys(row.told...)))
		if matches := got == policy.Allow == (row.effect == "Allow"); matches != row.matches {
			t.Errorf("%s %s, %q: %s", row.effect, row.condition, row.told, got)
		}
	}
}

// A resource whose variable has no value: of a list, in an Allow it spoils the
// rest, and it never makes NotResource reach anything.
func TestHuaweiUnresolvedResources(t *testing.T) {
	c := clouds()[1]
	const open = `"ecs:*:*:instance:${g:none}"`
	for _, row := range []struct {
		effect, resource string
		matches          bool
	}{
		{"Allow", `"Resource":[` + open + `]`, false},
		{"Allow", `"Resource":[` + open + `,"*"]`, false},
		{"Deny", `"Resource":[` + open + `,"*"]`, true},
		{"Allow", `"NotResource":[` + open + `]`, false},
		{"Deny", `"NotResource":[` + open + `]`, false},
		{"Deny", `"NotResource":["ecs:*:*:instance:${g:none, 'x'}"]`, true},
	} {
		l := &policy.Layers{Grammar: c.g, Identity: policy.NewSet(c.say(t, policy.Managed, row.effect, "*", ","+row.resource))}
		if row.effect == "Deny" {
			l.Identity = with(l.Identity, c.say(t, policy.Managed, "Allow", "*", ""))
		}
		if matches := verdict(t, l, c.request(c.user, nil)) == policy.Allow == (row.effect == "Allow"); matches != row.matches {
			t.Errorf("%s %s: %v", row.effect, row.resource, matches)
		}
	}
}

func TestHuaweiNotPrincipalSparesTheAccount(t *testing.T) {
	c := clouds()[1]
	deny := func(account string) *policy.Layers {
		s := c.source(t, policy.Resource, c.in(`"Effect":"Deny","NotPrincipal":{"IAM":"`+account+`"},"Action":"*"`))
		return &policy.Layers{Grammar: c.g, Resource: &s, Identity: policy.NewSet(c.say(t, policy.Managed, "Allow", "*", ""))}
	}
	for _, who := range []*policy.Principal{c.user, c.session} {
		if got := verdict(t, deny(c.account), c.request(who, nil)); got != policy.Allow {
			t.Errorf("%s: %s", who.ARN, got)
		}
		if got := verdict(t, deny(strings.Repeat("f", 32)), c.request(who, nil)); got != policy.ExplicitDeny {
			t.Errorf("%s: %s", who.ARN, got)
		}
	}
}

func TestGrammarVersion(t *testing.T) {
	for g, want := range map[*policy.Grammar]string{policy.AWS(): "2012-10-17", policy.RAM(): "1", policy.Huawei(): "5.0", policy.UCloud(): "1"} {
		if got := g.Version(); got != want {
			t.Errorf("%s: %s, want %s", g.Name(), got, want)
		}
	}
}
