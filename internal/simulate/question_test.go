package simulate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

func TestQuestionsThatAreRefused(t *testing.T) {
	v := state(t, nil)
	get := []string{"s3:GetObject"}
	bucket := policyOf("Allow", "s3:*", "arn:aws:s3:::box/*", `,"Principal":"*"`)
	for name, c := range map[string]struct {
		q    Question
		want fault.Error
	}{
		"no service":           {Question{Actions: []string{"s3:x", "GetObject"}}, fault.Error{Kind: fault.Invalid, What: fault.SimulatedAction, Name: "GetObject"}},
		"no resource name":     {Question{Actions: get, Resources: []string{"box"}}, fault.Error{Kind: fault.Invalid, What: fault.SimulatedResource, Name: "box"}},
		"half a resource name": {Question{Actions: get, Resources: []string{"arn:aws:s3"}}, fault.Error{Kind: fault.Invalid, What: fault.SimulatedResource, Name: "arn:aws:s3"}},
		"a star among others":  {Question{Actions: get, Resources: []string{a, "*"}}, fault.Error{Kind: fault.Invalid, What: fault.SimulatedResource, Name: "*"}},
		"no scenario":          {Question{Actions: get, Resources: []string{a}, Handling: "EC2-VPC-EBS"}, fault.Error{Kind: fault.Invalid, What: fault.SimulationOption, Name: "s3:GetObject"}},
		"an unknown scenario":  {Question{Actions: []string{"ec2:RunInstances"}, Resources: []string{a}, Handling: "EC3"}, fault.Error{Kind: fault.Invalid, What: fault.SimulationOption, Name: "ec2:RunInstances"}},
		"two boundaries":       {Question{Actions: get, Boundary: []string{bucket, bucket}}, fault.Error{Kind: fault.Limit, What: fault.SimulatedBoundary, Limit: 1}},
		"a broken policy":      {Question{Actions: get, Policies: []string{allow("s3:*", "*"), "{"}}, fault.Error{Kind: fault.Malformed, What: fault.SimulatedPolicy, Name: "2"}},
		"a broken boundary":    {Question{Actions: get, Boundary: []string{`{"Version":"2099-01-01","Statement":[]}`}}, fault.Error{Kind: fault.Malformed, What: fault.SimulatedBoundary, Name: "1"}},
		"a principal":          {Question{Actions: get, Policies: []string{bucket}}, fault.Error{Kind: fault.Malformed, What: fault.SimulatedPolicy, Name: "1"}},
		"a session as source":  {Question{Actions: get, Source: "arn:aws:sts::111111111111:assumed-role/clerk/desk"}, fault.Error{Kind: fault.Invalid, What: fault.EntityARN, Name: "arn:aws:sts::111111111111:assumed-role/clerk/desk"}},
		"the root as source":   {Question{Actions: get, Source: "arn:aws:iam::111111111111:root"}, fault.Error{Kind: fault.Invalid, What: fault.EntityARN, Name: "arn:aws:iam::111111111111:root"}},
		"no name as source":    {Question{Actions: get, Source: "this-is-no-resource-name"}, fault.Error{Kind: fault.Invalid, What: fault.EntityARN, Name: "this-is-no-resource-name"}},
		"nobody":               {Question{Actions: get, Source: "arn:aws:iam::111111111111:user/bob"}, fault.Error{Kind: fault.NotFound, What: fault.User, Name: "bob"}},
		"no role":              {Question{Actions: get, Source: "arn:aws:iam::111111111111:role/bob"}, fault.Error{Kind: fault.NotFound, What: fault.Role, Name: "bob"}},
		"no group":             {Question{Actions: get, Source: "arn:aws:iam::111111111111:group/bob"}, fault.Error{Kind: fault.NotFound, What: fault.Group, Name: "bob"}},
		"a session as caller":  {Question{Actions: get, Caller: "arn:aws:sts::111111111111:assumed-role/clerk/desk"}, fault.Error{Kind: fault.Invalid, What: fault.SimulatedCaller, Name: "arn:aws:sts::111111111111:assumed-role/clerk/desk"}},
		"an account as owner":  {Question{Actions: get, ResourceOwner: other}, fault.Error{Kind: fault.Invalid, What: fault.ResourceOwner, Name: other}},
		"a resource policy and no caller": {Question{Actions: get, Resources: []string{a}, ResourcePolicy: bucket},
			fault.Error{Kind: fault.Invalid, What: fault.CallerMissing}},
		"a resource policy and a group": {Question{Actions: get, Resources: []string{a}, ResourcePolicy: bucket, Source: "arn:aws:iam::111111111111:group/staff"},
			fault.Error{Kind: fault.Invalid, What: fault.CallerMissing}},
		"a resource policy and no resource": {Question{Actions: get, ResourcePolicy: bucket, Caller: annIs}, fault.Error{Kind: fault.Invalid, What: fault.EntityARN, Name: "*"}},
		"a broken resource policy": {Question{Actions: get, Resources: []string{a}, ResourcePolicy: "{", Caller: annIs},
			fault.Error{Kind: fault.Malformed, What: fault.ResourcePolicy}},
		"too much": {Question{Actions: get, Resources: slices.Repeat([]string{a}, 1001), Policies: slices.Repeat([]string{allow("*", "*")}, 1000)},
			fault.Error{Kind: fault.Limit, What: fault.Simulation, Limit: maxWork}},
	} {
		fails(t, v, name, c.q, c.want)
	}
	s := must[*Simulation](t)(New(v, &Question{Account: home, Resources: slices.Repeat([]string{a}, 201), Policies: slices.Repeat([]string{allow("*", "*")}, 100)}))
	if _, err := s.Ask("s3:GetObject"); fault.Of(err) == nil || fault.Of(err).What != fault.Simulation {
		t.Errorf("an answer of 20100 statements: %v", err)
	}
}

// Whoever asks about another account is told the same of those who exist there and of those who do not.
func TestAttack51_CrossTenantHandle(t *testing.T) {
	v := state(t, nil)
	for _, kind := range []string{"user", "role", "group"} {
		for _, name := range []string{"eve", "nobody"} {
			foreign := "arn:aws:iam::" + other + ":" + kind + "/" + name
			what := map[string]fault.What{"user": fault.User, "role": fault.Role, "group": fault.Group}[kind]
			fails(t, v, foreign, Question{Actions: []string{"s3:GetObject"}, Source: foreign}, fault.Error{Kind: fault.NotFound, What: what, Name: name})
			e := must[Entity](t)(ParseEntity(foreign))
			if _, err := Granting(v, home, e, "s3"); !fault.IsNotFound(err) {
				t.Errorf("granting to %s: %v", foreign, err)
			}
			if _, err := ContextKeys(v, home, foreign, nil); !fault.IsNotFound(err) {
				t.Errorf("keys of %s: %v", foreign, err)
			}
			if kind == "group" {
				continue
			}
			// As a caller it is only a name: neither its tags nor its id are told.
			q := Question{Caller: foreign, Policies: []string{policyOf("Allow", "*", "*", when(`{"StringEquals":{"aws:PrincipalArn":"`+foreign+`"},"Null":{"aws:userid":"false"}}`))}}
			if r := ask(t, v, q, "s3:GetObject"); r.Verdict != policy.ImplicitDeny || !slices.Equal(r.Missing, []string{"aws:userid"}) {
				t.Errorf("called by %s: %+v", foreign, r)
			}
		}
	}
}

func TestEntitiesAreFoundWhateverTheirPath(t *testing.T) {
	v := state(t, nil)
	for _, name := range []string{annIs, "arn:aws:iam::111111111111:user/ANN", "arn:aws:iam::111111111111:user/elsewhere/ann"} {
		if r := ask(t, v, Question{Source: name, Resources: []string{a}}, "s3:GetObject"); r.Verdict != policy.Allow {
			t.Errorf("%s: %s", name, r.Verdict)
		}
	}
}

// sources are the policies of the statements that made a decision.
func sources(r Result) string {
	var list []string
	for _, m := range r.Matched {
		list = append(list, m.Source)
	}
	return strings.Join(list, " ")
}

func TestPoliciesThatCount(t *testing.T) {
	const readers = "arn:aws:iam::111111111111:policy/Readers"
	v := state(t, func(tx *iam.Tx) {
		must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Name: "Readers", Document: allow("s3:Get*", "*")}))
		must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "bound", Boundary: readers}))
		must[*iam.User](t)(tx.PutUserPolicy(home, "bound", "Any", allow("s3:*", "*")))
	})
	entity := func(kind, name string) string { return "arn:aws:iam::" + home + ":" + kind + "/" + name }
	yes, no := true, false
	deny := policyOf("Deny", "s3:GetObject", "*", "")
	for name, c := range map[string]struct {
		q       Question
		action  string
		verdict policy.Verdict
		by      string
		bound   *bool
	}{
		"a user's own":          {Question{Source: annIs, Resources: []string{a}}, "s3:GetObject", policy.Allow, "user_ann_Get", nil},
		"its group's":           {Question{Source: annIs, Resources: []string{b}}, "s3:PutObject", policy.Allow, "group_staff_Put", nil},
		"attached twice":        {Question{Source: annIs}, "s3:DeleteObject", policy.Allow, "Delete", nil},
		"nothing":               {Question{Source: annIs, Resources: []string{b}}, "s3:GetObject", policy.ImplicitDeny, "", nil},
		"a group's":             {Question{Source: entity("group", "staff"), Resources: []string{b}}, "s3:PutObject", policy.Allow, "group_staff_Put", nil},
		"a role's":              {Question{Source: entity("role", "clerk")}, "s3:PutObject", policy.Allow, "role_clerk_Any", nil},
		"one more":              {Question{Source: annIs, Policies: []string{deny, allow("*", "*")}}, "s3:DeleteObject", policy.Allow, "Delete PolicyInputList.2", nil},
		"one that denies":       {Question{Source: annIs, Policies: []string{deny, allow("*", "*")}, Resources: []string{a}}, "s3:GetObject", policy.ExplicitDeny, "PolicyInputList.1", nil},
		"within the boundary":   {Question{Source: entity("user", "bound")}, "s3:GetObject", policy.Allow, "user_bound_Any", &yes},
		"outside the boundary":  {Question{Source: entity("user", "bound")}, "s3:PutObject", policy.ImplicitDeny, "", &no},
		"another boundary":      {Question{Source: entity("user", "bound"), Boundary: []string{allow("s3:Put*", "*")}}, "s3:PutObject", policy.Allow, "user_bound_Any", &yes},
		"the boundary denies":   {Question{Source: annIs, Boundary: []string{deny}, Resources: []string{a}}, "s3:GetObject", policy.ExplicitDeny, "PermissionsBoundaryPolicyInputList.1", &no},
		"only what was given":   {Question{Policies: []string{allow("s3:GetObject", "*")}}, "S3:gEtObJeCt", policy.Allow, "PolicyInputList.1", nil},
		"a pattern as a name":   {Question{Policies: []string{allow("s3:GetObject", "*")}}, "s3:*", policy.ImplicitDeny, "", nil},
		"an action nobody has":  {Question{Policies: []string{allow("*", "*")}}, "madeup:Action", policy.Allow, "PolicyInputList.1", nil},
		"an odd policy":         {Question{Policies: []string{`{"Statement":{"Effect":"Allow","Action":"s3:a:b","Resource":"nothing"}}`}}, "s3:GetObject", policy.ImplicitDeny, "", nil},
		"no policy at all":      {Question{}, "s3:GetObject", policy.ImplicitDeny, "", nil},
		"a launch by its parts": {Question{Policies: []string{allow("ec2:*", "*")}, Resources: []string{"arn:aws:ec2:eu:1:instance/*", "arn:aws:ec2:eu::image/x"}, Handling: "EC2-VPC-EBS-Subnet"}, "ec2:RunInstances", policy.Allow, "PolicyInputList.1", nil},
	} {
		r := ask(t, v, c.q, c.action)
		if r.Verdict != c.verdict || sources(r.Result) != c.by || fmt.Sprint(r.Missing) != "[]" || (r.Boundary == nil) != (c.bound == nil) || r.Boundary != nil && *r.Boundary != *c.bound {
			t.Errorf("%s: %s by %q, boundary %v, missing %v", name, r.Verdict, sources(r.Result), r.Boundary, r.Missing)
		}
		if r.Organization != nil || r.Layers != nil || (r.Each != nil) != (len(c.q.Resources) > 0) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestSeveralResources(t *testing.T) {
	v := state(t, nil)
	mixed := ask(t, v, Question{Source: annIs, Resources: []string{a, b, a}}, "s3:GetObject")
	if mixed.Verdict != policy.ImplicitDeny || mixed.Resource != "*" || sources(mixed.Result) != "user_ann_Get" || len(mixed.Each) != 3 {
		t.Errorf("%+v", mixed)
	}
	for i, want := range []policy.Verdict{policy.Allow, policy.ImplicitDeny, policy.Allow} {
		if mixed.Each[i].Verdict != want {
			t.Errorf("resource %d: %s", i, mixed.Each[i].Verdict)
		}
	}
	if all := ask(t, v, Question{Source: annIs, Resources: []string{a, b}}, "s3:DeleteObject"); all.Verdict != policy.Allow {
		t.Errorf("%+v", all)
	}
	q := Question{Source: annIs, Resources: []string{a, b}, Policies: []string{policyOf("Deny", "*", b, ""), policyOf("Allow", "*", "*", when(`{"Bool":{"k:one":"true","K:two":"true"}}`)),
		policyOf("Allow", "*", "*", when(`{"Bool":{"K:ONE":"true"}}`))}}
	if one := ask(t, v, q, "s3:PutObject"); one.Verdict != policy.ExplicitDeny || sources(one.Result) != "PolicyInputList.1" || !slices.Equal(one.Missing, []string{"k:one", "K:two"}) ||
		len(one.Each[0].Missing) != 2 || one.Each[1].Missing != nil {
		t.Errorf("%+v", one)
	}
}

// What is known of the caller is told to the policies; what the question tells wins.
func TestCallers(t *testing.T) {
	v := state(t, nil)
	u := must[*iam.User](t)(v.User(home, "ann"))
	role := "arn:aws:iam::" + home + ":role/clerk"
	for name, c := range map[string]struct {
		q         Question
		condition string
		verdict   policy.Verdict
		missing   []string
	}{
		"a user's keys": {Question{Source: annIs}, `{"StringEquals":{"aws:username":"ann","aws:userid":"` + u.ID + `","aws:PrincipalArn":"` + annIs +
			`","aws:PrincipalAccount":"` + home + `","aws:PrincipalType":"User","aws:PrincipalTag/TEAM":"blue"}}`, policy.Allow, nil},
		"a user has no other tags":      {Question{Source: annIs}, `{"Null":{"aws:PrincipalTag/job":"true"}}`, policy.Allow, nil},
		"a user's way in is not known":  {Question{Source: annIs}, `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, policy.ImplicitDeny, []string{"aws:MultiFactorAuthPresent"}},
		"nor is the request":            {Question{Source: annIs}, `{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}`, policy.ImplicitDeny, []string{"aws:SourceIp", "aws:CurrentTime"}},
		"a role's keys":                 {Question{Source: role}, `{"StringEquals":{"aws:PrincipalArn":"` + role + `","aws:PrincipalType":"AssumedRole","aws:PrincipalTag/Team":"green"},"Null":{"aws:username":"true"}}`, policy.Allow, nil},
		"a session may have tags":       {Question{Source: role}, `{"Null":{"aws:PrincipalTag/job":"true"}}`, policy.Allow, []string{"aws:PrincipalTag/job"}},
		"and has a name":                {Question{Source: role}, `{"StringLike":{"aws:userid":"*:desk"}}`, policy.ImplicitDeny, []string{"aws:userid"}},
		"a group is nobody":             {Question{Source: "arn:aws:iam::" + home + ":group/staff"}, `{"StringEquals":{"aws:username":"ann","aws:PrincipalAccount":"` + home + `"}}`, policy.ImplicitDeny, []string{"aws:username"}},
		"somebody":                      {Question{}, `{"StringEquals":{"aws:PrincipalAccount":"` + home + `"}}`, policy.Allow, nil},
		"somebody's name":               {Question{}, `{"StringEquals":{"aws:PrincipalArn":"x"},"Null":{"aws:PrincipalTag/a":"true"}}`, policy.ImplicitDeny, []string{"aws:PrincipalArn", "aws:PrincipalTag/a"}},
		"a caller's keys":               {Question{Caller: annIs}, `{"StringEquals":{"aws:username":"ann","aws:userid":"` + u.ID + `"}}`, policy.Allow, nil},
		"a caller nobody knows":         {Question{Caller: "arn:aws:iam::" + home + ":user/x/new"}, `{"StringEquals":{"aws:username":"new","aws:PrincipalArn":"arn:aws:iam::` + home + `:user/x/new"}}`, policy.Allow, nil},
		"a caller with others' rights":  {Question{Source: role, Caller: annIs}, `{"StringEquals":{"aws:username":"ann"}}`, policy.Allow, nil},
		"what is told wins":             {Question{Source: annIs, Context: []Entry{{"AWS:username", "string", []string{"bob"}}}}, `{"StringEquals":{"aws:username":"bob"}}`, policy.Allow, nil},
		"a variable":                    {Question{Source: annIs}, `{"StringEquals":{"aws:PrincipalArn":"arn:aws:iam::${aws:PrincipalAccount}:user/team/${aws:username}"}}`, policy.Allow, nil},
		"the owner":                     {Question{Source: annIs}, `{"StringEquals":{"aws:ResourceAccount":"` + home + `"}}`, policy.Allow, nil},
		"somebody is no service either": {Question{Source: annIs}, `{"Bool":{"aws:PrincipalIsAWSService":"false"}}`, policy.Allow, nil},
	} {
		c.q.Policies = []string{policyOf("Allow", "sqs:*", "*", when(c.condition))}
		if r := ask(t, v, c.q, "sqs:SendMessage"); r.Verdict != c.verdict || !slices.Equal(r.Missing, c.missing) {
			t.Errorf("%s: %s, missing %q", name, r.Verdict, r.Missing)
		}
	}
}

func TestResourcePolicies(t *testing.T) {
	v := state(t, nil)
	owner := func(account string) string { return "arn:aws:iam::" + account + ":root" }
	names := func(principal string) string {
		return policyOf("Allow", "s3:GetObject", "arn:aws:s3:::box/*", `,"Principal":{"AWS":"`+principal+`"}`)
	}
	role := "arn:aws:iam::" + home + ":role/clerk"
	trust := func(principal string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"}]}`
	}
	all, nothing := []string{allow("*", "*")}, []string{allow("sqs:*", "*")}
	for name, c := range map[string]struct {
		q       Question
		action  string
		verdict policy.Verdict
		by      string
		layers  string
	}{
		"names the caller":                {Question{Caller: annIs, ResourcePolicy: names(annIs)}, "s3:GetObject", policy.Allow, "ResourcePolicy", ""},
		"both grant":                      {Question{Caller: annIs, ResourcePolicy: names(annIs), Policies: all}, "s3:GetObject", policy.Allow, "ResourcePolicy PolicyInputList.1", ""},
		"past a boundary":                 {Question{Caller: annIs, ResourcePolicy: names(annIs), Boundary: nothing}, "s3:GetObject", policy.Allow, "ResourcePolicy", ""},
		"names the account":               {Question{Caller: annIs, ResourcePolicy: names(home)}, "s3:GetObject", policy.ImplicitDeny, "", ""},
		"names somebody else":             {Question{Caller: annIs, ResourcePolicy: names("arn:aws:iam::" + home + ":user/bob")}, "s3:GetObject", policy.ImplicitDeny, "", ""},
		"abroad, one side":                {Question{Caller: annIs, ResourcePolicy: names(annIs), ResourceOwner: owner(other)}, "s3:GetObject", policy.ImplicitDeny, "", "identity-based policy:implicitDeny resource-based policy:allowed"},
		"abroad, both sides":              {Question{Caller: annIs, ResourcePolicy: names(annIs), ResourceOwner: owner(other), Policies: all}, "s3:GetObject", policy.Allow, "ResourcePolicy PolicyInputList.1", "identity-based policy:allowed resource-based policy:allowed"},
		"abroad, boundary":                {Question{Caller: annIs, ResourcePolicy: names(annIs), ResourceOwner: owner(other), Policies: all, Boundary: nothing}, "s3:GetObject", policy.ImplicitDeny, "", "identity-based policy:allowed resource-based policy:allowed permissions boundary:implicitDeny"},
		"the owner is in the name":        {Question{Caller: annIs, Resources: []string{"arn:aws:sqs:eu:" + other + ":q"}, ResourcePolicy: policyOf("Allow", "sqs:*", "*", `,"Principal":"*"`)}, "sqs:SendMessage", policy.ImplicitDeny, "", "identity-based policy:implicitDeny resource-based policy:allowed"},
		"abroad without its policy":       {Question{Caller: annIs, Resources: []string{"arn:aws:sqs:eu:" + other + ":q"}, Policies: all}, "sqs:SendMessage", policy.Allow, "PolicyInputList.1", ""},
		"a role as source":                {Question{Source: role, ResourcePolicy: names(role)}, "s3:GetObject", policy.Allow, "ResourcePolicy role_clerk_Any", ""},
		"a role that nobody knows":        {Question{Caller: "arn:aws:iam::" + home + ":role/new", ResourcePolicy: names("arn:aws:iam::" + home + ":role/new")}, "s3:GetObject", policy.Allow, "ResourcePolicy", ""},
		"a trust policy":                  {Question{Caller: annIs, Resources: []string{role}, ResourcePolicy: trust(annIs)}, "sts:AssumeRole", policy.Allow, "ResourcePolicy", ""},
		"a trust policy of others":        {Question{Caller: annIs, Resources: []string{role}, ResourcePolicy: trust("arn:aws:iam::" + home + ":user/bob"), Policies: all}, "sts:AssumeRole", policy.ImplicitDeny, "", ""},
		"a trust policy with the account": {Question{Caller: annIs, Resources: []string{role}, ResourcePolicy: trust(home), Policies: all}, "sts:AssumeRole", policy.Allow, "ResourcePolicy PolicyInputList.1", ""},
	} {
		if c.q.Resources == nil {
			c.q.Resources = []string{a}
		}
		r := ask(t, v, c.q, c.action)
		var layers []string
		for _, l := range []policy.Layer{policy.LayerIdentity, policy.LayerResource, policy.LayerBoundary} {
			if verdict, ok := r.Layers[l]; ok {
				layers = append(layers, fmt.Sprintf("%s:%s", l, verdict))
			}
		}
		if r.Verdict != c.verdict || sources(r.Result) != c.by || strings.Join(layers, " ") != c.layers {
			t.Errorf("%s: %s by %q, %q", name, r.Verdict, sources(r.Result), layers)
		}
	}
}
