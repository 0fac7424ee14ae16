package iam

import "github.com/daypass/daypass/internal/fault"

// grantUser is the frame of every verb on the policies of a user: f gives the new grants.
func (t *Tx) grantUser(account, user string, f func(bearer, Grants) (Grants, error)) (*User, error) {
	u, err := t.User(account, user)
	if err != nil {
		return nil, err
	}
	c := *u
	if c.Grants, err = f(t.bearerUser(u), u.Grants); err != nil {
		return nil, err
	}
	return put(t, &c)
}

// PutUserPolicy adds or replaces an inline policy. It fails with NotFound, Invalid (name), Malformed or Limit (all inline policies
// of the user together).
func (t *Tx) PutUserPolicy(account, user, name, document string) (*User, error) {
	return t.grantUser(account, user, func(b bearer, g Grants) (Grants, error) { return t.putInline(b, g, name, document) })
}

// DeleteUserPolicy removes an inline policy. It fails with NotFound.
func (t *Tx) DeleteUserPolicy(account, user, name string) (*User, error) {
	return t.grantUser(account, user, func(b bearer, g Grants) (Grants, error) { return t.dropInline(b, g, name) })
}

// AttachUserPolicy attaches a managed policy of the account or of "aws". It fails with NotFound (user), NotAttachable (policy),
// Invalid (What ARN) or Limit.
func (t *Tx) AttachUserPolicy(account, user, policyARN string) (*User, error) {
	return t.grantUser(account, user, func(b bearer, g Grants) (Grants, error) { return t.attach(b, g, policyARN) })
}

// DetachUserPolicy takes a managed policy off. It fails with NotFound: the user, the policy, or with What Attachment when it is
// not attached.
func (t *Tx) DetachUserPolicy(account, user, policyARN string) (*User, error) {
	return t.grantUser(account, user, func(b bearer, g Grants) (Grants, error) { return t.detach(b, g, policyARN) })
}

// PutUserBoundary sets the permissions boundary. It fails with NotFound, NotAttachable or Invalid (What ARN).
func (t *Tx) PutUserBoundary(account, user, policyARN string) (*User, error) {
	u, err := t.User(account, user)
	if err != nil {
		return nil, err
	}
	if policyARN == "" {
		return nil, fault.New(fault.Invalid, fault.ARN, policyARN)
	}
	if err := t.mayBound(account, policyARN); err != nil {
		return nil, err
	}
	c := *u
	c.Boundary = policyARN
	return put(t, &c)
}

// DeleteUserBoundary removes the permissions boundary. It fails with NotFound: the user, or with What Boundary when there is none.
func (t *Tx) DeleteUserBoundary(account, user string) (*User, error) {
	u, err := t.User(account, user)
	if err != nil {
		return nil, err
	}
	if u.Boundary == "" {
		return nil, &fault.Error{Kind: fault.NotFound, What: fault.Boundary, Subject: fault.User, Name: user}
	}
	c := *u
	c.Boundary = ""
	return put(t, &c)
}
