package access

import (
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

// Ask is one thing a caller wants leave for.
type Ask struct {
	Action   string // "iam:CreateUser"
	Resource string // resource name the policies are compared with; "*" for actions without one
	Label    string // how messages name the resource when it does not exist; "" = Resource
	Account  string // account that owns the resource; "" = the caller's

	Policy *policy.Source      // the resource's own policy; nil if it has none
	Kind   policy.ResourceKind // whether the resource's own policy must allow

	Quiet bool // a denial says nothing of its reason, so that it does not tell whether the resource exists

	Keys         []Key     // condition keys of this operation
	RequestTags  []iam.Tag // aws:RequestTag/… and aws:TagKeys
	TagKeys      []string  // further aws:TagKeys: the keys an untagging call names
	ResourceTags []iam.Tag // aws:ResourceTag/… and <service>:ResourceTag/…
}

// Named is how messages call the resource.
func (a *Ask) Named() string {
	if a.Label != "" {
		return a.Label
	}
	return a.Resource
}

// Key is one condition key of an operation. Keys the server derives itself (who, when, from where) always win over it.
type Key struct {
	Name   string // lower case
	Values policy.Values
}
