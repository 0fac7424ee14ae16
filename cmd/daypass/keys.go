package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
)

func newKeys(e *env) *cobra.Command {
	return group("keys", "Manage the keys of session tokens and identity tokens", newKeysRotate(e), newKeysList(e))
}

func newKeysRotate(e *env) *cobra.Command {
	var account string
	var now bool
	c := &cobra.Command{
		Use:   "rotate",
		Short: "Make a new key, which takes over a little later",
		Long: "Make a new key for session tokens. Every server learns of it before it takes over; tokens sealed with the old key\n" +
			"stay good until they expire.\n\n" +
			"With --issuer, make new keys for the identity tokens that an account issues. They are published at once and sign a day\n" +
			"later, when whoever verifies tokens has had time to fetch them; the old ones are published until the last token they\n" +
			"signed has expired. With --now as well, for when a key may be known to somebody, the new keys sign at once and the old\n" +
			"ones are withdrawn with all their tokens.",
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case account != "":
				return e.rotateIssuer(cmd.Context(), account, now)
			case now:
				return usage("--now is for --issuer ACCOUNT")
			}
			out := new(adminapi.RotateKeysOutput)
			if err := e.admin(cmd.Context(), "RotateKeys", new(adminapi.RotateKeysInput), out); err != nil {
				return err
			}
			if e.json() {
				return e.printJSON(out)
			}
			return e.printTable(
				[]string{"key", strconv.FormatInt(out.KeyId, 10)},
				[]string{"primary from", stamp(out.PrimaryFrom)},
			)
		},
	}
	c.Flags().StringVar(&account, "issuer", "", "account whose identity tokens get new keys")
	c.Flags().BoolVar(&now, "now", false, "with --issuer: withdraw the present keys and their tokens at once")
	return c
}

func (e *env) rotateIssuer(ctx context.Context, account string, now bool) error {
	out := new(adminapi.RotateIssuerKeysOutput)
	if err := e.admin(ctx, "RotateIssuerKeys", &adminapi.RotateIssuerKeysInput{AccountId: account, Immediately: &now}, out); err != nil {
		return err
	}
	if e.json() {
		return e.printJSON(out)
	}
	rows := [][]string{{"KEY", "ALGORITHM", "SIGNS FROM", "PUBLISHED UNTIL"}}
	for _, k := range out.Keys {
		until := "-"
		if k.PublishedUntil != nil {
			until = stamp(*k.PublishedUntil)
		}
		rows = append(rows, []string{k.KeyId, k.Algorithm, stamp(k.SignsFrom), until})
	}
	return e.printTable(rows...)
}

func newKeysList(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the keys, without what is secret about them",
		Args:  exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := new(adminapi.ListKeysOutput)
			if err := e.admin(cmd.Context(), "ListKeys", new(adminapi.ListKeysInput), out); err != nil {
				return err
			}
			if e.json() {
				return e.printJSON(out)
			}
			rows := [][]string{{"KEY", "STATE", "BORN", "PRIMARY FROM", "RETIRED"}}
			for _, k := range out.Keys {
				retired := "-"
				if k.Retired != nil {
					retired = stamp(*k.Retired)
				}
				rows = append(rows, []string{strconv.FormatInt(k.KeyId, 10), k.State, stamp(k.Born), stamp(k.PrimaryFrom), retired})
			}
			return e.printTable(rows...)
		},
	}
}
