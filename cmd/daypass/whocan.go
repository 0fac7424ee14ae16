package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/policy"
)

func newWhoCan(e *env) *cobra.Command {
	var owner string
	var keys []string
	c := &cobra.Command{
		Use:   "who-can ACTION [RESOURCE]",
		Short: "List the principals who may do something",
		Long: "List the principals of the account, and those whom the trust policy of a role names besides, who may do an action on a\n" +
			"resource: for certain (✓), or depending on conditions of which the keys were not told (?). Without RESOURCE the action is\n" +
			"one that has none. Of other accounts only what this account's own policies say is known.\n\n" +
			"ACTION and RESOURCE can be patterns: then the question is who can ever do some action of it on some resource of it.",
		Example: "  daypass who-can sts:AssumeRole arn:aws:iam::111122223333:role/admin\n" +
			"  daypass who-can s3:GetObject arn:aws:s3:::b/k --context aws:SourceIp=10.0.0.1\n" +
			"  daypass who-can 's3:Delete*' 'arn:aws:s3:::backups/*'",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("ACTION is missing")
			}
			if len(args) > 2 {
				return usage("%q is too much: expected ACTION [RESOURCE]", args[2])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			in := &adminapi.WhoCanInput{ActionName: args[0], MaxItems: new(int64(1000))}
			if len(args) == 2 {
				in.ResourceArn = &args[1]
			}
			if owner != "" {
				in.ResourceAccount = &owner
			}
			var err error
			if in.ContextEntries, err = adminKeys(keys); err != nil {
				return err
			}
			list, err := e.whoCan(cmd.Context(), in)
			if err != nil {
				return err
			}
			if e.json() {
				return e.printJSON(struct{ Principals []whoMay }{list})
			}
			return e.printWho(list)
		},
	}
	c.Flags().StringVar(&owner, "resource-account", "", "account that owns the resource, if its name does not tell")
	c.Flags().StringArrayVar(&keys, "context", nil, "condition key of the request, KEY=VALUE or KEY=[VALUE,VALUE], again for more")
	return c
}

func adminKeys(args []string) ([]adminapi.ContextEntry, error) {
	keys, err := readKeys(args)
	if err != nil {
		return nil, err
	}
	var list []adminapi.ContextEntry
	for _, k := range keys {
		entry := adminapi.ContextEntry{ContextKeyName: k.name, ContextKeyType: "string", ContextKeyValues: k.values}
		if k.list {
			entry.ContextKeyType = "stringList"
		}
		list = append(list, entry)
	}
	return list, nil
}

// whoMay is the form of the JSON output.
type whoMay struct {
	Principal      string
	Type           string
	Answer         string
	Also           string                `json:",omitempty"`
	Layer          string                `json:",omitempty"`
	SourcePolicyId string                `json:",omitempty"`
	Statement      *int64                `json:",omitempty"`
	Sid            string                `json:",omitempty"`
	DependsOn      []policy.OpenLayer    `json:",omitempty"`
	Ever           *adminapi.Possibility `json:",omitempty"`
}

func (e *env) whoCan(ctx context.Context, in *adminapi.WhoCanInput) ([]whoMay, error) {
	list := []whoMay{}
	for page := 0; ; page++ {
		out := new(adminapi.WhoCanOutput)
		if err := e.admin(ctx, "WhoCan", in, out); err != nil {
			return nil, err
		}
		for i := range out.Principals {
			f := &out.Principals[i]
			w := whoMay{Principal: f.Principal, Type: f.Type, Answer: f.Answer, Also: deref(f.Also), Layer: deref(f.Layer), SourcePolicyId: deref(f.SourcePolicyId),
				Statement: f.Statement, Sid: deref(f.Sid), Ever: f.Ever}
			if f.DependsOn != nil {
				if err := json.Unmarshal([]byte(*f.DependsOn), &w.DependsOn); err != nil {
					return nil, fmt.Errorf("read what it depends on: %w", err)
				}
			}
			list = append(list, w)
		}
		if !out.IsTruncated {
			return list, nil
		}
		if out.Marker == nil || page == maxPages {
			return nil, errors.New("the server's list of principals has no end")
		}
		in.Marker = out.Marker
	}
}

func (e *env) printWho(list []whoMay) error {
	p := &printer{out: e.out}
	if len(list) == 0 {
		p.line(0, "Nobody may do this.")
	}
	for i := range list {
		w := &list[i]
		mark, text := "✓", w.Principal+" ("+w.Type+")"
		if w.Ever != nil {
			mark, text = marks[w.Answer], text+" "+w.Answer
		} else if w.Answer != adminapi.AnswerAllowed {
			mark, text = "?", text+" depends on conditions"
		} else if w.Statement != nil {
			text += ", by " + statementName(w.SourcePolicyId, int(*w.Statement), w.Sid) + ", " + w.Layer
		}
		p.line(0, mark+" %s", text)
		p.open(1, w.DependsOn)
		if w.Ever != nil {
			p.possibility(1, w.Ever)
		}
		switch w.Also {
		case "":
		case "*":
			p.line(1, "the policies of each one's own account have to allow it as well")
		default:
			p.line(1, "the policies of account %s have to allow it as well", w.Also)
		}
	}
	return p.err
}
