package authz_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/daypass/daypass/authz"
)

// readers stands for an authorizer in the same process: everybody is alice, and may read.
type readers struct{}

func (readers) Authorize(_ context.Context, call *authz.Call) (*authz.Result, error) {
	result := &authz.Result{
		Authenticated: true,
		Principal:     &authz.Principal{ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333", Type: "IAMUser"},
		DecisionID:    "01J9Z3",
		Payload:       authz.Payload{Mode: authz.PayloadHash, SHA256: call.Request.BodySHA256},
	}
	for _, check := range call.Checks {
		d := authz.Decision{Verdict: authz.Deny, Reason: "implicit", Message: "alice may not " + check.Action + " " + check.Resource}
		if check.Action == "orders:Get" {
			d = authz.Decision{Verdict: authz.Allow}
		}
		result.Decisions = append(result.Decisions, d)
	}
	return result, nil
}

// A service names the action and the resource of each request and leaves the rest to the middleware.
func ExampleMiddleware() {
	actions := map[string]string{http.MethodGet: "orders:Get", http.MethodPut: "orders:Update"}
	checks := func(r *http.Request) ([]authz.Check, error) {
		id, ok := strings.CutPrefix(r.URL.Path, "/orders/")
		if !ok || strings.Contains(id, "/") || actions[r.Method] == "" {
			return nil, &authz.Refusal{Status: http.StatusNotFound, Code: "NotFound", Message: "There is no such thing."}
		}
		return []authz.Check{{Action: actions[r.Method], Resource: "arn:aws:orders::111122223333:order/" + id}}, nil
	}
	orders := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		principal, _ := authz.FromContext(r.Context())
		fmt.Fprintln(w, "an order for", principal.ARN)
	})
	handler := authz.Middleware(readers{}, authz.Options{Profile: "orders"}, checks)(orders)

	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(method, "/orders/12", nil))
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// 200 an order for arn:aws:iam::111122223333:user/alice
	// 403 {"code":"AccessDenied","message":"alice may not orders:Update arn:aws:orders::111122223333:order/12","request_id":"01J9Z3"}
	// 404 {"code":"NotFound","message":"There is no such thing.","request_id":""}
}
