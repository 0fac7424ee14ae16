package policytest

import (
	"fmt"
	"strings"

	"github.com/daypass/daypass/policy"
)

// The mixed set is what speed is measured with: statements in the mixture in
// which accounts have them, the same at every call. Of ten statements
//
//	3  let a verb of a service be used on a family of names, in every region:
//	   sqs:Get*, sqs:List*, sqs:Describe* on arn:aws:sqs:*:ACCOUNT:queue/team-7-*
//	2  name actions and resources in full, one of them with a condition on the
//	   source address and on a second factor
//	2  give every user a place of its own: .../home-7/${aws:username}/*
//	1  is about every resource (Resource "*")
//	1  lets all of a service be done on one resource and what is below it
//	1  denies, every other time on a condition
//
// for twenty services in turn. No two statements are about the same names,
// except those about every resource.

const mixedAccount = "111122223333"

// mixedServices are twenty services, with what their resources are called.
var mixedServices = [...]struct{ name, kind string }{
	{"s3", ""}, {"sqs", "queue/"}, {"dynamodb", "table/"}, {"lambda", "function:"}, {"ec2", "instance/"}, {"logs", "log-group:/app/"},
	{"kms", "alias/"}, {"secretsmanager", "secret:"}, {"ssm", "parameter/"}, {"ecr", "repository/"}, {"ecs", "service/"}, {"rds", "db:"},
	{"kinesis", "stream/"}, {"states", "stateMachine:"}, {"events", "rule/"}, {"cloudwatch", "alarm:"}, {"glue", "job/"},
	{"athena", "workgroup/"}, {"codebuild", "project/"}, {"sns", "topic/"},
}

// mixedARN names a resource; of S3, whose names have neither, without region and account.
func mixedARN(service int, region, name string) string {
	s := mixedServices[service]
	if s.name == "s3" {
		return "arn:aws:s3:::" + name
	}
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s%s", s.name, region, mixedAccount, s.kind, name)
}

// mixedStatement writes statement i, and gives an action and a resource that
// it is about. Statements about the same service are twenty apart.
func mixedStatement(i int) (text, action, resource string) {
	service := (i + i/20) % len(mixedServices)
	svc := mixedServices[service].name
	all := func(of ...string) string { return svc + ":" + strings.Join(of, `","`+svc+":") }
	statement := func(effect, actions, resources, condition string) string {
		return fmt.Sprintf(`{"Sid":"S%d","Effect":%q,"Action":["%s"],"Resource":["%s"]%s}`, i, effect, actions, resources, condition)
	}
	arn := func(format string) string { return mixedARN(service, "eu-west-1", fmt.Sprintf(format, i)) }
	wide := func(format string) string { return mixedARN(service, "*", fmt.Sprintf(format, i)) }
	switch i % 10 {
	case 1:
		return statement("Allow", all("GetItem", "PutItem", "UpdateItem"), arn("ledger-%d")+`","`+arn("ledger-%d/*"), ""),
			svc + ":PutItem", arn("ledger-%d")
	case 6:
		return statement("Allow", all("StartJob", "StopJob"), arn("batch-%d/*"),
				`,"Condition":{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","192.168.0.0/16"]},"Bool":{"aws:MultiFactorAuthPresent":"true"}}`),
			svc + ":StopJob", arn("batch-%d/nightly")
	case 2, 7:
		return statement("Allow", all("Get*", "Put*"), wide("home-%d/${aws:username}/*"), ""), svc + ":PutObject", arn("home-%d/alice/notes.txt")
	case 4:
		return statement("Allow", all("List*", "Describe*"), "*", ""), svc + ":ListEverything", arn("elsewhere-%d")
	case 8:
		return statement("Allow", all("*"), arn("depot-%d")+`","`+arn("depot-%d/*"), ""), svc + ":Rebuild", arn("depot-%d/shelf/3")
	case 9:
		condition := ""
		if i%20 == 9 {
			condition = `,"Condition":{"StringNotEquals":{"aws:PrincipalTag/team":"keepers"}}`
		}
		return statement("Deny", all("Delete*", "Put*"), wide("vault-%d/*"), condition), svc + ":DeleteObject", arn("vault-%d/key")
	}
	return statement("Allow", all("Get*", "List*", "Describe*"), wide("team-%d-*"), ""), svc + ":GetAttributes", arn("team-%d-jobs")
}

// mixedSize is how many statements a document of the mixed set has at most; so
// it stays below the quota of a managed policy.
const mixedSize = 20

// Mixed writes n statements of the mixed set, as managed policies.
func Mixed(n int) []string {
	var documents []string
	for i := 0; i < n; i += mixedSize {
		statements := make([]string, 0, mixedSize)
		for j := i; j < min(i+mixedSize, n); j++ {
			text, _, _ := mixedStatement(j)
			statements = append(statements, text)
		}
		documents = append(documents, `{"Version":"2012-10-17","Statement":[`+strings.Join(statements, ",")+`]}`)
	}
	return documents
}

// mixedRequests is how many requests there are for a mixed set of that many
// statements or more.
const mixedRequests = 64

// MixedRequests are up to 64 requests for the mixed set of n statements, each
// about the names of another statement, spread evenly, the last statement
// among them. Those about a statement that denies are denied explicitly; nearly
// every eighth asks for an action that no statement allows.
func MixedRequests(n int) []*policy.Request {
	who := &policy.Principal{
		Type: policy.User, ARN: "arn:aws:iam::" + mixedAccount + ":user/alice", Account: mixedAccount, ID: "AIDAALICE00000000001",
	}
	keys := policy.MapKeys{}
	for key, value := range map[string]string{
		"aws:username": "alice", "aws:userid": who.ID, "aws:PrincipalArn": who.ARN, "aws:PrincipalAccount": mixedAccount,
		"aws:PrincipalTag/team": "builders", "aws:SourceIp": "10.1.2.3", "aws:SecureTransport": "true",
		"aws:MultiFactorAuthPresent": "true", "aws:RequestedRegion": "eu-west-1", "aws:CurrentTime": "2026-01-02T03:04:05Z",
	} {
		keys.Set(key, value)
	}
	count := min(n, mixedRequests)
	var list []*policy.Request
	for k := range count {
		i := (k+1)*n/count - 1
		_, action, resource := mixedStatement(i)
		if k%8 == 5 && i%10 != 8 { // of what statement 8 of ten is about, it allows everything
			service, _, _ := strings.Cut(action, ":")
			action = service + ":Forbid"
		}
		list = append(list, &policy.Request{Principal: who, Action: action, Resource: resource, ResourceAccount: mixedAccount, Keys: keys})
	}
	return list
}

// MixedLayers are six layers around the mixed set of n statements: three
// levels of an organization (of which one keeps members from leaving it), the
// policy of the resource (which asks for TLS), a permissions boundary of
// twenty services, a session policy, and the mixed set as identity policies.
func MixedLayers(n int) (*policy.Layers, error) {
	const full = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	const stay = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["organizations:LeaveOrganization","account:*"],"Resource":"*"}]}`
	const secure = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*",
		"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`
	const session = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}`
	var bounded []string
	for _, s := range mixedServices {
		bounded = append(bounded, `"`+s.name+`:*"`)
	}
	boundary := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` + strings.Join(bounded, ",") + `],"Resource":"*"}]}`
	l := &policy.Layers{HasSession: true}
	var err error
	compile := func(use policy.Use, documents ...string) []policy.Source {
		var list []policy.Source
		for i, text := range documents {
			d, refused := policy.Parse(policy.AWS(), use, []byte(text))
			if refused != nil {
				err = refused
				continue
			}
			list = append(list, policy.Source{ID: fmt.Sprintf("%s-%d", use, i), Type: use.String(), Policy: d.Compile()})
		}
		return list
	}
	for _, level := range [][]string{{full}, {full, stay}, {full}} {
		l.SCP = append(l.SCP, policy.NewSet(compile(policy.SCP, level...)...))
	}
	l.Session = policy.NewSet(compile(policy.Session, session)...)
	l.Identity = policy.NewSet(compile(policy.Managed, Mixed(n)...)...)
	one := append(compile(policy.Resource, secure), compile(policy.Managed, boundary)...)
	if err != nil {
		return nil, err
	}
	l.Resource, l.Boundary = &one[0], &one[1]
	return l, nil
}
