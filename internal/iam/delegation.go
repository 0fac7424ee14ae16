package iam

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

// DelegationRequest is a request of one account for some of another's permissions, for a while (IAM User Guide, "IAM temporary delegation").
type DelegationRequest struct {
	ID        string                `json:"id"`
	Requestor string                `json:"requestor"` // account that asks
	Workflow  string                `json:"workflow"`  // the requestor's own name for it, unique among his
	Channel   string                `json:"channel"`   // the requestor's name for where he wants to hear of it
	Text      string                `json:"text"`      // what it is for
	Message   string                `json:"message,omitzero"`
	Redirect  string                `json:"redirect,omitzero"`
	Template  string                `json:"template"` // managed policy of the requestor's account
	Given     []DelegationParameter `json:"given,omitempty"`
	Policy    string                `json:"policy"`             // the template with the parameters filled in: what is asked for, for good
	Seconds   int                   `json:"seconds"`            // how long the permissions last once they are handed over
	OnlyOwner bool                  `json:"onlyOwner,omitzero"` // nobody but the owner may hand them over

	OwnerAccount string    `json:"ownerAccount,omitzero"`
	Owner        string    `json:"owner,omitzero"` // ARN of who took the request on
	Approver     *Approver `json:"approver,omitempty"`
	Notes        string    `json:"notes,omitzero"`
	Reason       string    `json:"reason,omitzero"` // of the rejection

	State   string    `json:"state"` // what it was brought to; [DelegationRequest.StateAt] knows about expiry
	Created time.Time `json:"created"`
	Since   time.Time `json:"since"`           // of State
	Token   []byte    `json:"token,omitempty"` // wrapped, once the request is finalized
}

// DelegationParameter is a value for a placeholder of a template.
type DelegationParameter struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
	List   bool     `json:"list,omitzero"`
}

// Approver is who approved a request, and by which credential: whoever holds the permissions acts for him, and only as long as that
// credential is honoured.
type Approver struct {
	ARN    string `json:"arn"`
	RoleID string `json:"roleId,omitzero"` // of a session of a role
	// The long-term key or identity provider at the start.
	Account  string         `json:"account"`
	UserID   string         `json:"userId,omitzero"`
	KeyID    string         `json:"keyId,omitzero"`
	Provider string         `json:"provider,omitzero"`
	Via      []ApproverRole `json:"via,omitempty"` // the sessions of roles on the way, the approver's own included
}

// ApproverRole is a session of a role.
type ApproverRole struct {
	RoleID string    `json:"roleId"`
	Issued time.Time `json:"issued"`
}

// States of a delegation request (IAM API Reference, DelegationRequest).
const (
	DelegationUnassigned = "UNASSIGNED"
	DelegationAssigned   = "ASSIGNED"
	DelegationPending    = "PENDING_APPROVAL"
	DelegationAccepted   = "ACCEPTED"
	DelegationFinalized  = "FINALIZED"
	DelegationRejected   = "REJECTED"
	DelegationExpired    = "EXPIRED"
)

// How long a request stays in a state before it expires (IAM User Guide, "Understanding the Request Lifecycle"), and an expired one on
// record.
const (
	delegationUnclaimed = 24 * time.Hour
	delegationLife      = 7 * 24 * time.Hour
	delegationKept      = 30 * 24 * time.Hour
)

// MaxRootDelegation is the longest delegation that an account's root may approve.
const MaxRootDelegation = 4 * time.Hour

// maxDelegations bounds the requests of one account on record, maxDelegated the policy of one in bytes: it travels in session tokens.
const (
	maxDelegations = 1000
	maxDelegated   = 4096
)

func (d *DelegationRequest) rowKey() string { return "delegation/" + d.Requestor + "/" + d.ID }
func (d *DelegationRequest) prepare()       {}

func (d *DelegationRequest) also() []string {
	keys := []string{delegationID(d.ID), delegationWorkflow(d.Requestor, d.Workflow)}
	if d.Owner != "" {
		keys = append(keys, delegationsOf(d.OwnerAccount)+d.ID)
	}
	return keys
}

func delegationID(id string) string         { return "delegation-id/" + id }
func delegationsOf(account string) string   { return "delegation-of/" + account + "/" }
func delegationsFrom(account string) string { return "delegation/" + account + "/" }

// delegationWorkflow is a key for a text that may hold anything.
func delegationWorkflow(account, workflow string) string {
	sum := sha256.Sum256([]byte(workflow))
	return "delegation-workflow/" + account + "/" + hex.EncodeToString(sum[:])
}

func (d *DelegationRequest) check(c *checker) {
	c.ofAccount(d, d.Requestor)
	c.want(isUUID(d.ID), d, "bad id")
	c.want(d.State == DelegationUnassigned == (d.Owner == ""), d, "%s, owned by %q", d.State, d.Owner)
	c.want(d.Owner == "" || d.OwnerAccount != "", d, "owned by nobody's")
	approved := d.State == DelegationAccepted || d.State == DelegationFinalized
	c.want(!approved || d.Approver != nil, d, "%s by nobody", d.State)
	c.want((d.State == DelegationFinalized) == (len(d.Token) > 0), d, "%s, with a token of %d bytes", d.State, len(d.Token))
	_, err := policy.Parse(policy.AWS(), policy.Session, []byte(d.Policy))
	c.want(err == nil && len(d.Policy) <= maxDelegated, d, "its policy can not be used: %v", err)
}

// Expires is when the request leaves its state by itself.
func (d *DelegationRequest) Expires() time.Time {
	if d.State == DelegationUnassigned {
		return d.Since.Add(delegationUnclaimed)
	}
	return d.Since.Add(delegationLife)
}

// StateAt is the state at a time.
func (d *DelegationRequest) StateAt(now time.Time) string {
	if !now.Before(d.Expires()) {
		return DelegationExpired
	}
	return d.State
}

// Ends is when the permissions of a finalized request end, whenever they are taken up.
func (d *DelegationRequest) Ends() time.Time {
	return d.Since.Add(time.Duration(d.Seconds) * time.Second)
}

// visible says whether an account may know of the request: who asks, whom he asks, and, of a request to nobody in particular, all who
// were told its id.
func (d *DelegationRequest) visible(account string) bool {
	return d.OwnerAccount == "" || d.OwnerAccount == account || d.Requestor == account
}

// DelegationRequest finds a request that an account may know of; NotFound otherwise.
func (s *tables) DelegationRequest(account, id string) (*DelegationRequest, error) {
	if d, ok := onShelf[*DelegationRequest](s, delegationID(id)); ok && d.visible(account) {
		return d, nil
	}
	return nil, fault.Missing(fault.DelegationRequest, id)
}

// DelegationRequests lists the requests that an account has taken on, of one owner or of all, after one id and up to limit.
func (s *tables) DelegationRequests(account, owner, after string, limit int) (page []*DelegationRequest, next string) {
	return shelfPage(s, delegationsOf(account), after, limit, func(d *DelegationRequest) bool { return owner == "" || d.Owner == owner })
}

// CreateDelegation adds a request; what it says is checked by the caller's dialect, the policy here. It fails with NotFound (account),
// Exists (the workflow), Limit, or Invalid with DelegationTemplate.
func (t *Tx) CreateDelegation(d DelegationRequest) (*DelegationRequest, error) {
	if _, err := t.Account(d.Requestor); err != nil {
		return nil, err
	}
	if len(d.Policy) > maxDelegated {
		return nil, &fault.Error{Kind: fault.Invalid, What: fault.DelegationTemplate, Detail: "The policy is too long to be delegated."}
	}
	if _, err := policy.Parse(policy.AWS(), policy.Session, []byte(d.Policy)); err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, What: fault.DelegationTemplate, Detail: "With these parameters the template is no policy: " + err.Error(), Err: err}
	}
	// What expired long ago makes room, and gives the names of its workflows back.
	n := 0
	for _, old := range shelfAll[*DelegationRequest](&t.tables, delegationsFrom(d.Requestor)) {
		if t.now.After(old.Expires().Add(delegationKept)) {
			t.drop(old)
			continue
		}
		n++
	}
	if _, taken := onShelf[*DelegationRequest](&t.tables, delegationWorkflow(d.Requestor, d.Workflow)); taken {
		return nil, fault.Taken(fault.DelegationRequest, d.Workflow)
	}
	if n >= maxDelegations {
		return nil, fault.Exceeded(fault.Account, fault.DelegationRequest, d.Requestor, maxDelegations)
	}
	id, err := newUUID(t.random)
	if err != nil {
		return nil, err
	}
	d.ID, d.State, d.Created, d.Since = id, DelegationUnassigned, t.now, t.now
	d.Owner, d.Approver, d.Token, d.Notes, d.Reason = "", nil, nil, "", ""
	return put(t, &d)
}

// AssociateDelegation makes the caller the owner of a request that nobody has taken on. It fails with NotFound or Invalid (the state).
func (t *Tx) AssociateDelegation(account, id, owner string) (*DelegationRequest, error) {
	d, err := t.DelegationRequest(account, id)
	if err != nil {
		return nil, err
	}
	// Who asks another account does not take the request on himself.
	if d.OwnerAccount != "" && d.OwnerAccount != account {
		return nil, fault.Missing(fault.DelegationRequest, id)
	}
	if err := d.in(t.now, DelegationUnassigned); err != nil {
		return nil, err
	}
	c := *d
	c.OwnerAccount, c.Owner = account, owner
	return t.bring(&c, DelegationAssigned)
}

// UpdateDelegation sends a request on for approval. It fails with NotFound or Invalid.
func (t *Tx) UpdateDelegation(account, id, notes string) (*DelegationRequest, error) {
	d, err := t.owned(account, id, DelegationAssigned, DelegationPending)
	if err != nil {
		return nil, err
	}
	c := *d
	c.Notes = notes
	if d.State == DelegationPending {
		return put(t, &c) // another note is no more time
	}
	return t.bring(&c, DelegationPending)
}

// AcceptDelegation approves a request. It fails with NotFound, Invalid, or Limit for an account's root and a long request.
func (t *Tx) AcceptDelegation(account, id string, by Approver) (*DelegationRequest, error) {
	d, err := t.owned(account, id, DelegationAssigned, DelegationPending)
	if err != nil {
		return nil, err
	}
	if limit := int(MaxRootDelegation / time.Second); by.ARN == arn.Root(account) && d.Seconds > limit {
		return nil, &fault.Error{Kind: fault.Limit, What: fault.DelegationRequest, Subject: fault.RootSession, Name: id, Limit: limit}
	}
	c := *d
	c.Approver = &by
	return t.bring(&c, DelegationAccepted)
}

// RejectDelegation refuses a request whose permissions were not handed over yet. It fails with NotFound or Invalid.
func (t *Tx) RejectDelegation(account, id, reason string) (*DelegationRequest, error) {
	d, err := t.owned(account, id, DelegationAssigned, DelegationPending, DelegationAccepted)
	if err != nil {
		return nil, err
	}
	c := *d
	c.Approver, c.Reason = nil, reason
	return t.bring(&c, DelegationRejected)
}

// FinalizeDelegation hands the permissions of an approved request over: from now on the requestor may take up what token, which is
// wrapped, stands for. It fails with NotFound, Invalid, or Denied when that is for the owner alone.
func (t *Tx) FinalizeDelegation(account, id, by string, token []byte) (*DelegationRequest, error) {
	d, err := t.owned(account, id, DelegationAccepted)
	if err != nil {
		return nil, err
	}
	if d.OnlyOwner && d.Owner != by {
		return nil, fault.New(fault.Denied, fault.DelegationRequest, id)
	}
	c := *d
	c.Token = token
	return t.bring(&c, DelegationFinalized)
}

// owned finds a request that an account has taken on and that is in one of the states.
func (t *Tx) owned(account, id string, states ...string) (*DelegationRequest, error) {
	d, err := t.DelegationRequest(account, id)
	if err != nil {
		return nil, err
	}
	if d.OwnerAccount != account || d.Owner == "" {
		return nil, fault.Missing(fault.DelegationRequest, id)
	}
	if err := d.in(t.now, states...); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *DelegationRequest) in(now time.Time, states ...string) error {
	is := d.StateAt(now)
	for _, s := range states {
		if is == s {
			return nil
		}
	}
	return &fault.Error{Kind: fault.Invalid, What: fault.DelegationRequest, Name: d.ID, Detail: is}
}

func (t *Tx) bring(d *DelegationRequest, state string) (*DelegationRequest, error) {
	d.State, d.Since = state, t.now
	return put(t, d)
}
