package aws

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/dialect"
	"github.com/daypass/daypass/internal/dialect/aws/orgapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/sign"
)

// tell signs an operation of AWS Organizations as somebody, sends it and reads the answer.
func (d *door) tell(who, action, body string) answer {
	d.t.Helper()
	return d.aim(who, []string{orgapi.Target + "." + action}, body, nil)
}

func (d *door) aim(who string, targets []string, body string, change func(*http.Request)) answer {
	d.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header["X-Amz-Target"] = targets
	if signer, ok := d.creds[who]; ok {
		signer.Service = "organizations"
		r.URL.Host, r.URL.Scheme = r.Host, "https"
		if err := signer.Sign(r, []byte(body), d.now); err != nil {
			d.t.Fatal(err)
		}
	}
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	d.gate.ServeHTTP(w, r)
	a := answer{status: w.Code, body: w.Body.String(), header: w.Header(), request: w.Header().Get("X-Amzn-Requestid")}
	if ct := w.Header().Get("Content-Type"); ct != "application/x-amz-json-1.1" || a.request == "" || !json.Valid(w.Body.Bytes()) {
		d.t.Errorf("%s %s: %s", ct, a.request, a.body)
	}
	if w.Code >= 400 {
		var e struct {
			Type    string `json:"__type"`
			Message string
		}
		if err := json.Unmarshal([]byte(a.body), &e); err != nil || e.Type == "" || e.Message == "" || w.Header().Get("X-Amzn-Errortype") != e.Type {
			d.t.Errorf("%v in %s", err, a.body)
		}
		a.code, a.message = e.Type, e.Message
	}
	return a
}

// organized is one input with which every operation has what it needs: members that it does not have are not looked at.
func (d *door) organized(action string) string {
	in := map[string]any{
		"Name": "Third", "AccountName": "Third", "Email": "third@example.org", "AccountId": "333333333333", "Content": `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`,
		"Description": "text", "Type": "SERVICE_CONTROL_POLICY", "PolicyType": "SERVICE_CONTROL_POLICY", "PolicyId": "p-FullAWSAccess",
		"HandshakeId": "h-123456789012", "ServicePrincipal": "iam.amazonaws.com", "TagKeys": []string{"stage"}, "Tags": []orgapi.Tag{{Key: "stage", Value: "test"}},
		"ChildType": "ACCOUNT", "CreateAccountRequestId": "car-12345678", "Target": map[string]string{"Id": "333333333333", "Type": "ACCOUNT"},
		"OrganizationalUnitId": "ou-1234-12345678",
	}
	root := "r-1234"
	if o, err := d.db.View().Organization(home); err == nil {
		root = o.Root
		if list, _ := d.db.View().ControlPolicies(o, iam.ServiceControl, "", 2); len(list) > 1 {
			in["PolicyId"] = list[1].ID
		}
	}
	for _, name := range []string{"ParentId", "RootId", "TargetId", "ResourceId", "SourceParentId", "DestinationParentId"} {
		in[name] = root
	}
	in["ChildId"] = "333333333333"
	if strings.HasPrefix(action, "ListPolicies") {
		in["Filter"] = "SERVICE_CONTROL_POLICY"
	}
	b, err := json.Marshal(in)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(b)
}

// The second envelope: where the operation stands, what signs it, and in whose words faults are told.
func TestTargetEnvelope(t *testing.T) {
	d := newDoor(t)
	at := func(names ...string) []string { return names }
	const target = orgapi.Target + "."
	for name, c := range map[string]struct {
		who           string
		targets       []string
		body          string
		code, message string
	}{
		"unsigned":           {"", at(target + "DescribeOrganization"), "{}", "MissingAuthenticationTokenException", "Request is missing Authentication Token"},
		"unknown operation":  {"poor", at(target + "MakeCoffee"), "{}", "UnknownOperationException", "Could not find operation MakeCoffee for version 2016-11-28"},
		"unknown service":    {"poor", at("DynamoDB_20120810.ListTables"), "{}", "UnknownOperationException", "Could not find operation ListTables for version 2016-11-28"},
		"no operation":       {"poor", at(target), "{}", "UnknownOperationException", "The X-Amz-Target header names no operation."},
		"two operations":     {"poor", at(target+"DescribeOrganization", target+"ListRoots"), "{}", "IncompleteSignatureException", "X-Amz-Target is given more than once in this request"},
		"not built":          {"poor", at(target + "EnableAllFeatures"), "{}", "UnsupportedOperation", "The operation EnableAllFeatures is not supported by this server yet. See docs/dialect-coverage.md for the operations that are."},
		"not JSON":           {"poor", at(target + "DescribeOrganization"), "Action=DescribeOrganization", "SerializationException", "The request body is not a well-formed JSON object: wire: input is malformed at byte 0"},
		"a member twice":     {"poor", at(target + "DescribeAccount"), `{"AccountId":"111111111111","AccountId":"222222222222"}`, "SerializationException", "The request body is not a well-formed JSON object: wire: parameter is given twice at byte 55"},
		"a list":             {"poor", at(target + "DescribeAccount"), `[]`, "SerializationException", "1 validation error detected: Value at '' failed to satisfy constraint: Member must have another type"},
		"another type":       {"poor", at(target + "DescribeAccount"), `{"AccountId":111111111111}`, "SerializationException", "1 validation error detected: Value '111111111111' at 'accountId' failed to satisfy constraint: Member must have another type"},
		"missing":            {"poor", at(target + "DescribeAccount"), ``, "InvalidInputException", "1 validation error detected: Value null at 'accountId' failed to satisfy constraint: Member must not be null"},
		"a bad id":           {"poor", at(target + "DescribeAccount"), `{"AccountId":"x"}`, "InvalidInputException", `1 validation error detected: Value 'x' at 'accountId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^\d{12}$`},
		"a bad token":        {"admin", at(target + "ListAccounts"), `{"NextToken":"x"}`, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."},
		"no organization":    {"admin", at(target + "DescribeOrganization"), `{"Unknown":[{"a":1}]}`, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."},
		"no leave":           {"poor", at(target + "DescribeOrganization"), "{}", "AccessDeniedException", "User: arn:aws:iam::111111111111:user/poor is not authorized to perform: organizations:DescribeOrganization on resource: * because no identity-based policy allows the organizations:DescribeOrganization action"},
		"deep":               {"poor", at(target + "DescribeOrganization"), strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), "SerializationException", "The request body is not a well-formed JSON object: wire: input is nested too deeply at byte 120"},
		"an enormous number": {"poor", at(target + "ListRoots"), `{"MaxResults":1e999}`, "SerializationException", "1 validation error detected: Value '1e999' at 'maxResults' failed to satisfy constraint: Member must be an integer"},
	} {
		a := d.aim(c.who, c.targets, c.body, nil)
		if a.status != 400 || a.code != c.code || a.message != c.message {
			t.Errorf("%s: %d %s\n got %s\nwant %s", name, a.status, a.code, a.message, c.message)
		}
	}
	many := "[" + strings.Repeat("1,", 5000) + "1]"
	if a := d.tell("poor", "DescribeOrganization", `{"a":`+many+`}`); a.code != "SerializationException" {
		t.Errorf("many elements: %d %s", a.status, a.code)
	}
}

// TestTargetIsSigned: the header that names the operation is part of what is signed, and one service's signature is nothing to another.
func TestTargetIsSigned(t *testing.T) {
	d := newDoor(t)
	d.tell("admin", "CreateOrganization", "{}")
	good := []string{orgapi.Target + ".DescribeOrganization"}
	for name, change := range map[string]func(*http.Request){
		"another operation": func(r *http.Request) { r.Header.Set("X-Amz-Target", orgapi.Target+".DeleteOrganization") },
		"a second one":      func(r *http.Request) { r.Header.Add("X-Amz-Target", orgapi.Target+".DeleteOrganization") },
		"another body":      func(r *http.Request) { r.Body = http.NoBody },
	} {
		if a := d.aim("admin", good, `{"a":1}`, change); a.status != 400 || a.code != "InvalidSignatureException" && a.code != "IncompleteSignatureException" {
			t.Errorf("%s: %d %s %s", name, a.status, a.code, a.message)
		}
	}
	// A request of the query protocol does not become another one by a header that nobody signed.
	a := d.send("admin", "iam", "Action=ListUsers&Version=2010-05-08", func(r *http.Request) { r.Header["X-Amz-Target"] = []string{orgapi.Target + ".DeleteOrganization"} })
	if a.status != 400 || !strings.Contains(a.body, `"InvalidSignatureException"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	// And the version of the API opens no other way to it.
	a = d.send("admin", "organizations", "Action=DeleteOrganization&Version=2016-11-28", nil)
	if a.status != 400 || !strings.Contains(a.body, `"UnknownOperationException"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := d.aim("admin", good, "{}", nil); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// Every kind of failure about every thing has a name, a status and a text without holes, and a name that the API's clients know or
// that is common to all of them.
func TestOrganizationWordsAreTotal(t *testing.T) {
	common := map[string]bool{"UnrecognizedClientException": true, "ExpiredTokenException": true, "UnsupportedOperation": true, "UnknownOperationException": true,
		"RequestEntityTooLarge": true, "InvalidSignatureException": true, "SerializationException": true, "DuplicateException": true}
	known := map[string]bool{}
	for _, e := range orgapi.Errors() {
		known[e.Code] = true
	}
	d := New(nil)
	req := &dialect.Request{ID: "id", Service: "organizations", Version: "2016-11-28", Operation: "CreatePolicy"}
	for _, kind := range fault.Kinds() {
		if _, ok := orgKindWords[kind]; !ok {
			t.Errorf("no words for %s", kind)
		}
		for _, what := range fault.Whats() {
			for _, subject := range []fault.What{fault.None, fault.Target, fault.Handshake, fault.TrustedService} {
				w, reason := d.targetWords(req, &fault.Error{Kind: kind, What: what, Subject: subject, Name: "NAME", Detail: "DETAIL", Limit: 7})
				if !known[w.code] && !common[w.code] || w.status < 400 || w.text == "" || placeholder.MatchString(w.text) || strings.Contains(w.text, "%!") {
					t.Errorf("%s of %s: %+v", kind, what, w)
				}
				if (w.status >= 500) != (kind == fault.Internal || kind == fault.Unavailable) {
					t.Errorf("%s of %s has status %d", kind, what, w.status)
				}
				if reason != "" && !strings.Contains(w.code, "InvalidInput") && !strings.Contains(w.code, "ConstraintViolation") {
					t.Errorf("%s of %s: %s has the reason %s", kind, what, w.code, reason)
				}
			}
		}
	}
	for _, kind := range sign.Kinds() {
		if w, _ := d.targetWords(req, &sign.Problem{Kind: kind}); w.status != 400 || w.text == "" || !strings.HasSuffix(w.code, "Exception") {
			t.Errorf("%s: %+v", kind, w)
		}
	}
}

// The reasons that exceptions carry are among those of the model.
func TestOrganizationReasons(t *testing.T) {
	reasons := map[string][]string{}
	add := func(w orgWord) { reasons[w.code] = append(reasons[w.code], w.reason) }
	for _, w := range orgKindWords {
		add(w)
	}
	for _, w := range orgTopicWords {
		add(w)
	}
	for _, w := range orgSubjectWords {
		add(w)
	}
	upper := func(s string) bool { return s == strings.ToUpper(s) && !strings.Contains(s, " ") }
	for code, list := range reasons {
		for _, reason := range list {
			if !upper(reason) || reason != "" && code != orgInvalid && code != orgConstraint && code != orgHandshake {
				t.Errorf("%s has the reason %q", code, reason)
			}
		}
	}
}

// TestDelegatedAdministratorLooksOnly: an administrator reads, and changes nothing; a plain member sees the organization it is in.
func TestDelegatedAdministratorLooksOnly(t *testing.T) {
	d := newDoor(t)
	d.change(func(tx *iam.Tx) {
		must[*iam.Organization](t)(tx.FoundOrganization(home, false))
		h := must[*iam.Handshake](t)(tx.Invite(home, other, "", nil))
		must[*iam.Handshake](t)(tx.AcceptHandshake(other, h.ID))
	})
	for _, action := range []string{"ListAccounts", "ListRoots", "DescribeAccount", "CreatePolicy", "CreateAccount", "DeleteOrganization", "EnableAWSServiceAccess"} {
		if a := d.tell("away", action, d.organized(action)); a.code != "AccessDeniedException" || a.message != notYours {
			t.Errorf("%s by a member: %d %s %s", action, a.status, a.code, a.message)
		}
	}
	if a := d.tell("away", "DescribeOrganization", "{}"); a.status != 200 || !strings.Contains(a.body, `"MasterAccountId":"111111111111"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	d.change(func(tx *iam.Tx) {
		must[*iam.Organization](t)(tx.TrustService(home, "iam.amazonaws.com"))
		must[*iam.Member](t)(tx.Delegate(home, other, "iam.amazonaws.com"))
	})
	for _, action := range []string{"ListAccounts", "ListRoots", "ListPolicies"} {
		if a := d.tell("away", action, d.organized(action)); a.status != 200 {
			t.Errorf("%s by an administrator: %d %s %s", action, a.status, a.code, a.message)
		}
	}
	for _, action := range []string{"CreatePolicy", "CreateAccount", "DeleteOrganization", "EnableAWSServiceAccess"} {
		if a := d.tell("away", action, d.organized(action)); a.code != "AccessDeniedException" || a.message != notYours {
			t.Errorf("%s by an administrator: %d %s %s", action, a.status, a.code, a.message)
		}
	}
}

// FuzzTarget feeds any target and any body to the door; whatever comes, the answer is one JSON object and nothing panics.
func FuzzTarget(f *testing.F) {
	f.Add(orgapi.Target+".CreatePolicy", `{"Content":"{}","Description":"","Name":"n","Type":"SERVICE_CONTROL_POLICY","Tags":[{"Key":"k","Value":"v"}]}`)
	f.Add(orgapi.Target+".ListHandshakesForAccount", `{"Filter":{"ActionType":"INVITE"},"MaxResults":20,"NextToken":null}`)
	f.Add("x.y.z", `[[[`)
	f.Add("", "")
	d := New(nil)
	f.Fuzz(func(t *testing.T, target, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header["X-Amz-Target"] = []string{target}
		req, err := d.Open(r, []byte(body), "id")
		if err != nil {
			if reply := d.Fail(req, err); !json.Valid(reply.Body) {
				t.Errorf("%s", reply.Body)
			}
			return
		}
		for _, o := range orgapi.Operations() {
			in := o.NewInput()
			if err := req.Decode(in); err != nil {
				if reply := d.Fail(req, err); !json.Valid(reply.Body) || reply.Status != 400 {
					t.Errorf("%d %s", reply.Status, reply.Body)
				}
				continue
			}
			if record := req.Record(in); !json.Valid(record) {
				t.Errorf("%s", record)
			}
		}
	})
}

// The record of a request shows no address and no name of an account (the model calls them sensitive).
func TestOrganizationRecordsAreRedacted(t *testing.T) {
	in := &orgapi.CreateAccountInput{Email: "someone@example.org", AccountName: "Project X", RoleName: ptr("Admin")}
	if text := string(record(in)); strings.Contains(text, "someone") || strings.Contains(text, "Project") || !strings.Contains(text, "Admin") {
		t.Error(text)
	}
}
