package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/policy"
)

func newExplain(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "explain REQUEST-ID",
		Short: "Say why a request was denied",
		Long: "Print how each layer of policies saw a recorded request: which statements matched, which came near, and what in\n" +
			"them the request did not meet.",
		Args: exactly("REQUEST-ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := new(adminapi.ExplainOutput)
			if err := e.admin(cmd.Context(), "Explain", &adminapi.ExplainInput{RequestId: args[0]}, out); err != nil {
				return err
			}
			var trace *policy.Trace
			if out.Explanation != nil {
				trace = new(policy.Trace)
				if err := json.Unmarshal([]byte(*out.Explanation), trace); err != nil {
					return fmt.Errorf("read the explanation: %w", err)
				}
			}
			if e.json() {
				return e.printJSON(explained(out, trace))
			}
			return e.printExplanation(out, trace)
		},
	}
}

// explanation is the form of the JSON output.
type explanation struct {
	EventTime    string
	PrincipalArn string
	Action       string
	Resource     string
	Decision     string
	ErrorMessage string            `json:",omitempty"`
	Explanation  *policy.Trace     `json:",omitempty"`
	Nearest      []policy.NearMiss `json:",omitempty"`
}

func explained(out *adminapi.ExplainOutput, trace *policy.Trace) explanation {
	x := explanation{
		EventTime: stamp(out.EventTime), PrincipalArn: out.PrincipalArn, Action: out.Action, Resource: out.Resource,
		Decision: out.Decision, ErrorMessage: deref(out.ErrorMessage), Explanation: trace,
	}
	if trace != nil {
		x.Nearest = trace.Nearest(nearest)
	}
	return x
}

func (e *env) printExplanation(out *adminapi.ExplainOutput, trace *policy.Trace) error {
	p := &printer{out: e.out}
	p.line(0, "%s on %s: %s", orDash(out.Action), orDash(out.Resource), verdict(out.Decision))
	p.line(0, "by %s", orDash(out.PrincipalArn))
	p.line(0, "at %s", stamp(out.EventTime))
	if message := deref(out.ErrorMessage); message != "" {
		p.line(0, "%s", message)
	}
	if trace == nil {
		p.line(0, "No explanation was kept for this request.")
		return p.err
	}
	p.line(0, "")
	p.trace(0, trace)
	return p.err
}

func verdict(word string) string {
	switch word {
	case adminapi.DecisionAllowed:
		return "allowed"
	case adminapi.DecisionExplicitDeny:
		return "denied (explicit)"
	case adminapi.DecisionImplicitDeny:
		return "denied (implicit)"
	}
	return orDash(word)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
