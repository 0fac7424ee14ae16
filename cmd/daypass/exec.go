package main

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func newExec(e *env) *cobra.Command {
	var a assume
	c := &cobra.Command{
		Use:   "exec ROLE -- COMMAND [ARGUMENT...]",
		Short: "Run a command with temporary credentials of a role",
		Long: "Take on a role and run a command whose environment holds the role's temporary credentials, endpoint and region.\n" +
			"The command takes the place of this one: its exit code and its signals are its own.\n\n" +
			"ROLE is the role's ARN, or its name in the caller's account (with its path, if it has one).",
		Example: "  daypass exec uploader -- aws sts get-caller-identity",
		Args: func(c *cobra.Command, args []string) error {
			switch dash := c.ArgsLenAtDash(); {
			case len(args) == 0 || dash == 0:
				return usage("ROLE is missing")
			case dash != 1:
				return usage("the command must come after --, as in: daypass exec %s -- COMMAND", args[0])
			case len(args) == 1:
				return usage("COMMAND is missing after --")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			// Before credentials are asked for: they would be issued for nothing.
			path, err := exec.LookPath(args[1])
			if err != nil {
				return fmt.Errorf("cannot run %s: %w", args[1], unwrapExec(err))
			}
			s, err := e.settings("sts")
			if err != nil {
				return err
			}
			out, err := e.role(cmd.Context(), args[0], &a)
			if err != nil {
				return err
			}
			code, err := e.become(path, args[1:], replaced(e.environ(), variables(out.Credentials, s, e.getenv)))
			if err != nil {
				return fmt.Errorf("cannot run %s: %w", path, err)
			}
			return &quietError{code: code}
		},
	}
	a.flags(c)
	return c
}

func unwrapExec(err error) error {
	var wrapped *exec.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// competing are variables from which programs would take other credentials than those given to them.
var competing = []string{
	"AWS_SECURITY_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
}

// replaced returns environ with the variables set and the competing ones gone.
func replaced(environ []string, set [][2]string) []string {
	var list []string
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if slices.Contains(competing, name) || slices.ContainsFunc(set, func(v [2]string) bool { return v[0] == name }) {
			continue
		}
		list = append(list, entry)
	}
	for _, v := range set {
		list = append(list, v[0]+"="+v[1])
	}
	return list
}
