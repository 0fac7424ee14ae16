package gate

import (
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/policy"
)

func outsider(string) (*access.Outsider, error) {
	return &access.Outsider{Type: policy.WebIdentity, Provider: "arn:aws:iam::111111111111:oidc-provider/x", Account: home, Name: "someone", ID: "x:aud:someone"}, nil
}

// An operation whose proof is in its input runs unsigned, as far as its proof goes; what a signature says makes no difference.
func TestStepsOfAnUnsignedOperation(t *testing.T) {
	bad := func(kind fault.Kind) func(string) (*access.Outsider, error) {
		return func(string) (*access.Outsider, error) { return nil, fault.New(kind, fault.Token, "") }
	}
	for name, c := range map[string]struct {
		proof func(string) (*access.Outsider, error)
		body  func(*bench) string
		code  string
		steps string
		fails bool // counts against the source
	}{
		"a provider that is gone": {outsider, nil, "unauthenticated", "open view decode prove latest fail record", true},
		"a bad proof":             {bad(fault.Invalid), nil, "invalid", "open view decode prove fail record", true},
		"a provider that is down": {bad(fault.Unavailable), nil, "unavailable", "open view decode prove fail record", false},
		"a proof of nobody":       {func(string) (*access.Outsider, error) { return nil, nil }, nil, "internal", "open view decode prove fail record", false},
		"an invalid input":        {outsider, func(*bench) string { return "op=Unsigned&name=invalid" }, "invalid", "open view decode fail record", true},
		"signed, a bad proof":     {bad(fault.Invalid), func(b *bench) string { return b.as("ann", "Unsigned", "x") }, "invalid", "open view verify decode prove fail record", true},
		"signed wrongly": {outsider, func(b *bench) string { return strings.Replace(b.as("ann", "Unsigned", "x"), "of", "off", 1) }, "signature Mismatch",
			"open view verify fail record", true},
	} {
		b := newBench(t)
		b.proof = c.proof
		b.gate.Core.Guard.Failures = guard.NewFailures(1, 1e-9)
		body := "op=Unsigned&name=x"
		if c.body != nil {
			body = c.body(b)
		}
		w := b.send(body)
		if got := strings.Join(b.steps, " "); got != c.steps || w.Body.String() != "error "+c.code {
			t.Errorf("%s: %s, steps %s, want %s", name, w.Body, got, c.steps)
		}
		if e := b.last(); e.Identity.Type != audit.TypeUnknown || e.Identity.UserName != "" || e.ErrorCode != c.code {
			t.Errorf("%s: on record is %+v", name, e)
		}
		if !b.seen[0].Unauthenticated {
			t.Errorf("%s: observed %+v", name, b.seen[0])
		}
		if again := b.send("op=Unsigned&name=x").Body.String(); (again == "error throttled") != c.fails {
			t.Errorf("%s: the next one gets %s", name, again)
		}
	}
}

// What a stranger sends is put on record only if it is short.
func TestStrangersDoNotFillTheTrail(t *testing.T) {
	b := newBench(t)
	b.gate.MaxBody = 1 << 20
	b.proof = func(string) (*access.Outsider, error) { return nil, fault.New(fault.Invalid, fault.Token, "") }
	b.send("op=Unsigned&name=short")
	if e := b.last(); string(e.RequestParameters) != `{"Name":"short"}` {
		t.Errorf("%s", e.RequestParameters)
	}
	b.send("op=Unsigned&name=" + strings.Repeat("x", maxStranger))
	if e := b.last(); e.RequestParameters != nil {
		t.Errorf("%d bytes", len(e.RequestParameters))
	}
}

// The rule about kinds of credentials comes before the input is looked at.
func TestLimitedCredentials(t *testing.T) {
	b := newBench(t)
	b.bar = fault.New(fault.Denied, fault.SessionCredentials, "Free")
	w := b.send(b.as("ann", "Free", "invalid"))
	if got := strings.Join(b.steps, " "); got != "open view verify fail record" || w.Body.String() != "error denied" {
		t.Errorf("%s, steps %s", w.Body, got)
	}
	if e := b.last(); e.Identity.UserName != "ann" || e.ErrorCode != "denied" {
		t.Errorf("on record is %+v", e)
	}
}
