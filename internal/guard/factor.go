package guard

import (
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

// SecondFactor takes a one-time code of one of the caller's own devices. Only a user and an account's root have devices; a role has none.
// wrong and err are those of [credential.UseMFACode]: with wrong, tx has to be kept all the same.
func (g *Guard) SecondFactor(tx *iam.Tx, s *access.Subject, serial, code string, now time.Time) (wrong, err error) {
	holder := ""
	switch s.Principal.Type {
	case policy.User, policy.Root:
		holder = s.Principal.ID
	}
	return credential.UseMFACode(tx, g.Root, s.Principal.Account, holder, serial, code, now)
}
