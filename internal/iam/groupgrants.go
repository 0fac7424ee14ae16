package iam

// grantGroup is the frame of every verb on the policies of a group: f gives the new grants.
func (t *Tx) grantGroup(account, group string, f func(bearer, Grants) (Grants, error)) (*Group, error) {
	g, err := t.Group(account, group)
	if err != nil {
		return nil, err
	}
	c := *g
	if c.Grants, err = f(t.bearerGroup(g), g.Grants); err != nil {
		return nil, err
	}
	return put(t, &c)
}

// PutGroupPolicy adds or replaces an inline policy. It fails with NotFound, Invalid (name), Malformed or Limit (all inline policies
// of the group together).
func (t *Tx) PutGroupPolicy(account, group, name, document string) (*Group, error) {
	return t.grantGroup(account, group, func(b bearer, g Grants) (Grants, error) { return t.putInline(b, g, name, document) })
}

// DeleteGroupPolicy removes an inline policy. It fails with NotFound.
func (t *Tx) DeleteGroupPolicy(account, group, name string) (*Group, error) {
	return t.grantGroup(account, group, func(b bearer, g Grants) (Grants, error) { return t.dropInline(b, g, name) })
}

// AttachGroupPolicy attaches a managed policy of the account or of "aws". It fails with NotFound (group), NotAttachable (policy),
// Invalid (What ARN) or Limit.
func (t *Tx) AttachGroupPolicy(account, group, policyARN string) (*Group, error) {
	return t.grantGroup(account, group, func(b bearer, g Grants) (Grants, error) { return t.attach(b, g, policyARN) })
}

// DetachGroupPolicy takes a managed policy off. It fails with NotFound: the group, the policy, or with What Attachment when it is
// not attached.
func (t *Tx) DetachGroupPolicy(account, group, policyARN string) (*Group, error) {
	return t.grantGroup(account, group, func(b bearer, g Grants) (Grants, error) { return t.detach(b, g, policyARN) })
}
