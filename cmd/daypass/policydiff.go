package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/question"
)

func newPolicyDiff(e *env) *cobra.Command {
	var use string
	c := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Say what a new version of a policy grants that the old one does not",
		Long: "Compare two versions of a policy by what they allow, not by their text. If the new version allows any request that the\n" +
			"old one denies, such requests are shown, each as a case for `daypass policy test` as well, and the exit code is 5. It is\n" +
			"also 5 if it cannot be proved that there is none. The order and form of a document do not matter.\n" +
			"The name - stands for standard input; an empty file is no policy. No server is asked.",
		Example: "  daypass policy diff main.json branch.json\n  git show main:policy.json | daypass policy diff - policy.json",
		Args:    exactly("OLD", "NEW"),
		RunE: func(_ *cobra.Command, args []string) error {
			docs, err := e.readPolicies(use, args...)
			if err != nil {
				return err
			}
			d, err := question.Diff(docs[0], docs[1], question.Bound{})
			if err != nil {
				return err
			}
			back, err := question.Diff(docs[1], docs[0], question.Bound{Witnesses: 1})
			if err != nil {
				return err
			}
			return e.printDifference("the new version", d, back)
		},
	}
	useFlag(c, &use)
	return c
}

func newPolicyNever(e *env) *cobra.Command {
	var use string
	c := &cobra.Command{
		Use:   "never FILE ACTION[@RESOURCE]...",
		Short: "Prove that a policy never allows some actions",
		Long: "Prove that a policy allows none of some actions, whoever asks, whatever the values of condition keys are. If it allows a\n" +
			"request, that is shown, as a case for `daypass policy test` as well, and the exit code is 5. It is also 5 if there is no\n" +
			"proof. Actions and resources are patterns as in policies; without RESOURCE all are meant.\n" +
			"The name - stands for standard input. No server is asked.",
		Example: "  daypass policy never developers.json 'iam:*' 'organizations:*' 's3:Delete*@arn:aws:s3:::backup*'",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage("FILE and at least one ACTION are needed")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			docs, err := e.readPolicies(use, args[0])
			if err != nil {
				return err
			}
			if docs[0] == nil {
				return fmt.Errorf("%s: there is no policy in it", shownName(args[0]))
			}
			all := &question.Difference{Grants: question.Never}
			for _, arg := range args[1:] {
				action, resource, found := strings.Cut(arg, "@")
				if !found {
					resource = "*"
				}
				d, err := question.Grants(docs[0], []string{action}, []string{resource}, question.Bound{Witnesses: 1})
				if err != nil {
					return err
				}
				all.Add(d)
			}
			return e.printDifference("the policy", all, nil)
		},
	}
	useFlag(c, &use)
	return c
}

func useFlag(c *cobra.Command, use *string) {
	c.Flags().StringVar(use, "use", "", "what the documents are for: "+strings.Join(useWords(), ", ")+" (default: by their elements)")
	complete(c, "use", useWords()...)
}

// readPolicies reads one document from each file, all for the same use.
func (e *env) readPolicies(use string, names ...string) ([][]policy.Source, error) {
	texts := make([][]byte, len(names))
	for i, name := range names {
		if name == "-" && slices.Contains(names[:i], name) {
			return nil, usage("standard input can be given once")
		}
		text, err := e.document(name)
		if err != nil {
			return nil, err
		}
		texts[i] = text
	}
	try := []policy.Use{policy.Inline, policy.Trust, policy.Resource}
	if use != "" {
		if err := oneOf("use", use, useWords()...); err != nil {
			return nil, err
		}
		try = slices.DeleteFunc(slices.Clone(lintUses[:]), func(u policy.Use) bool { return u.String() != use })
	}
	var first error
	for _, u := range try {
		docs, err := parseAll(u, names, texts)
		if err == nil {
			return docs, nil
		}
		// A document with a Principal is no identity policy; its faults are those of one for a resource.
		if first == nil || u == policy.Resource && bytes.Contains(bytes.Join(texts, nil), []byte(`Principal"`)) {
			first = err
		}
	}
	return nil, first
}

func parseAll(u policy.Use, names []string, texts [][]byte) ([][]policy.Source, error) {
	docs := make([][]policy.Source, len(names))
	for i, text := range texts {
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		d, err := policy.Parse(policy.AWS(), u, text)
		if err != nil {
			return nil, refusal(shownName(names[i]), err)
		}
		docs[i] = []policy.Source{{ID: shownName(names[i]), Type: u.String(), Policy: d.Compile()}}
	}
	return docs, nil
}

// refusal says where and why a document is no policy.
func refusal(file string, err error) error {
	var refused *policy.SyntaxError
	if !errors.As(err, &refused) {
		return fmt.Errorf("%s: %w", file, err)
	}
	f := refused.Faults[0]
	return fmt.Errorf("%s:%d:%d: %s (%s)", file, f.Pos.Line, f.Pos.Column, f.Message, f.Detail)
}

func shownName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}
