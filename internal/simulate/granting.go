package simulate

import "github.com/daypass/daypass/internal/iam"

// Granting lists the policies of a user (with those of its groups), group or role that allow anything of a service, by its name in
// actions ("s3"). Boundaries, organization and resource policies do not count. It fails with NotFound.
func Granting(v *iam.View, account string, e Entity, service string) ([]iam.Held, error) {
	f, err := e.find(v, account)
	if err != nil {
		return nil, err
	}
	list := []iam.Held{}
	for _, h := range f.held {
		if h.Source.Policy.GrantsService(service) {
			list = append(list, h)
		}
	}
	return list, nil
}
