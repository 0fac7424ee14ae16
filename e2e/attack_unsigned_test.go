package e2e

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/daypass/daypass/internal/dialect/aws"
)

// TestAttack43_AssumeRoleUnauthRoute sends every operation of every service without a signature (RustFS GHSA-5qfg and 3473): only those
// whose proof is in the input may look at it, and without a proof they give nothing either.
func TestAttack43_AssumeRoleUnauthRoute(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	role := a.role(t, "open", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:AssumeRole"]}]}`)
	proofs := map[string]bool{"AssumeRoleWithWebIdentity": true, "AssumeRoleWithSAML": true}
	for _, c := range aws.Coverage() {
		v := url.Values{"Action": {c.Operation}, "Version": {versions[c.Service]}, "RoleArn": {role}, "RoleSessionName": {"me"}, "DurationSeconds": {"900"},
			"WebIdentityToken": {"token"}, "SAMLAssertion": {"PHNhbWw+"}, "PrincipalArn": {role}, "UserName": {"alice"}, "Name": {"bob"}}
		for how, r := range map[string]*http.Request{
			"POST": form(t, s, v.Encode()),
			"GET":  must(http.NewRequest(http.MethodGet, s.Endpoint+"/?"+v.Encode(), nil))(t),
		} {
			got := send(t, r)
			if got.status == http.StatusBadRequest && got.code == "Throttling" {
				// Who sends this much without signing is not heard any more, which is as good as a refusal; the next server hears it anew.
				s = devServer(t)
				r = form(t, s, v.Encode())
				got = send(t, r)
			}
			if proofs[c.Operation] {
				if got.status == 200 || got.code == "MissingAuthenticationToken" {
					t.Errorf("%s of %s without a proof: %d %s", how, c.Operation, got.status, got.body)
				}
				continue
			}
			if got.status != http.StatusForbidden || got.code != "MissingAuthenticationToken" {
				t.Errorf("%s of %s unsigned: %d %s", how, c.Operation, got.status, got.body)
			}
		}
	}
}
