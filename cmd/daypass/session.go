package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
)

func newSession(e *env) *cobra.Command {
	return group("session", "Manage temporary credentials that were issued", newSessionRevoke(e))
}

func newSessionRevoke(e *env) *cobra.Command {
	var before string
	c := &cobra.Command{
		Use:   "revoke ROLE",
		Short: "Refuse the temporary credentials of a role that were issued so far",
		Long: "Refuse all temporary credentials of a role of the caller's account that were issued before now, or before a given\n" +
			"time. Credentials issued afterwards are not affected: whoever may take on the role can do so again.",
		Args: exactly("ROLE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.ContainsAny(args[0], ":/") {
				// Only the name goes to the server: an ARN of another account must not hit a namesake in this one.
				return usage("%q: give the role's name, without path, of the caller's own account", args[0])
			}
			in := &adminapi.RevokeSessionsInput{RoleName: args[0]}
			if before != "" {
				at, err := time.Parse(time.RFC3339, before)
				if err != nil {
					return usage("--issued-before %q: it must be a time such as 2026-11-22T07:00:00Z", before)
				}
				in.IssuedBefore = &at
			}
			out := new(adminapi.RevokeSessionsOutput)
			if err := e.admin(cmd.Context(), "RevokeSessions", in, out); err != nil {
				return err
			}
			if e.json() {
				return e.printJSON(out)
			}
			return e.printTable([]string{"role", out.RoleName}, []string{"revoked before", stamp(out.RevokedBefore)})
		},
	}
	c.Flags().StringVar(&before, "issued-before", "", "time such as 2026-11-22T07:00:00Z (default: now)")
	return c
}
