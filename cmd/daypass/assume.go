package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/client"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
)

// maxPolicy bounds what is read as a session policy; the server's own bound is far lower.
const maxPolicy = 1 << 20

// assume holds the flags of commands that take on a role.
type assume struct {
	duration                        time.Duration
	externalID, sessionName, policy string
	tags                            []string
}

func (a *assume) flags(c *cobra.Command) {
	flags := c.Flags()
	flags.DurationVar(&a.duration, "duration", 0, "how long the credentials last, such as 1h or 900s (default: what the server gives)")
	flags.StringVar(&a.externalID, "external-id", "", "external id that the role's trust policy asks for")
	flags.StringVar(&a.sessionName, "session-name", "", "name of the session (default: the name of the caller)")
	flags.StringVar(&a.policy, "session-policy", "", "policy that limits the session: its JSON text, a file's name, or - for standard input")
	flags.StringArrayVar(&a.tags, "tag", nil, "session tag KEY=VALUE; may be given more than once")
}

// role takes on a role, which is named by its ARN, or by its path and name within the caller's account.
func (e *env) role(ctx context.Context, name string, a *assume) (*stsapi.AssumeRoleOutput, error) {
	in, err := a.input(e)
	if err != nil {
		return nil, err
	}
	in.RoleArn, in.RoleSessionName = name, a.sessionName
	if !strings.HasPrefix(name, "arn:") || in.RoleSessionName == "" {
		who := new(stsapi.GetCallerIdentityOutput)
		if err := e.sts(ctx, "GetCallerIdentity", new(stsapi.GetCallerIdentityInput), who); err != nil {
			return nil, err
		}
		arn, account := deref(who.Arn), deref(who.Account)
		if !strings.HasPrefix(name, "arn:") {
			in.RoleArn = "arn:aws:iam::" + account + ":role/" + strings.TrimPrefix(name, "/")
		}
		if in.RoleSessionName == "" {
			in.RoleSessionName = callerName(arn)
		}
	}
	out := new(stsapi.AssumeRoleOutput)
	if err := e.sts(ctx, "AssumeRole", in, out); err != nil {
		return nil, err
	}
	if out.Credentials == nil {
		return nil, errors.New("the server's answer to AssumeRole has no credentials in it")
	}
	return out, nil
}

// input turns the flags into what is sent.
func (a *assume) input(e *env) (*stsapi.AssumeRoleInput, error) {
	in := new(stsapi.AssumeRoleInput)
	if a.duration != 0 {
		if a.duration < 0 || a.duration%time.Second != 0 {
			return nil, usage("--duration %s: it must be whole seconds", a.duration)
		}
		in.DurationSeconds = new(int64(a.duration / time.Second))
	}
	if a.externalID != "" {
		in.ExternalId = &a.externalID
	}
	for _, tag := range a.tags {
		key, value, ok := strings.Cut(tag, "=")
		if !ok || key == "" {
			return nil, usage("--tag %q: it must be KEY=VALUE", tag)
		}
		in.Tags = append(in.Tags, stsapi.Tag{Key: key, Value: value})
	}
	if a.policy != "" {
		text, err := policyText(e, a.policy)
		if err != nil {
			return nil, err
		}
		in.Policy = &text
	}
	return in, nil
}

// policyText returns the policy that a flag's value is, or names.
func policyText(e *env, value string) (string, error) {
	if strings.HasPrefix(strings.TrimSpace(value), "{") {
		return value, nil
	}
	from := e.in
	if value != "-" {
		file, err := os.Open(value)
		if err != nil {
			return "", fmt.Errorf("--session-policy: %w (a policy given as text begins with {)", err)
		}
		defer file.Close()
		from = file
	}
	text, err := io.ReadAll(io.LimitReader(from, maxPolicy+1))
	if err != nil {
		return "", fmt.Errorf("--session-policy: %w", err)
	}
	if len(text) > maxPolicy {
		return "", fmt.Errorf("--session-policy: %s has more than %d bytes", value, maxPolicy)
	}
	return string(text), nil
}

// callerName is the last part of a caller's ARN: the name of the user, of the session, or root.
func callerName(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return "daypass"
	}
	resource := parts[5]
	return resource[strings.LastIndexByte(resource, '/')+1:]
}

// variables are what programs that use AWS libraries read, in the order they are printed. own says which of the user's own
// variables stay: a general endpoint that leads elsewhere is left alone.
func variables(c *stsapi.Credentials, s client.Settings, getenv func(string) string) [][2]string {
	list := [][2]string{
		{"AWS_ACCESS_KEY_ID", c.AccessKeyId}, {"AWS_SECRET_ACCESS_KEY", c.SecretAccessKey}, {"AWS_SESSION_TOKEN", c.SessionToken},
		{"AWS_CREDENTIAL_EXPIRATION", stamp(c.Expiration)}, {"AWS_REGION", s.Region}, {"AWS_DEFAULT_REGION", s.Region},
		{"DAYPASS_ENDPOINT", s.Endpoint}, {"AWS_ENDPOINT_URL_STS", s.Endpoint}, {"AWS_ENDPOINT_URL_IAM", s.Endpoint},
	}
	if getenv("AWS_ENDPOINT_URL") == "" {
		// Without it, calls to every other service would carry these credentials to the real cloud.
		list = append(list, [2]string{"AWS_ENDPOINT_URL", s.Endpoint})
	}
	return list
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
