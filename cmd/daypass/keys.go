package main

import (
	"strconv"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
)

func newKeys(e *env) *cobra.Command {
	return group("keys", "Manage the keys that seal session tokens", newKeysRotate(e), newKeysList(e))
}

func newKeysRotate(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "rotate",
		Short: "Make a new key, which takes over a little later",
		Long: "Make a new key for session tokens. Every server learns of it before it takes over; tokens sealed with the old key\n" +
			"stay good until they expire.",
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
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
