package e2e

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

// organizer is a client of AWS Organizations.
func (w *who) organizer() *organizations.Client {
	return organizations.New(organizations.Options{Region: w.s.Region, BaseEndpoint: &w.s.Endpoint, RetryMaxAttempts: 1, HTTPClient: unhurried{},
		Credentials: credentials.NewStaticCredentialsProvider(w.id, w.secret, w.token)})
}

// company is an organization of one unit and one account in it, managed by the home account, with both policy types in use.
type company struct {
	org                     *organizations.Client
	id, root, unit, account string
	member                  *who // the access role of the account
}

func found(t *testing.T, manager *who) company {
	t.Helper()
	c := company{org: manager.organizer()}
	o := must(c.org.CreateOrganization(ctx, &organizations.CreateOrganizationInput{FeatureSet: types.OrganizationFeatureSetAll}))(t)
	c.id = *o.Organization.Id
	roots := must(c.org.ListRoots(ctx, &organizations.ListRootsInput{}))(t).Roots
	c.root = *roots[0].Id
	if len(roots[0].PolicyTypes) != 0 {
		t.Errorf("a new organization uses %v", roots[0].PolicyTypes)
	}
	for _, typ := range []types.PolicyType{types.PolicyTypeServiceControlPolicy, types.PolicyTypeResourceControlPolicy} {
		must(c.org.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: &c.root, PolicyType: typ}))(t)
	}
	unit := must(c.org.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &c.root, Name: aws.String("workloads")}))(t)
	c.unit = *unit.OrganizationalUnit.Id
	asked := must(c.org.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: aws.String("shop"), Email: aws.String("shop@example.org")}))(t).CreateAccountStatus
	if asked.State != types.CreateAccountStateInProgress || asked.AccountId != nil {
		t.Errorf("the account is asked for: %+v", asked)
	}
	made := must(c.org.DescribeCreateAccountStatus(ctx, &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: asked.Id}))(t).CreateAccountStatus
	if made.State != types.CreateAccountStateSucceeded || made.CompletedTimestamp == nil {
		t.Fatalf("the account is made: %+v", made)
	}
	c.account = *made.AccountId
	must(c.org.MoveAccount(ctx, &organizations.MoveAccountInput{AccountId: &c.account, SourceParentId: &c.root, DestinationParentId: &c.unit}))(t)
	c.member = manager.assume(t, "arn:aws:iam::"+c.account+":role/OrganizationAccountAccessRole", nil)
	return c
}

// attach makes a policy and attaches it.
func (c *company) attach(t *testing.T, typ types.PolicyType, target, content string) *types.PolicySummary {
	t.Helper()
	p := must(c.org.CreatePolicy(ctx, &organizations.CreatePolicyInput{Type: typ, Name: aws.String(string(typ) + target), Description: aws.String(""), Content: &content}))(t).Policy
	if *p.Content != content {
		t.Errorf("the content is %s", *p.Content)
	}
	must(c.org.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: p.PolicySummary.Id, TargetId: &target}))(t)
	return p.PolicySummary
}

// TestServiceControlPolicy: what an organization denies its member nobody there can do, whatever the account's own policies say, and the
// manager is not bound by it.
func TestServiceControlPolicy(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	manager := by(s, admin(s))
	c := found(t, manager)
	c.member.user(t, "clerk", allow("*", "*"))
	clerk := by(s, c.member.key(t, "clerk"))
	list := &iam.ListUsersInput{}
	must(clerk.iam.ListUsers(ctx, list))(t)

	p := c.attach(t, types.PolicyTypeServiceControlPolicy, c.unit, `{"Version":"2012-10-17","Statement":[{"Sid":"NoList","Effect":"Deny","Action":"iam:ListUsers","Resource":"*"}]}`)
	for _, who := range []*who{clerk, c.member} {
		_, err := who.iam.ListUsers(ctx, list)
		fails(t, err, "AccessDenied", "is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::"+c.account+":user/ with an explicit deny in a service control policy: "+*p.Arn)
	}
	must(clerk.iam.ListRoles(ctx, &iam.ListRolesInput{}))(t)
	must(manager.iam.ListUsers(ctx, list))(t)
	detach := &organizations.DetachPolicyInput{PolicyId: p.Id, TargetId: &c.unit}
	must(c.org.DetachPolicy(ctx, detach))(t)
	must(clerk.iam.ListUsers(ctx, list))(t)
	_, err := c.org.DetachPolicy(ctx, detach)
	fails(t, err, "PolicyNotAttachedException")

	// A level without the default policy must allow by another one.
	c.attach(t, types.PolicyTypeServiceControlPolicy, c.account, allow("iam:Get*", "*"))
	must(c.org.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: aws.String("p-FullAWSAccess"), TargetId: &c.account}))(t)
	_, err = clerk.iam.ListUsers(ctx, list)
	fails(t, err, "AccessDenied", "because no service control policy allows the iam:ListUsers action")
	must(clerk.iam.GetUser(ctx, &iam.GetUserInput{}))(t)
	// And the last one stays.
	at := must(c.org.ListPoliciesForTarget(ctx, &organizations.ListPoliciesForTargetInput{TargetId: &c.account, Filter: types.PolicyTypeServiceControlPolicy}))(t).Policies
	if len(at) != 1 {
		t.Fatalf("%d policies", len(at))
	}
	_, err = c.org.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: at[0].Id, TargetId: &c.account})
	fails(t, err, "ConstraintViolationException", "last policy")
	// The explanation shows every level.
	_, err = clerk.iam.ListUsers(ctx, list)
	out := well(t, as(s, admin(s)), "daypass", "explain", requestID(t, err))
	if !strings.Contains(out, "service control policy") {
		t.Errorf("the explanation:\n%s", out)
	}
}

// TestResourceControlPolicy: an organization keeps strangers from its members' roles, although a role's own trust policy lets them in.
func TestResourceControlPolicy(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	manager := by(s, admin(s))
	c := found(t, manager)
	stranger, _ := tenant(t, s, "stranger")
	role := c.member.role(t, "open", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`)
	stranger.assume(t, role, nil)
	c.attach(t, types.PolicyTypeResourceControlPolicy, c.root, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Resource":"*",
		"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"`+c.id+`"}}}]}`)
	_, err := stranger.try(role, nil)
	fails(t, err, "AccessDenied", "is not authorized to perform: sts:AssumeRole on resource: "+role)
	manager.assume(t, role, nil)
	// Within the organization paths tell one branch from another.
	branch := c.member.role(t, "branch", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"`+
		c.id+"/"+c.root+"/"+c.unit+`/*"}}}]}`)
	c.member.assume(t, branch, nil)
	_, err = manager.try(branch, nil)
	fails(t, err, "AccessDenied")
	_, err = c.org.CreatePolicy(ctx, &organizations.CreatePolicyInput{Type: types.PolicyTypeResourceControlPolicy, Name: aws.String("allows"), Description: aws.String(""),
		Content: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}`)})
	fails(t, err, "MalformedPolicyDocumentException")
}

// TestOrganizationEdges: who may speak for an organization, what is nobody else's, and AWS's errors with their reasons.
func TestOrganizationEdges(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	manager := by(s, admin(s))
	_, err := manager.organizer().DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	fails(t, err, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
	c := found(t, manager)
	member := c.member.organizer()
	seen := must(member.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{}))(t).Organization
	if *seen.MasterAccountId != s.Account.ID || *seen.Id != c.id || *seen.MasterAccountArn != "arn:aws:organizations::"+s.Account.ID+":account/"+c.id+"/"+s.Account.ID {
		t.Errorf("%+v", seen)
	}
	_, err = member.ListAccounts(ctx, &organizations.ListAccountsInput{})
	says(t, err, "AccessDeniedException", "You don't have permissions to access this resource.")
	_, err = c.org.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &c.root, Name: aws.String("workloads")})
	fails(t, err, "DuplicateOrganizationalUnitException")
	parent := c.unit
	for _, name := range []string{"2", "3", "4", "5"} {
		parent = *must(c.org.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &parent, Name: &name}))(t).OrganizationalUnit.Id
	}
	_, err = c.org.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &parent, Name: aws.String("6")})
	var broken *types.ConstraintViolationException
	if !asError(err, &broken) || broken.Reason != types.ConstraintViolationExceptionReasonOuDepthLimitExceeded {
		t.Errorf("%v", err)
	}
	_, err = c.org.DescribeAccount(ctx, &organizations.DescribeAccountInput{AccountId: aws.String("x")})
	var invalid *types.InvalidInputException
	if !asError(err, &invalid) || invalid.Reason != types.InvalidInputExceptionReasonInvalidPattern {
		t.Errorf("%v", err)
	}
	again := must(c.org.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: aws.String("twin"), Email: aws.String("SHOP@example.org")}))(t).CreateAccountStatus
	failed := must(c.org.DescribeCreateAccountStatus(ctx, &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: again.Id}))(t).CreateAccountStatus
	if failed.State != types.CreateAccountStateFailed || failed.FailureReason != types.CreateAccountFailureReasonEmailAlreadyExists {
		t.Errorf("%+v", failed)
	}

	// Another organization on the same server finds nothing of this one.
	stranger, other := tenant(t, s, "stranger")
	theirs := stranger.organizer()
	must(theirs.CreateOrganization(ctx, &organizations.CreateOrganizationInput{}))(t)
	for what, err := range map[string]error{
		"OrganizationalUnitNotFoundException": second(theirs.DescribeOrganizationalUnit(ctx, &organizations.DescribeOrganizationalUnitInput{OrganizationalUnitId: &c.unit})),
		"AccountNotFoundException":            second(theirs.DescribeAccount(ctx, &organizations.DescribeAccountInput{AccountId: &c.account})),
		"ParentNotFoundException":             second(theirs.ListAccountsForParent(ctx, &organizations.ListAccountsForParentInput{ParentId: &c.root})),
		"RootNotFoundException":               second(theirs.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: &c.root, PolicyType: types.PolicyTypeServiceControlPolicy})),
		"TargetNotFoundException":             second(theirs.ListTagsForResource(ctx, &organizations.ListTagsForResourceInput{ResourceId: &c.account})),
	} {
		fails(t, err, what)
	}

	// An account that exists comes by invitation; one that manages an organization cannot.
	h := must(c.org.InviteAccountToOrganization(ctx, &organizations.InviteAccountToOrganizationInput{Target: &types.HandshakeParty{Id: &other, Type: types.HandshakePartyTypeAccount}}))(t).Handshake
	_, err = theirs.AcceptHandshake(ctx, &organizations.AcceptHandshakeInput{HandshakeId: h.Id})
	fails(t, err, "HandshakeConstraintViolationException")
	must(theirs.DeleteOrganization(ctx, &organizations.DeleteOrganizationInput{}))(t)
	got := must(theirs.AcceptHandshake(ctx, &organizations.AcceptHandshakeInput{HandshakeId: h.Id}))(t).Handshake
	if got.State != types.HandshakeStateAccepted || len(got.Parties) != 2 || len(got.Resources[0].Resources) == 0 {
		t.Errorf("%+v", got)
	}
	pages := organizations.NewListAccountsPaginator(c.org, &organizations.ListAccountsInput{MaxResults: aws.Int32(1)})
	var names []string
	for pages.HasMorePages() {
		page := must(pages.NextPage(ctx))(t)
		for _, a := range page.Accounts {
			names = append(names, *a.Id)
		}
	}
	if len(names) != 3 {
		t.Errorf("accounts %v", names)
	}
	// A closed account is kept out at once.
	must(c.org.CloseAccount(ctx, &organizations.CloseAccountInput{AccountId: &c.account}))(t)
	_, err = c.member.iam.ListUsers(ctx, &iam.ListUsersInput{})
	fails(t, err, "InvalidClientTokenId")
}

// TestOrganizationPersists: an organization and its limits are there after a restart.
func TestOrganizationPersists(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	s := serve(t, folder)
	key, _ := first(t, folder)
	c := found(t, by(s, key))
	c.attach(t, types.PolicyTypeServiceControlPolicy, c.unit, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:ListUsers","Resource":"*"}]}`)
	ok(t, s.Stop())
	s = serve(t, folder)
	manager := by(s, key)
	tree := must(manager.organizer().ListChildren(ctx, &organizations.ListChildrenInput{ParentId: &c.unit, ChildType: types.ChildTypeAccount}))(t)
	if len(tree.Children) != 1 || *tree.Children[0].Id != c.account {
		t.Errorf("%+v", tree.Children)
	}
	back := by(s, c.member.creds)
	_, err := back.iam.ListUsers(ctx, &iam.ListUsersInput{})
	fails(t, err, "AccessDenied", "with an explicit deny in a service control policy")
	must(back.iam.ListRoles(ctx, &iam.ListRolesInput{}))(t)
}

// second drops what an operation answered.
func second[T any](_ T, err error) error { return err }

// asError is errors.As for the errors that the SDK makes of an answer.
func asError[T error](err error, target *T) bool { return errors.As(err, target) }

// requestID is the id of the request that failed.
func requestID(t *testing.T, err error) string {
	t.Helper()
	var failed *awshttp.ResponseError
	if !errors.As(err, &failed) {
		t.Fatalf("%v", err)
	}
	return failed.ServiceRequestID()
}
