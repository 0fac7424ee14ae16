package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/wire"
)

// maxPages bounds how often a list is asked for its next part.
const maxPages = 10_000

func newAccount(e *env) *cobra.Command {
	return group("account", "Manage the accounts of this server",
		newAccountCreate(e), newAccountList(e),
		newAccountSwitch(e, "suspend", "Refuse all credentials of an account", "suspended", "SuspendAccount",
			func(id string) wire.Shape { return &adminapi.SuspendAccountInput{AccountId: id} }),
		newAccountSwitch(e, "resume", "Honour the credentials of a suspended account again", "resumed", "ResumeAccount",
			func(id string) wire.Shape { return &adminapi.ResumeAccountInput{AccountId: id} }),
	)
}

func newAccountCreate(e *env) *cobra.Command {
	var id, admin string
	c := &cobra.Command{
		Use:   "create NAME",
		Short: "Create an account with an administrator",
		Long: "Create an account and its first user, who may do everything in it, and print the user's access key.\n" +
			"The secret is shown this once.",
		Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := &adminapi.CreateAccountInput{Cloud: adminapi.CloudAWS, Name: args[0]}
			if id != "" {
				in.AccountId = &id
			}
			if admin != "" {
				in.AdminUserName = &admin
			}
			out := new(adminapi.CreateAccountOutput)
			if err := e.admin(cmd.Context(), "CreateAccount", in, out); err != nil {
				return err
			}
			if e.json() {
				return e.printJSON(out)
			}
			return e.printTable(
				[]string{"account", out.AccountId},
				[]string{"name", out.Name},
				[]string{"user", out.AdminUser.UserName},
				[]string{"access key id", out.AdminUser.AccessKeyId},
				[]string{"secret access key", out.AdminUser.SecretAccessKey},
			)
		},
	}
	c.Flags().StringVar(&id, "id", "", "twelve digits that the account is to have (default: the server chooses)")
	c.Flags().StringVar(&admin, "admin", "", "name of the first user (default admin)")
	return c
}

func newAccountList(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the accounts",
		Args:  exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			accounts := []adminapi.Account{}
			in := &adminapi.ListAccountsInput{MaxItems: new(int64(1000))}
			for page := 0; ; page++ {
				out := new(adminapi.ListAccountsOutput)
				if err := e.admin(cmd.Context(), "ListAccounts", in, out); err != nil {
					return err
				}
				accounts = append(accounts, out.Accounts...)
				if !out.IsTruncated {
					break
				}
				if out.Marker == nil || page == maxPages {
					return errors.New("the server's list of accounts has no end")
				}
				in.Marker = out.Marker
			}
			if e.json() {
				return e.printJSON(struct{ Accounts []adminapi.Account }{accounts})
			}
			rows := [][]string{{"ACCOUNT", "NAME", "STATE", "CREATED"}}
			for _, a := range accounts {
				state := a.State
				if a.Home {
					state += " (home)"
				}
				rows = append(rows, []string{a.AccountId, a.Name, state, stamp(a.CreateDate)})
			}
			return e.printTable(rows...)
		},
	}
}

func newAccountSwitch(e *env, use, short, done, action string, input func(id string) wire.Shape) *cobra.Command {
	return &cobra.Command{
		Use:   use + " ACCOUNT",
		Short: short,
		Args:  exactly("ACCOUNT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := e.admin(cmd.Context(), action, input(args[0]), nil); err != nil {
				return err
			}
			e.say("account %s %s", clean(args[0]), done)
			return nil
		},
	}
}
