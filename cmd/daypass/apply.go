package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/client"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
	"github.com/daypass/daypass/internal/manifest"
	"github.com/daypass/daypass/internal/wire"
)

// applying are the flags that apply and import share.
type applying struct {
	plan, yes, prune bool
}

func (a *applying) flags(c *cobra.Command) {
	c.Flags().BoolVar(&a.plan, "plan", false, "show what would be done, and do nothing")
	c.Flags().BoolVar(&a.yes, "yes", false, "do not ask before doing it")
	c.Flags().BoolVar(&a.prune, "prune", false, "delete what the file does not name")
	c.MarkFlagsMutuallyExclusive("plan", "yes")
}

func newExport(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "export",
		Short: "Write the identities and policies of an account as one document",
		Long: "Write the users, groups, roles, policies, instance profiles and identity providers of the caller's account as one JSON\n" +
			"document that apply brings back. No secret is in it: no access key, password, MFA seed or private key.",
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			who, err := e.caller(cmd.Context())
			if err != nil {
				return err
			}
			m, err := manifest.Fetch(cmd.Context(), iamServer{e}, who.account)
			if err != nil {
				return err
			}
			return m.Write(e.out)
		},
	}
}

func newApply(e *env) *cobra.Command {
	var a applying
	var move bool
	c := &cobra.Command{
		Use:   "apply FILE",
		Short: "Make an account be as a document of export says",
		Long: "Compare a document that export wrote with the caller's account, show what has to be done, ask, and do it with the API: what\n" +
			"the caller may not do call by call is refused here too. What the document does not name stays, unless --prune is given.\n" +
			"When a step fails those before it stand; another apply goes on from there. The name - stands for standard input.",
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var m *manifest.Manifest
			err := e.reading(args[0], &a, func(r io.Reader) (err error) {
				m, err = manifest.Read(r)
				return err
			})
			if err != nil {
				return err
			}
			who, err := e.caller(cmd.Context())
			if err != nil {
				return err
			}
			if m.Account == "" || move {
				m.Move(who.account)
			}
			if m.Account != who.account {
				return fmt.Errorf("%s is about account %s, and you ask as account %s; --move rewrites it for yours", args[0], m.Account, who.account)
			}
			return e.apply(cmd.Context(), m, &a, who)
		},
	}
	a.flags(c)
	c.Flags().BoolVar(&move, "move", false, "the document is of another account: put the caller's number in the place of its own")
	return c
}

func newImport(e *env) *cobra.Command {
	return group("import", "Take over the identities of an account elsewhere", newImportAWS(e))
}

func newImportAWS(e *env) *cobra.Command {
	var a applying
	var copies bool
	c := &cobra.Command{
		Use:   "aws FILE",
		Short: "Reproduce an AWS account from its authorization details",
		Long: "Read what aws iam get-account-authorization-details printed and make the users (without credentials), groups, roles and\n" +
			"policies in the caller's account, as apply does. The number of the AWS account becomes the caller's own wherever it stands.",
		Example: "  aws iam get-account-authorization-details > account.json\n  daypass import aws account.json --plan",
		Args:    exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var found *manifest.Import
			err := e.reading(args[0], &a, func(r io.Reader) (err error) {
				found, err = manifest.ReadAmazon(r)
				return err
			})
			if err != nil {
				return err
			}
			return e.importAWS(cmd.Context(), found, &a, copies)
		},
	}
	a.flags(c)
	c.Flags().BoolVar(&copies, "copy-managed", false, "make policies of AWS that this server does not have policies of the account, with the text in the file")
	return c
}

func (e *env) importAWS(ctx context.Context, found *manifest.Import, a *applying, copies bool) error {
	who, err := e.caller(ctx)
	if err != nil {
		return err
	}
	for _, note := range found.Notes {
		e.say("note: %s", clean(note))
	}
	if found.Account != "" && found.Account != who.account {
		e.say("note: account %s becomes %s wherever it stands", found.Account, who.account)
	}
	found.Move(who.account)
	var failed error
	adopted, missing := found.Adopt(func(name string) bool {
		err := iamServer{e}.Call(ctx, "GetPolicy", &iamapi.GetPolicyInput{PolicyArn: name}, new(iamapi.GetPolicyOutput))
		if answered, ok := err.(*client.Error); ok && answered.NotFound() {
			return false
		}
		if err != nil && failed == nil {
			failed = err
		}
		return true
	})
	switch {
	case failed != nil:
		return failed
	case len(missing) > 0:
		return fmt.Errorf("this server does not have %s, and the file does not hold the text: detach it there or make it here", strings.Join(missing, ", "))
	case len(adopted) > 0 && !copies:
		return fmt.Errorf("this server does not have %s; --copy-managed makes them policies of the account", strings.Join(adopted, ", "))
	}
	return e.apply(ctx, found.Manifest, a, who)
}

// reading opens a file, or standard input for -, from which no answer can be read any more.
func (e *env) reading(name string, a *applying, read func(io.Reader) error) error {
	if name == "-" {
		if !a.plan && !a.yes {
			return usage("standard input holds the document, so nobody can be asked: give --plan or --yes")
		}
		if err := read(e.in); err != nil {
			return fmt.Errorf("standard input: %w", err)
		}
		return nil
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := read(file); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// apply shows what leads to m, asks, and does it.
func (e *env) apply(ctx context.Context, m *manifest.Manifest, a *applying, who identity) error {
	have, err := manifest.Fetch(ctx, iamServer{e}, who.account)
	if err != nil {
		return err
	}
	plan, err := manifest.Compare(have, m, manifest.Options{Prune: a.prune, Self: who.arn})
	if err != nil {
		return err
	}
	if err := e.showPlan(plan); err != nil || a.plan || len(plan.Steps) == 0 {
		return err
	}
	if !a.yes {
		e.say("Do this in account %s? Only yes is taken for yes.", who.account)
		answer, err := bufio.NewReader(e.in).ReadString('\n')
		if strings.TrimSpace(answer) != "yes" {
			if err != nil && err != io.EOF {
				return err
			}
			e.say("nothing was changed")
			return &quietError{code: exitFailed}
		}
	}
	n := 0
	err = plan.Run(ctx, iamServer{e}, func(s *manifest.Step) {
		n++
		e.say("[%d/%d] %s", n, len(plan.Steps), clean(s.String()))
	})
	if err != nil && n > 0 {
		e.say("%d of %d steps are done; apply again to go on from here", n, len(plan.Steps))
	}
	return err
}

func (e *env) showPlan(plan *manifest.Plan) error {
	if e.json() {
		return e.printJSON(plan)
	}
	p := &printer{out: e.out}
	for i := range plan.Steps {
		p.line(0, "%s", plan.Steps[i].String())
	}
	if len(plan.Steps) == 0 {
		p.line(0, "The account is as the document says.")
	} else {
		p.line(0, "%d to create, %d to change, %d to delete", plan.Count(manifest.Create), plan.Count(manifest.Change), plan.Count(manifest.Delete))
	}
	return p.err
}

// identity is who the server says the credentials are.
type identity struct{ account, arn string }

func (e *env) caller(ctx context.Context) (identity, error) {
	out := new(stsapi.GetCallerIdentityOutput)
	err := e.sts(ctx, "GetCallerIdentity", new(stsapi.GetCallerIdentityInput), out)
	return identity{deref(out.Account), deref(out.Arn)}, err
}

// iamServer makes the calls of a manifest.
type iamServer struct{ *env }

// Call implements [manifest.Server].
func (s iamServer) Call(ctx context.Context, action string, in, out wire.Shape) error {
	return s.call(ctx, "iam", iamapi.Version, action, in, out)
}
