package authz_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/authz"
)

// The types are also what travels when the authorizer is a server: names and forms are part of the contract.
func TestContract(t *testing.T) {
	call := &authz.Call{Profile: "orders",
		Request: authz.Request{Method: "PUT", Scheme: "https", Host: "orders.corp", Target: "/v1/orders/12?x=%2F",
			Headers:    [][2]string{{"X-Amz-Date", "20261122T070000Z"}, {"X-Amz-Security-Token", "t"}},
			BodySHA256: "00", SourceIP: "10.1.2.3", TLSVersion: "1.3"},
		Checks: []authz.Check{{Action: "orders:Update", Resource: "arn:aws:orders::000000000000:order/12",
			Context: map[string][]string{"orders:Amount": {"12"}}}}}
	const wantCall = `{"profile":"orders","request":{"method":"PUT","scheme":"https","host":"orders.corp","target":"/v1/orders/12?x=%2F",` +
		`"headers":[["X-Amz-Date","20261122T070000Z"],["X-Amz-Security-Token","t"]],"body_sha256":"00","source_ip":"10.1.2.3","tls_version":"1.3"},` +
		`"checks":[{"action":"orders:Update","resource":"arn:aws:orders::000000000000:order/12","context":{"orders:Amount":["12"]}}],"explain":false}`
	data, err := json.Marshal(call)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantCall, string(data)); diff != "" {
		t.Error(diff)
	}

	const answer = `{"authenticated":true,
	 "principal":{"arn":"arn:aws:sts::000000000000:assumed-role/clerk/alice","account":"000000000000","type":"AssumedRole","role_arn":"r",
	   "session_name":"alice","source_identity":"s","tags":{"team":"a"},"mfa":false,"expires":"2026-11-22T08:00:00Z"},
	 "decisions":[{"decision":"deny","reason":"implicit","message":"no","matched":[]}],
	 "payload":{"mode":"hash","sha256":"00"},"decision_id":"01J","cache":{"ttl":10,"vary":["principal"]}}`
	var got authz.Result
	if err := json.Unmarshal([]byte(answer), &got); err != nil {
		t.Fatal(err)
	}
	want := authz.Result{Authenticated: true,
		Principal: &authz.Principal{ARN: "arn:aws:sts::000000000000:assumed-role/clerk/alice", Account: "000000000000", Type: "AssumedRole",
			RoleARN: "r", SessionName: "alice", SourceIdentity: "s", Tags: map[string]string{"team": "a"},
			Expires: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)},
		Decisions: []authz.Decision{{Verdict: authz.Deny, Reason: "implicit", Message: "no", Matched: []authz.Match{}}},
		Payload:   authz.Payload{Mode: authz.PayloadHash, SHA256: "00"}, DecisionID: "01J", Cache: authz.Cache{TTL: 10, Vary: []string{"principal"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
