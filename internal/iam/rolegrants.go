package iam

import "github.com/daypass/daypass/internal/fault"

// grantRole is the frame of every verb on the policies of a role: f gives the new grants.
func (t *Tx) grantRole(account, role string, f func(bearer, Grants) (Grants, error)) (*Role, error) {
	r, err := t.ordinaryRole(account, role)
	if err != nil {
		return nil, err
	}
	c := *r
	if c.Grants, err = f(t.bearerRole(r), r.Grants); err != nil {
		return nil, err
	}
	return put(t, &c)
}

// PutRolePolicy adds or replaces an inline policy. It fails with NotFound, Invalid (name), Malformed or Limit (all inline policies
// of the role together).
func (t *Tx) PutRolePolicy(account, role, name, document string) (*Role, error) {
	return t.grantRole(account, role, func(b bearer, g Grants) (Grants, error) { return t.putInline(b, g, name, document) })
}

// DeleteRolePolicy removes an inline policy. It fails with NotFound.
func (t *Tx) DeleteRolePolicy(account, role, name string) (*Role, error) {
	return t.grantRole(account, role, func(b bearer, g Grants) (Grants, error) { return t.dropInline(b, g, name) })
}

// AttachRolePolicy attaches a managed policy of the account or of "aws". It fails with NotFound (role), NotAttachable (policy),
// Invalid (What ARN) or Limit.
func (t *Tx) AttachRolePolicy(account, role, policyARN string) (*Role, error) {
	return t.grantRole(account, role, func(b bearer, g Grants) (Grants, error) { return t.attach(b, g, policyARN) })
}

// DetachRolePolicy takes a managed policy off. It fails with NotFound: the role, the policy, or with What Attachment when it is
// not attached.
func (t *Tx) DetachRolePolicy(account, role, policyARN string) (*Role, error) {
	return t.grantRole(account, role, func(b bearer, g Grants) (Grants, error) { return t.detach(b, g, policyARN) })
}

// PutRoleBoundary sets the permissions boundary. It fails with NotFound, NotAttachable or Invalid (What ARN).
func (t *Tx) PutRoleBoundary(account, role, policyARN string) (*Role, error) {
	r, err := t.ordinaryRole(account, role)
	if err != nil {
		return nil, err
	}
	if policyARN == "" {
		return nil, fault.New(fault.Invalid, fault.ARN, policyARN)
	}
	if err := t.mayBound(account, policyARN); err != nil {
		return nil, err
	}
	c := *r
	c.Boundary = policyARN
	return put(t, &c)
}

// DeleteRoleBoundary removes the permissions boundary. It fails with NotFound: the role, or with What Boundary when there is none.
func (t *Tx) DeleteRoleBoundary(account, role string) (*Role, error) {
	r, err := t.ordinaryRole(account, role)
	if err != nil {
		return nil, err
	}
	if r.Boundary == "" {
		return nil, &fault.Error{Kind: fault.NotFound, What: fault.Boundary, Subject: fault.Role, Name: role}
	}
	c := *r
	c.Boundary = ""
	return put(t, &c)
}
