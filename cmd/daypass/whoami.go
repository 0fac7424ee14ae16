package main

import (
	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
)

func newWhoami(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "whoami",
		Short: "Print who the credentials belong to",
		Args:  exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			who := new(stsapi.GetCallerIdentityOutput)
			if err := e.sts(cmd.Context(), "GetCallerIdentity", new(stsapi.GetCallerIdentityInput), who); err != nil {
				return err
			}
			if e.json() {
				return e.printJSON(who)
			}
			return e.printTable(
				[]string{"arn", deref(who.Arn)},
				[]string{"account", deref(who.Account)},
				[]string{"id", deref(who.UserId)},
			)
		},
	}
}
