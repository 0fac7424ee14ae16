package aws

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/dialect"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/wire"
	"github.com/daypass/daypass/policy"
)

var (
	placeholder = regexp.MustCompile(`%[a-zA-Z!]`)
	codeForm    = regexp.MustCompile(`^[A-Z][A-Za-z]+$`)
)

func iamRequest() *dialect.Request {
	return &dialect.Request{ID: "id", Service: "iam", Version: "2010-05-08", Operation: "GetUser"}
}

// Every kind of failure about every thing has a code, a status and a text without holes.
func TestWordsAreTotal(t *testing.T) {
	d := New(nil)
	for _, kind := range fault.Kinds() {
		if _, ok := kindWords[kind]; !ok {
			t.Errorf("no words for %s", kind)
		}
		for _, what := range fault.Whats() {
			for _, subject := range []fault.What{fault.None, fault.User, fault.Role} {
				w := d.words(iamRequest(), &fault.Error{Kind: kind, What: what, Subject: subject, Name: "NAME", Detail: "DETAIL", Limit: 7})
				if !codeForm.MatchString(w.code) || w.status < 400 || w.status > 599 || http.StatusText(w.status) == "" || w.text == "" ||
					placeholder.MatchString(w.text) || strings.Contains(w.text, "%!") {
					t.Errorf("%s of %s: %+v", kind, what, w)
				}
				// That somebody else does not answer is 400 (STS API Reference, IDPCommunicationError).
				if (w.status >= 500) != (kind == fault.Internal || kind == fault.Unavailable && what != fault.IdentityProvider) {
					t.Errorf("%s of %s has status %d", kind, what, w.status)
				}
			}
		}
	}
	for topic := range topicWords {
		if topic.kind >= fault.Kind(len(fault.Kinds())) || topic.what >= fault.What(len(fault.Whats())) {
			t.Errorf("words for %v, which is no topic", topic)
		}
	}
	// What a client names may hold anything, also what looks like a hole.
	w := d.words(iamRequest(), fault.Missing(fault.User, "%d%l%n"))
	if w.text != "The user with name %d%l%n cannot be found." {
		t.Error(w.text)
	}
}

func TestSignatureWordsAreTotal(t *testing.T) {
	d := New(nil)
	for _, kind := range sign.Kinds() {
		for _, presigned := range []bool{false, true} {
			w := d.words(iamRequest(), fmt.Errorf("wrapped: %w", &sign.Problem{Kind: kind, Presigned: presigned, Field: "Field", Missing: []string{"Signature", "X-Amz-Date"},
				Given: "given", Want: "want", Limit: 7, Date: noon, Now: noon, Bound: noon, Window: time.Minute}))
			if !codeForm.MatchString(w.code) || w.status != 403 && w.status != 400 || w.text == "" || placeholder.MatchString(w.text) || strings.Contains(w.text, "%!") {
				t.Errorf("%s: %+v", kind, w)
			}
		}
	}
}

func TestSignatureTexts(t *testing.T) {
	later := noon.Add(7 * time.Hour)
	for _, c := range []struct {
		p      sign.Problem
		status int
		code   string
		text   string
	}{
		{sign.Problem{Kind: sign.MissingToken}, 403, "MissingAuthenticationToken", "Request is missing Authentication Token"},
		{sign.Problem{Kind: sign.Mismatch}, 403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."},
		{sign.Problem{Kind: sign.SkewPast, Date: noon, Now: later, Bound: later.Add(-15 * time.Minute), Window: 15 * time.Minute}, 403, "SignatureDoesNotMatch",
			"Signature expired: 20261122T120000Z is now earlier than 20261122T184500Z (20261122T190000Z - 15 min.)"},
		{sign.Problem{Kind: sign.SkewFuture, Date: later, Now: noon, Bound: noon.Add(15 * time.Minute), Window: 15 * time.Minute}, 403, "SignatureDoesNotMatch",
			"Signature not yet current: 20261122T190000Z is still later than 20261122T121500Z (20261122T120000Z + 15 min.)"},
		{sign.Problem{Kind: sign.ScopeService, Given: "s3", Want: "sts"}, 403, "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'sts'."},
		{sign.Problem{Kind: sign.Incomplete, Missing: []string{"Credential", "Signature", "SignedHeaders", "X-Amz-Date"}, Given: "AWS4-HMAC-SHA256 x"}, 400, "IncompleteSignature",
			"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. " +
				"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 x"},
	} {
		w := signatureWords(&c.p)
		if w.status != c.status || w.code != c.code || w.text != c.text {
			t.Errorf("%s: %+v", c.p.Kind, w)
		}
	}
	// A signature that was sent is not shown back, nor put on record.
	w := signatureWords(&sign.Problem{Kind: sign.Incomplete, Missing: []string{"Credential"}, Given: "AWS4-HMAC-SHA256 Signature=0123abcd, " + strings.Repeat("x", 4000)})
	if strings.Contains(w.text, "0123abcd") || len(w.text) > 700 {
		t.Errorf("%d characters: %.200s", len(w.text), w.text)
	}
}

// The texts that clients and people match against: recordings and documentation of the real service.
func TestFaultTexts(t *testing.T) {
	for _, c := range []struct {
		service string
		err     error
		status  int
		code    string
		text    string
	}{
		{"iam", fault.Missing(fault.User, "X"), 404, "NoSuchEntity", "The user with name X cannot be found."},
		{"iam", fault.Missing(fault.Role, "X"), 404, "NoSuchEntity", "The role with name X cannot be found."},
		{"iam", fault.Missing(fault.Group, "X"), 404, "NoSuchEntity", "The group with name X cannot be found."},
		{"iam", fault.Missing(fault.RolePolicy, "X"), 404, "NoSuchEntity", "The role policy with name X cannot be found."},
		{"iam", fault.Taken(fault.User, "X"), 409, "EntityAlreadyExists", "User with name X already exists."},
		{"iam", fault.Taken(fault.Role, "X"), 409, "EntityAlreadyExists", "Role with name X already exists."},
		{"iam", fault.Taken(fault.Group, "X"), 409, "EntityAlreadyExists", "Group with name X already exists."},
		{"iam", fault.Taken(fault.Policy, "X"), 409, "EntityAlreadyExists", "A policy called X already exists. Duplicate names are not allowed."},
		{"iam", fault.Blocked(fault.User, fault.Attachment, "X"), 409, "DeleteConflict", "Cannot delete entity, must detach all policies first."},
		{"iam", fault.Blocked(fault.User, fault.UserPolicy, "X"), 409, "DeleteConflict", "Cannot delete entity, must delete policies first."},
		{"iam", fault.Blocked(fault.User, fault.AccessKey, "X"), 409, "DeleteConflict", "Cannot delete entity, must delete access keys first."},
		{"iam", fault.Exceeded(fault.User, fault.AccessKey, "X", 2), 409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"},
		{"iam", fault.Exceeded(fault.Role, fault.TrustPolicy, "X", 2048), 409, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"},
		{"iam", fault.Exceeded(fault.Account, fault.Role, home, 9), 409, "LimitExceeded", "Cannot exceed quota for RolesPerAccount: 9"},
		{"iam", fault.MalformedDocument(fault.TrustPolicy, "Has prohibited field Resource", nil), 400, "MalformedPolicyDocument", "Has prohibited field Resource"},
		{"iam", &fault.Error{Kind: fault.Malformed, What: fault.Principal, Name: "AWS", Detail: "arn:aws:iam::111111111111:role/X"}, 400, "MalformedPolicyDocument",
			`Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:role/X"`},
		{"sts", fault.New(fault.Invalid, fault.ARN, "nothing-valid-in-here"), 400, "ValidationError", "nothing-valid-in-here is invalid"},
		{"sts", fault.New(fault.Invalid, fault.Duration, ""), 400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		{"sts", fault.New(fault.Invalid, fault.ChainDuration, ""), 400, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."},
		{"sts", fault.New(fault.Invalid, fault.DuplicateTag, "x"), 400, "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{"sts", fault.New(fault.Invalid, fault.TransitiveTag, "x"), 400, "InvalidParameterValue", "The specified transitive tag key must be included in the requested tags."},
		{"sts", fault.New(fault.Invalid, fault.InheritedTag, "x"), 400, "InvalidParameterValue", "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session."},
		{"iam", fault.New(fault.Invalid, fault.User, ""), 400, "ValidationError", "Must specify userName when calling with non-User credentials"},
		{"sts", fault.New(fault.Denied, fault.RootSession, ""), 403, "AccessDenied", "Roles may not be assumed by root accounts."},
		{"iam", fault.New(fault.Unauthenticated, fault.Credential, ""), 403, "InvalidClientTokenId", "The security token included in the request is invalid"},
		{"iam", fault.New(fault.Expired, fault.Token, ""), 403, "ExpiredToken", "The security token included in the request is expired"},
		{"sts", &fault.Error{Kind: fault.TooLarge, What: fault.SessionPolicy, Limit: 112}, 400, "PackedPolicyTooLarge", "Packed policy consumes 112% of allotted space, please use smaller policy."},
		{"sts", &fault.Error{Kind: fault.TooLarge, What: fault.SessionTags, Limit: 112}, 400, "PackedPolicyTooLarge", "Packed size of session tags consumes 112% of allotted space."},
		{"iam", fault.New(fault.UnknownOperation, fault.Operation, "X"), 400, "InvalidAction", "Could not find operation X for version 2010-05-08"},
		{"iam", fault.New(fault.Invalid, fault.ARN, "x"), 400, "ValidationError", "Invalid ARN:  Could not be parsed!"},
		{"iam", fault.New(fault.Invalid, fault.DuplicateTag, "x"), 400, "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{"iam", fault.Blocked(fault.Policy, fault.Attachment, "X"), 409, "DeleteConflict", "Cannot delete a policy attached to entities."},
		{"iam", errors.New("a secret of the program"), 500, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure."},
	} {
		req := iamRequest()
		req.Service = c.service
		w := New(nil).words(req, c.err)
		if w.status != c.status || w.code != c.code || w.text != c.text {
			t.Errorf("%v: %+v", c.err, w)
		}
	}
}

func TestViolationTexts(t *testing.T) {
	rule := &wire.Rule{Size: &wire.Range{Min: 2, Max: 64}, Pattern: &wire.Pattern{Source: `[\w+=,.@-]*`}, Enum: []string{"Active", "Inactive"}}
	at := func(name string) wire.Path { return wire.Path{{Name: name}} }
	for _, c := range []struct {
		list []wire.Violation
		want string
	}{
		{[]wire.Violation{{Path: at("RoleSessionName"), Value: "Session1:2", HasValue: true, Kind: wire.NoMatch, Rule: rule}},
			`1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`},
		{[]wire.Violation{{Path: at("Status"), Value: "x", HasValue: true, Kind: wire.NotInEnum, Rule: rule}},
			"1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set"},
		{[]wire.Violation{
			{Path: at("UserName"), Kind: wire.Missing},
			{Path: wire.Path{{Name: "Tags"}, {Index: 1}, {Name: "Key"}}, Value: "k", HasValue: true, Kind: wire.TooShort, Rule: rule},
			{Path: at("RoleName"), Value: "x", HasValue: true, Kind: wire.TooLong, Rule: rule}},
			"3 validation errors detected: Value null at 'userName' failed to satisfy constraint: Member must not be null; " +
				"Value 'k' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 2; " +
				"Value 'x' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{[]wire.Violation{{Path: at("DurationSeconds"), Value: "1", HasValue: true, Kind: wire.TooSmall, Rule: rule}, {Path: at("MaxItems"), Value: "99", HasValue: true, Kind: wire.TooLarge, Rule: rule}},
			"2 validation errors detected: Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 2; " +
				"Value '99' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 64"},
	} {
		if got := (&violations{list: c.list}).Error(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	seen := map[string]bool{}
	for kind := wire.Missing; kind <= wire.TooManyItems; kind++ {
		text := violationText(&wire.Violation{Path: at("X"), Kind: kind, Rule: rule})
		if strings.Contains(text, "%!") || seen[text] {
			t.Errorf("kind %d: %s", kind, text)
		}
		seen[text] = true
	}
}

func TestDeniedTexts(t *testing.T) {
	const said = "User: arn:aws:iam::111111111111:user/ann is not authorized to perform: iam:GetUser on resource: user bob"
	base := guard.Denied{Principal: "arn:aws:iam::111111111111:user/ann", Action: "iam:GetUser", Resource: "user bob"}
	for _, c := range []struct {
		change func(*guard.Denied)
		want   string
	}{
		{func(d *guard.Denied) {}, said + " because no identity-based policy allows the iam:GetUser action"},
		{func(d *guard.Denied) { d.Decision.Layer = policy.LayerBoundary }, said + " because no permissions boundary allows the iam:GetUser action"},
		{func(d *guard.Denied) { d.Decision.Layer = policy.LayerSession }, said + " because no session policy allows the iam:GetUser action"},
		{func(d *guard.Denied) { d.Decision.Layer = policy.LayerResource }, said + " because no resource-based policy allows the iam:GetUser action"},
		{func(d *guard.Denied) { d.Decision.Layer = policy.LayerSCP }, said + " because no service control policy allows the iam:GetUser action"},
		{func(d *guard.Denied) { d.Decision.Verdict = policy.ExplicitDeny; d.Decision.Source = "inline" }, said + " with an explicit deny in an identity-based policy"},
		{func(d *guard.Denied) {
			d.Decision.Verdict, d.Decision.Layer, d.Decision.Source = policy.ExplicitDeny, policy.LayerBoundary, "arn:aws:iam::111111111111:policy/b"
		}, said + " with an explicit deny in a permissions boundary: arn:aws:iam::111111111111:policy/b"},
		{func(d *guard.Denied) { d.Quiet, d.Decision.Verdict = true, policy.ExplicitDeny }, said},
		{func(d *guard.Denied) { d.CrossAccount, d.Decision.Source = true, "arn:aws:iam::222222222222:policy/b" }, said},
	} {
		d := base
		c.change(&d)
		w := New(nil).words(iamRequest(), &fault.Error{Kind: fault.Denied, Err: &d})
		if w.text != c.want || w.code != "AccessDenied" || w.status != 403 {
			t.Errorf("got  %+v\nwant %s", w, c.want)
		}
	}
}
