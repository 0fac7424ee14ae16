package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:   "daypass",
		Short: "Temporary, limited credentials: server and command line",
		Long: "Daypass hands out temporary credentials of roles and says who may do what with them.\n\n" +
			"Credentials and endpoint come from the flags, from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,\n" +
			"DAYPASS_ENDPOINT or AWS_ENDPOINT_URL, and AWS_REGION, or from a profile of the shared AWS files.\n\n" +
			"Exit codes: 0 done, 1 failed, 2 used wrongly, 3 denied, 4 not found, 5 a policy grants what it should not.",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if err := oneOf("output", e.global.output, outputText, outputJSON); err != nil {
				return err
			}
			e.started = true
			return nil
		},
	}
	root.SetIn(e.in)
	root.SetOut(e.out)
	root.SetErr(e.err)
	flags := root.PersistentFlags()
	flags.StringVar(&e.global.endpoint, "endpoint", "", "address of the server, http[s]://HOST[:PORT]")
	flags.StringVar(&e.global.region, "region", "", "region to sign for")
	flags.StringVar(&e.global.profile, "profile", "", "profile of the shared AWS files to take credentials from")
	flags.StringVar(&e.global.output, "output", outputText, "form of the output: text or json")
	complete(root, "output", outputText, outputJSON)

	root.AddCommand(
		newDev(e), newServe(e), newDemo(e),
		newCreds(e), newExec(e), newWhoami(e),
		newExplain(e), newSimulate(e), newWhoCan(e), newWhatCan(e), newPolicy(e),
		newAccount(e), newKeys(e), newSession(e),
		newExport(e), newApply(e), newImport(e),
		newVersion(e),
	)
	return root
}

// group makes a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{
		Use: use, Short: short, Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			var names []string
			for _, c := range commands {
				names = append(names, c.Name())
			}
			if len(args) == 0 {
				return usage("%s needs to be told what to do: %s", use, strings.Join(names, ", "))
			}
			return usage("%s cannot %q; it can %s", use, args[0], strings.Join(names, ", "))
		},
	}
	g.AddCommand(commands...)
	return g
}

// exactly demands arguments by name, so that the error says what is missing.
func exactly(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return usage("%s is missing", names[len(args)])
		}
		if len(args) > len(names) {
			return usage("%q is too much: expected %s", args[len(names)], expected(names))
		}
		return nil
	}
}

func expected(names []string) string {
	if len(names) == 0 {
		return "no argument"
	}
	return strings.Join(names, " ")
}

func oneOf(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return usage("--%s %q: it must be one of %s", flag, value, strings.Join(allowed, ", "))
}

// complete offers the values of a flag to the shell.
func complete(c *cobra.Command, flag string, values ...string) {
	err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		// The flag was defined a line above, or this is found by every test.
		panic(err)
	}
}
