package iam

import (
	"time"

	"github.com/daypass/daypass/internal/fault"
)

// MemberRequest is what became of asking for a new account. On this server it is settled at once.
type MemberRequest struct {
	Org     string    `json:"org"`
	ID      string    `json:"id"` // car-…
	Name    string    `json:"name"`
	Asked   time.Time `json:"asked"`
	Account string    `json:"account,omitzero"` // "" when it failed
	Failure string    `json:"failure,omitzero"`
}

// The ways a request fails (CreateAccountFailureReason of the Organizations API model).
const (
	FailureEmail = "EMAIL_ALREADY_EXISTS"
	FailureLimit = "ACCOUNT_LIMIT_EXCEEDED"
)

func (r *MemberRequest) rowKey() string { return requestsOf(r.Org) + r.ID }
func (r *MemberRequest) also() []string { return nil }
func (r *MemberRequest) prepare()       {}

func requestsOf(org string) string { return "orgrequest/" + org + "/" }

func (r *MemberRequest) check(c *checker) {
	_, ok := onShelf[*Organization](c.s, organizationKey(r.Org))
	c.want(ok, r, "its organization does not exist")
	c.want((r.Account == "") != (r.Failure == ""), r, "neither or both of account and failure")
	if r.Account != "" {
		c.ofAccount(r, r.Account)
	}
}

// MemberRequest finds a request of the organization. It fails with NotFound.
func (s *tables) MemberRequest(o *Organization, id string) (*MemberRequest, error) {
	if r, ok := onShelf[*MemberRequest](s, requestsOf(o.ID)+id); ok {
		return r, nil
	}
	return nil, fault.Missing(fault.MemberRequest, id)
}

// MemberRequests lists the requests of an organization by id: those that made an account, those that failed, or both.
func (s *tables) MemberRequests(o *Organization, made, failed bool, after string, limit int) (page []*MemberRequest, next string) {
	return shelfPage(s, requestsOf(o.ID), after, limit, func(r *MemberRequest) bool {
		return r.Account != "" && made || r.Account == "" && failed
	})
}
