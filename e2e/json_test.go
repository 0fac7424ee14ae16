package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// TestJSON: STS answers in JSON when asked to, as the PHP SDK and others do.
func TestJSON(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	role := a.role(t, "json", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	ask := func(body string) *reply {
		return raw(t, s, (&hand{creds: a.creds, body: body, headers: [][2]string{{"Accept", "application/json"}}}).text(s))
	}
	r := ask(identityForm)
	var who struct {
		GetCallerIdentityResponse struct {
			GetCallerIdentityResult struct{ Arn, UserId, Account string }
			ResponseMetadata        struct{ RequestId string }
		}
	}
	ok(t, json.Unmarshal([]byte(r.body), &who))
	me := who.GetCallerIdentityResponse
	if r.header.Get("Content-Type") != "application/json" || !strings.HasSuffix(me.GetCallerIdentityResult.Arn, ":user/alice") || me.ResponseMetadata.RequestId != r.header.Get("X-Amzn-Requestid") {
		t.Errorf("%s: %s", r.header.Get("Content-Type"), r.body)
	}
	r = ask("Action=AssumeRole&Version=2011-06-15&RoleSessionName=json&RoleArn=" + role)
	var out struct {
		AssumeRoleResponse struct {
			AssumeRoleResult struct {
				Credentials struct {
					AccessKeyId, SecretAccessKey, SessionToken string
					Expiration                                 float64
				}
			}
		}
	}
	ok(t, json.Unmarshal([]byte(r.body), &out))
	c := out.AssumeRoleResponse.AssumeRoleResult.Credentials
	if left := time.Until(time.Unix(int64(c.Expiration), 0)); left > time.Hour || left < 59*time.Minute {
		t.Errorf("expiration %v", c.Expiration)
	}
	if r := identity(t, s, creds{c.AccessKeyId, c.SecretAccessKey, c.SessionToken}); r.status != 200 {
		t.Errorf("the credentials: %s", r.body)
	}
	r = ask("Action=AssumeRole&Version=2011-06-15&RoleSessionName=json&RoleArn=x")
	var failure struct {
		Error     struct{ Code, Message, Type string }
		RequestId string
	}
	ok(t, json.Unmarshal([]byte(r.body), &failure))
	if r.status != 400 || failure.Error.Code != "ValidationError" || failure.Error.Type != "Sender" || failure.RequestId == "" {
		t.Errorf("%d: %s", r.status, r.body)
	}
	// IAM has no JSON form.
	r = raw(t, s, (&hand{creds: a.creds, service: "iam", body: "Action=ListUsers&Version=2010-05-08", headers: [][2]string{{"Accept", "application/json"}}}).text(s))
	if !strings.HasPrefix(r.body, "<ListUsersResponse") {
		t.Errorf("IAM: %s", r.body)
	}
}
