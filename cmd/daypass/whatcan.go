package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
)

func newWhatCan(e *env) *cobra.Command {
	var action, resource string
	var keys []string
	c := &cobra.Command{
		Use:   "what-can [PRINCIPAL]",
		Short: "Say what a principal can do at most",
		Long: "List what the statements that allow a user, a role or the account's root something come to, once everything that limits has\n" +
			"been heard: always, sometimes (on what it depends), or never. Without PRINCIPAL it is who calls. With --action the question is\n" +
			"whether the principal can ever do some action of a pattern on some resource of a pattern.\n\n" +
			"Exit codes with --action: 0 it can, or perhaps can; 3 it never can.",
		Example: "  daypass what-can arn:aws:iam::111122223333:user/alice\n" +
			"  daypass what-can arn:aws:iam::111122223333:role/app --action 's3:Delete*' --resource 'arn:aws:s3:::backups/*'",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("%q is too much: expected [PRINCIPAL]", args[1])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if resource != "" && action == "" {
				return usage("--resource needs --action")
			}
			in := &adminapi.WhatCanInput{}
			var err error
			if in.ContextEntries, err = adminKeys(keys); err != nil {
				return err
			}
			if len(args) == 1 {
				in.PrincipalArn = args[0]
			} else if in.PrincipalArn, err = e.self(cmd.Context()); err != nil {
				return err
			}
			if action != "" {
				in.ActionName = &action
			}
			if resource != "" {
				in.ResourceArn = &resource
			}
			return e.whatCan(cmd.Context(), in)
		},
	}
	c.Flags().StringVar(&action, "action", "", "pattern of actions")
	c.Flags().StringVar(&resource, "resource", "", "pattern of resources (default: *, everything)")
	c.Flags().StringArrayVar(&keys, "context", nil, "condition key of the request, KEY=VALUE or KEY=[VALUE,VALUE], again for more")
	return c
}

// self is the principal whose policies the caller has: of a session, its role.
func (e *env) self(ctx context.Context) (string, error) {
	out := new(stsapi.GetCallerIdentityOutput)
	if err := e.sts(ctx, "GetCallerIdentity", &stsapi.GetCallerIdentityInput{}, out); err != nil {
		return "", err
	}
	name := deref(out.Arn)
	if _, session, ok := strings.Cut(name, ":assumed-role/"); ok {
		role, _, _ := strings.Cut(session, "/")
		name = "arn:aws:iam::" + deref(out.Account) + ":role/" + role
	}
	return name, nil
}

func (e *env) whatCan(ctx context.Context, in *adminapi.WhatCanInput) error {
	out := new(adminapi.WhatCanOutput)
	if err := e.admin(ctx, "WhatCan", in, out); err != nil {
		return err
	}
	var err error
	if e.json() {
		err = e.printJSON(out)
	} else {
		err = e.printWhat(in.PrincipalArn, out)
	}
	if err == nil && in.ActionName != nil && len(out.Capabilities) == 1 && out.Capabilities[0].Answer == adminapi.AnswerNever {
		return &quietError{code: exitDenied}
	}
	return err
}

func (e *env) printWhat(principal string, out *adminapi.WhatCanOutput) error {
	p := &printer{out: e.out}
	if len(out.Capabilities) == 0 {
		p.line(0, "No statement allows %s anything.", principal)
		if strings.HasSuffix(principal, ":root") {
			p.line(0, "The root user needs none: ask with --action whether something limits it.")
		}
	}
	for i := range out.Capabilities {
		c := &out.Capabilities[i]
		action, resource := c.ActionName, c.ResourceArn
		if c.NotAction {
			action = "all but " + action
		}
		if c.NotResource {
			resource = "all but " + resource
		}
		p.line(0, marks[c.Answer]+" %s on %s: %s", action, resource, c.Answer)
		if c.Statement != nil {
			p.line(1, "by %s, %s", statementName(deref(c.SourcePolicyId), int(*c.Statement), deref(c.Sid)), deref(c.Layer))
		}
		p.possibility(1, &c.Possibility)
	}
	if out.Cut {
		e.say("There is more than an answer holds.")
	}
	return p.err
}

// marks stand before answers.
var marks = map[string]string{adminapi.AnswerAlways: "✓", adminapi.AnswerSometimes: "?", adminapi.AnswerPerhaps: "?", adminapi.AnswerNever: "✗"}

// possibility writes what an answer hangs on.
func (p *printer) possibility(indent int, c *adminapi.Possibility) {
	if c.Answer == adminapi.AnswerSometimes && c.ExampleAction != nil {
		text := fmt.Sprintf("such as %s on %s", clean(*c.ExampleAction), clean(deref(c.ExampleResource)))
		if len(c.ContextKeys) > 0 {
			text += ", depending on " + strings.Join(c.ContextKeys, ", ")
		}
		p.line(indent, "%s", text)
	}
	if c.Limit != nil {
		what := "some of it is denied "
		if c.Answer == adminapi.AnswerNever {
			what = "it is denied "
		}
		p.line(indent, "%s", what+*c.Limit)
	}
	for _, doubt := range c.Doubts {
		p.line(indent, "%s", doubt)
	}
}
