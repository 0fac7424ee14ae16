package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign/sigv4"
	"github.com/daypass/daypass/internal/wire"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"daypass": main})
}

// TestScripts runs the stories in testdata. Each has a server of its own that knows the wire and no rules; what it was
// sent is in the file $WORK/sent, one call per line.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			s := &fake{sent: filepath.Join(e.WorkDir, "sent")}
			server := httptest.NewServer(s)
			e.Defer(server.Close)
			e.Setenv("SERVER", server.URL)
			e.Setenv("AWS_ACCESS_KEY_ID", fakeKey)
			e.Setenv("AWS_SECRET_ACCESS_KEY", fakeSecret)
			e.Setenv("DAYPASS_ENDPOINT", server.URL)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": code, "blanks": blanks},
	})
}

// blanks makes a file of N blanks and the content of another one: blanks N FILE FROM.
func blanks(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: blanks N FILE FROM")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Repeat(" ", n)+ts.ReadFile(args[2])), 0o600))
}

// code runs a command line and checks its exit code: code N COMMAND ARGUMENT...
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND ARGUMENT...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	var ended interface{ ExitCode() int }
	if errors.As(err, &ended) {
		got = fmt.Sprint(ended.ExitCode())
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

const (
	fakeKey    = "AKIAQNZGKIQY56JQ7WML"
	fakeSecret = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
)

// fake answers calls in the right form. It denies what is called denied and does not find what is called missing.
type fake struct {
	mu   sync.Mutex
	sent string
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = f.note(body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	claim, err := sigv4.Rules{Services: []string{"sts", "iam", "daypass"}}.Parse(sigv4.FromHTTP(r, body))
	if err == nil {
		err = claim.Verify(secret.New(fakeSecret), time.Now())
	}
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write(wire.AppendXMLError(nil, stsapi.Namespace, "r-sign", wire.Failure{Type: "Sender", Code: "SignatureDoesNotMatch", Message: err.Error()}))
		return
	}
	form, err := wire.ParseForm(body, wire.DefaultFormLimits())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	action, _ := form.Get("Action")
	out, failure, status := answer(action, claim.Service, form)
	w.WriteHeader(status)
	if status != http.StatusOK {
		_, _ = w.Write(wire.AppendXMLError(nil, stsapi.Namespace, "r-1234", failure))
		return
	}
	_, _ = w.Write(wire.AppendXMLResponse(nil, action, stsapi.Namespace, "r-1", out))
}

func (f *fake) note(body []byte) error {
	file, err := os.OpenFile(f.sent, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.Write(append(body, '\n'))
	return err
}

var at = time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)

func answer(action, service string, form *wire.Form) (out wire.Shape, failure wire.Failure, status int) {
	var all []string
	for _, value := range form.All {
		all = append(all, value)
	}
	switch text := strings.Join(all, " "); {
	case strings.Contains(text, "denied"):
		return nil, wire.Failure{Type: "Sender", Code: "AccessDenied", Message: "User: alice is not authorized to perform: " + action + "\u202e"}, 403
	case strings.Contains(text, "missing"):
		return nil, wire.Failure{Type: "Sender", Code: "NoSuchEntity", Message: "There is no such thing."}, 404
	case strings.Contains(text, "invalid"):
		return nil, wire.Failure{Type: "Sender", Code: "ValidationError", Message: "That is not valid."}, 400
	}
	marker, _ := form.Get("Marker")
	shapes := map[string]wire.Shape{
		"sts GetCallerIdentity": &stsapi.GetCallerIdentityOutput{UserId: new("AIDAEXAMPLE"), Account: new("111122223333"),
			Arn: new("arn:aws:iam::111122223333:user/team/alice")},
		"sts AssumeRole": &stsapi.AssumeRoleOutput{
			Credentials: &stsapi.Credentials{AccessKeyId: "ASIAQNZGKIQY56JQ7WML", SecretAccessKey: "tmp'secret", SessionToken: "tok/en+==",
				Expiration: at.Add(time.Hour)},
			AssumedRoleUser: &stsapi.AssumedRoleUser{AssumedRoleId: "AROAEXAMPLE:alice", Arn: "arn:aws:sts::111122223333:assumed-role/uploader/alice"}},
		"daypass CreateAccount": &adminapi.CreateAccountOutput{AccountId: "444455556666", Cloud: "aws", Name: "team a",
			AdminUser: adminapi.AdminUser{UserName: "admin", AccessKeyId: "AKIANEW", SecretAccessKey: "new-secret"}},
		"daypass ListAccounts": &adminapi.ListAccountsOutput{IsTruncated: marker == "", Marker: new("page-2"), Accounts: []adminapi.Account{
			{AccountId: "11112222333" + fmt.Sprint(len(marker)), Cloud: "aws", Name: "evil\u202e", State: adminapi.StateActive, Home: marker == "", CreateDate: at}}},
		"daypass RotateKeys": &adminapi.RotateKeysOutput{KeyId: 7, PrimaryFrom: at},
		"daypass ListKeys": &adminapi.ListKeysOutput{Keys: []adminapi.Key{
			{KeyId: 6, Born: at, PrimaryFrom: at, Retired: new(at.Add(36 * time.Hour)), State: adminapi.StateOpening},
			{KeyId: 7, Born: at, PrimaryFrom: at, State: adminapi.StatePrimary}}},
		"daypass RevokeSessions":      &adminapi.RevokeSessionsOutput{RoleName: "uploader", RevokedBefore: at},
		"daypass Explain":             explainAnswer(form),
		"daypass WhoCan":              whoCanAnswer(marker),
		"daypass WhatCan":             whatCanAnswer(form),
		"iam SimulatePrincipalPolicy": simulateAnswer(form, marker),
	}
	if out, ok := shapes[service+" "+action]; ok {
		return out, failure, http.StatusOK
	}
	if service == "daypass" && (action == "SuspendAccount" || action == "ResumeAccount") {
		return nil, failure, http.StatusOK
	}
	return nil, wire.Failure{Type: "Sender", Code: "InvalidAction", Message: action + " of " + service}, 400
}
