package e2e

import (
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/daypass/daypass/e2e/process"
)

// guestAccount is an account that is invited into organizations.
const guestAccount = "777766665555"

// organizationArea is AWS Organizations and what IAM does for organizations. Ids of an organization are made by the server: a word with
// a $ stands for the last one that an answer showed. The operations marked "guest" are called by the administrator of the guest account
// where the administrator of the home account would call them: an account does not answer its own invitation.
func organizationArea() (a area) {
	org, iam, own := in("organizations", &a.list), in("iam", &a.list), in("daypass", &a.list)
	const scp = `{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}`
	const service = `{"ServicePrincipal":"iam.amazonaws.com"}`
	a.setup = []operation{
		{"organizations", "CreateOrganization", nil},
		{"organizations", "ListRoots", nil},
		{"organizations", "CreateOrganizationalUnit", []string{`{"ParentId":"$root","Name":"setup"}`}},
		{"organizations", "CreateAccount", []string{`{"AccountName":"one","Email":"one@example.org"}`}},
		{"organizations", "DescribeCreateAccountStatus", []string{`{"CreateAccountRequestId":"$request"}`}},
		{"organizations", "CreatePolicy", []string{`{"Name":"setup","Description":"","Type":"SERVICE_CONTROL_POLICY","Content":"` + scp + `"}`}},
		{"organizations", "InviteAccountToOrganization", []string{`{"Target":{"Type":"ACCOUNT","Id":"` + guestAccount + `"}}`}},
		{"organizations", "EnablePolicyType", []string{`{"RootId":"$root","PolicyType":"SERVICE_CONTROL_POLICY"}`}},
		{"iam", "GenerateOrganizationsAccessReport", []string{"EntityPath", "$organization/$root"}},
	}

	org("CreateOrganization", `{"FeatureSet":"ALL"}`)
	org("DescribeOrganization")
	org("ListRoots")
	org("EnablePolicyType", `{"RootId":"$root","PolicyType":"RESOURCE_CONTROL_POLICY"}`)
	org("DisablePolicyType", `{"RootId":"$root","PolicyType":"RESOURCE_CONTROL_POLICY"}`)
	org("EnablePolicyType", `{"RootId":"$root","PolicyType":"SERVICE_CONTROL_POLICY"}`)

	org("CreateOrganizationalUnit", `{"ParentId":"$root","Name":"team","Tags":[{"Key":"k","Value":"v"}]}`)
	org("DescribeOrganizationalUnit", `{"OrganizationalUnitId":"$unit"}`)
	org("UpdateOrganizationalUnit", `{"OrganizationalUnitId":"$unit","Name":"crew"}`)
	org("ListOrganizationalUnitsForParent", `{"ParentId":"$root"}`)
	org("CreateAccount", `{"AccountName":"one","Email":"one@example.org"}`)
	org("DescribeCreateAccountStatus", `{"CreateAccountRequestId":"$request"}`)
	org("ListCreateAccountStatus", `{"States":["SUCCEEDED"]}`)
	org("DescribeAccount", `{"AccountId":"$account"}`)
	org("MoveAccount", `{"AccountId":"$account","SourceParentId":"$root","DestinationParentId":"$unit"}`)
	org("ListParents", `{"ChildId":"$account"}`)
	org("ListChildren", `{"ParentId":"$unit","ChildType":"ACCOUNT"}`)
	org("ListAccounts", `{"MaxResults":1}`)
	org("ListAccountsForParent", `{"ParentId":"$unit"}`)

	org("CreatePolicy", `{"Name":"no s3","Description":"","Type":"SERVICE_CONTROL_POLICY","Content":"`+scp+`"}`)
	org("DescribePolicy", `{"PolicyId":"$policy"}`)
	org("UpdatePolicy", `{"PolicyId":"$policy","Description":"nothing in S3"}`)
	org("ListPolicies", `{"Filter":"SERVICE_CONTROL_POLICY"}`)
	org("AttachPolicy", `{"PolicyId":"$policy","TargetId":"$unit"}`)
	org("ListPoliciesForTarget", `{"TargetId":"$unit","Filter":"SERVICE_CONTROL_POLICY"}`)
	org("ListTargetsForPolicy", `{"PolicyId":"$policy"}`)
	org("TagResource", `{"ResourceId":"$unit","Tags":[{"Key":"a","Value":"b"}]}`)
	org("ListTagsForResource", `{"ResourceId":"$unit"}`)
	org("UntagResource", `{"ResourceId":"$unit","TagKeys":["a"]}`)

	org("EnableAWSServiceAccess", service)
	org("ListAWSServiceAccessForOrganization")
	org("RegisterDelegatedAdministrator", `{"AccountId":"$account","ServicePrincipal":"iam.amazonaws.com"}`)
	org("ListDelegatedAdministrators", service)
	org("ListDelegatedServicesForAccount", `{"AccountId":"$account"}`)
	iam("EnableOrganizationsRootSessions")
	iam("EnableOrganizationsRootCredentialsManagement")
	iam("ListOrganizationsFeatures")
	in("sts", &a.list)("AssumeRoot", "TargetPrincipal", "$account", "TaskPolicyArn.arn", "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials")
	iam("DisableOrganizationsRootSessions")
	iam("DisableOrganizationsRootCredentialsManagement")
	org("DeregisterDelegatedAdministrator", `{"AccountId":"$account","ServicePrincipal":"iam.amazonaws.com"}`)
	org("DisableAWSServiceAccess", service)
	iam("GenerateOrganizationsAccessReport", "EntityPath", "$organization/$root")
	iam("GetOrganizationsAccessReport", "JobId", "$report")

	own("CreateAccount", "Cloud", "aws", "Name", "guest", "AccountId", guestAccount)
	invite := `{"Target":{"Type":"ACCOUNT","Id":"` + guestAccount + `"},"Notes":"join us"}`
	org("InviteAccountToOrganization", invite)
	org("DescribeHandshake", `{"HandshakeId":"$handshake"}`)
	org("ListHandshakesForOrganization")
	org("CancelHandshake", `{"HandshakeId":"$handshake"}`)
	org("InviteAccountToOrganization", invite)
	org("ListHandshakesForAccount", "{}", "guest")
	org("DeclineHandshake", `{"HandshakeId":"$handshake"}`, "guest")
	org("InviteAccountToOrganization", invite)
	org("AcceptHandshake", `{"HandshakeId":"$handshake"}`, "guest")
	org("LeaveOrganization", "{}", "guest")

	org("DetachPolicy", `{"PolicyId":"$policy","TargetId":"$unit"}`)
	org("DeletePolicy", `{"PolicyId":"$policy"}`)
	org("CloseAccount", `{"AccountId":"$account"}`)
	org("RemoveAccountFromOrganization", `{"AccountId":"$account"}`)
	org("DeleteOrganizationalUnit", `{"OrganizationalUnitId":"$unit"}`)
	org("DeleteOrganization")
	return a
}

// seen keeps, for each server, the ids that its answers showed last and the administrator of the guest account.
var seen sync.Map

type shown struct {
	sync.Mutex
	ids   map[string]string
	guest *who
}

func shownBy(s *process.Server) *shown {
	v, _ := seen.LoadOrStore(s, &shown{ids: map[string]string{}})
	return v.(*shown)
}

var shownID = regexp.MustCompile(`"(Id|AccountId)":"(o-[a-z0-9]{10}|r-[a-z0-9]{4}|ou-[a-z0-9-]{13}|p-[a-z0-9]{12}|car-[a-z0-9]{32}|h-[a-z0-9]{12}|\d{12})"`)

// learn notes the ids in an answer.
func (n *shown) learn(body string) {
	n.Lock()
	defer n.Unlock()
	words := map[string]string{"o": "$organization", "r": "$root", "ou": "$unit", "p": "$policy", "car": "$request", "h": "$handshake"}
	for _, m := range shownID.FindAllStringSubmatch(body, -1) {
		kind, _, _ := strings.Cut(m[2], "-")
		if m[1] == "AccountId" {
			n.ids["$account"] = m[2]
		} else if word := words[kind]; word != "" {
			n.ids[word] = m[2]
		}
	}
}

// order notes the job of a report.
func (n *shown) order(body string) {
	_, rest, _ := strings.Cut(body, "<JobId>")
	job, _, _ := strings.Cut(rest, "</JobId>")
	n.Lock()
	defer n.Unlock()
	n.ids["$report"] = job
}

// meet notes the administrator of the guest account, whom only the answer that made the account shows.
func (n *shown) meet(s *process.Server, body string) {
	between := func(name string) string {
		_, rest, _ := strings.Cut(body, "<"+name+">")
		text, _, _ := strings.Cut(rest, "</"+name+">")
		return text
	}
	n.guest = by(s, creds{id: between("AccessKeyId"), secret: between("SecretAccessKey")})
}

func (n *shown) fill(body string) string {
	n.Lock()
	defer n.Unlock()
	for word, id := range n.ids {
		body = strings.ReplaceAll(body, word, id)
	}
	return body
}

// tell sends one signed operation of the JSON protocol; its input is one object, or nothing. "guest" has the guest account's
// administrator send what the home account's would.
func (w *who) tell(t *testing.T, service, action string, input ...string) *reply {
	t.Helper()
	n := shownBy(w.s)
	body, from := "{}", w
	if len(input) > 0 {
		body = n.fill(input[0])
	}
	if len(input) > 1 && w.id == admin(w.s).id {
		from = n.guest
	}
	r := form(t, w.s, body)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AWSOrganizationsV20161128."+action)
	a := send(t, from.sign(t, w.s, r, signature{service: service}))
	// A list of handshakes shows old ones too, in the order of their ids.
	if a.status == 200 && !strings.HasPrefix(action, "ListHandshakes") {
		n.learn(a.body)
	}
	return a
}
