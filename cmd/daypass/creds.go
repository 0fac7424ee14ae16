package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/client"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
)

// Values of the flag format.
const (
	formatEnv     = "env"
	formatJSON    = "json"
	formatProcess = "process"
	formatAWS     = "aws"
)

func newCreds(e *env) *cobra.Command {
	var a assume
	var format string
	c := &cobra.Command{
		Use:   "creds ROLE",
		Short: "Print temporary credentials of a role",
		Long: "Take on a role and print its temporary credentials.\n\n" +
			"ROLE is the role's ARN, or its name in the caller's account (with its path, if it has one).\n\n" +
			"Formats: env for a shell's eval, json as aws sts assume-role prints it, process for credential_process in an AWS\n" +
			"profile, aws as a profile for the shared credentials file.",
		Example: "  eval \"$(daypass creds uploader)\"\n" +
			"  daypass creds uploader --format aws >> ~/.aws/credentials",
		Args: exactly("ROLE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format == "" && e.json() {
				format = formatJSON
			} else if format == "" {
				format = formatEnv
			}
			if err := oneOf("format", format, formatEnv, formatJSON, formatProcess, formatAWS); err != nil {
				return err
			}
			s, err := e.settings("sts")
			if err != nil {
				return err
			}
			out, err := e.role(cmd.Context(), args[0], &a)
			if err != nil {
				return err
			}
			return e.printCreds(format, args[0], out, s)
		},
	}
	a.flags(c)
	c.Flags().StringVar(&format, "format", "", "form of the credentials: env, json, process or aws (default env)")
	complete(c, "format", formatEnv, formatJSON, formatProcess, formatAWS)
	return c
}

// keys are credentials in the names of the AWS tools.
type keys struct {
	Version         int `json:",omitempty"`
	AccessKeyId     string
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

func (e *env) printCreds(format, role string, out *stsapi.AssumeRoleOutput, s client.Settings) error {
	c := out.Credentials
	all := keys{AccessKeyId: c.AccessKeyId, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken, Expiration: stamp(c.Expiration)}
	switch format {
	case formatJSON:
		return e.printJSON(struct {
			Credentials     keys
			AssumedRoleUser *stsapi.AssumedRoleUser `json:",omitempty"`
		}{all, out.AssumedRoleUser})
	case formatProcess:
		all.Version = 1
		return e.printJSON(all)
	case formatAWS:
		name := role[strings.LastIndexByte(role, '/')+1:]
		_, err := fmt.Fprintf(e.out, "[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\naws_session_token = %s\nregion = %s\nendpoint_url = %s\n",
			oneLine(name), oneLine(c.AccessKeyId), oneLine(c.SecretAccessKey), oneLine(c.SessionToken), oneLine(s.Region), oneLine(s.Endpoint))
		return err
	}
	for _, v := range variables(c, s, e.getenv) {
		if _, err := fmt.Fprintf(e.out, "export %s=%s\n", v[0], quote(v[1])); err != nil {
			return err
		}
	}
	return nil
}

// oneLine keeps a value from ending its line in a file of settings.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == ']' || r == '[' {
			return -1
		}
		return r
	}, s)
}

// quote quotes a value for a POSIX shell. The output is evaluated, and the values come from a server.
func quote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
