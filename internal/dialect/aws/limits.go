package aws

import (
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/sts"
)

// limited sets for each service which kinds of temporary credentials it takes at all. The server's own API follows the
// rule of IAM.
func limited(list []*service) []*service {
	for _, s := range list {
		switch s.name {
		case "sts":
			s.table.Limited(func(c *guard.Caller, operation string) error { return sts.STS(c.Session, operation) })
		case "iam", "daypass":
			s.table.Limited(func(c *guard.Caller, _ string) error { return sts.IAM(c.Session) })
		}
	}
	return list
}
