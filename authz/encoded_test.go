package authz_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/daypass/daypass/authz"
)

// A denial ends with the sealed reasons, whole or not at all.
func TestEncodedMessage(t *testing.T) {
	for name, c := range map[string]struct{ message, encoded, want string }{
		"with reasons":     {"no action allows it", "QUJD", "no action allows it. Encoded authorization failure message: QUJD"},
		"a sentence":       {"No.", "QUJD", "No. Encoded authorization failure message: QUJD"},
		"nothing said":     {"", "QUJD", "The policies do not allow this request. Encoded authorization failure message: QUJD"},
		"without reasons":  {"no", "", "no"},
		"a long message":   {strings.Repeat("x", 5000), "QUJD", strings.Repeat("x", 4096) + ". Encoded authorization failure message: QUJD"},
		"as long as it is": {"no", strings.Repeat("A", 10240), "no. Encoded authorization failure message: " + strings.Repeat("A", 10240)},
		"reasons too long": {"no", strings.Repeat("A", 10241), "no"},
	} {
		a := &authorizer{answer: func(ctx context.Context, call *authz.Call) (*authz.Result, error) {
			result, err := allow(ctx, call)
			result.Decisions[0] = authz.Decision{Verdict: authz.Deny, Message: c.message, EncodedMessage: c.encoded}
			return result, err
		}}
		h := &reached{}
		status, got, _ := do(t, authz.Middleware(a, authz.Options{Profile: "notes"}, one)(h), httptest.NewRequest(http.MethodGet, "/notes/a", nil))
		if status != http.StatusForbidden || got.Code != authz.CodeDenied || got.Message != c.want || h.request != nil {
			t.Errorf("%s: %d %+v", name, status, got)
		}
	}
}
