package guard

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// Dossier is all there is to say about a denial. Who is refused carries it, sealed, to whoever of his account may read it.
type Dossier struct {
	ID          string            `json:"id"` // request id of the denial, which the audit record has as well
	Time        time.Time         `json:"time"`
	Principal   string            `json:"principal"`
	PrincipalID string            `json:"principalId"`
	Action      string            `json:"action"`
	Resource    string            `json:"resource"`
	Decision    policy.Decision   `json:"decision"`
	Statement   *policy.Statement `json:"statement,omitempty"` // the one that denied
	Context     []Fact            `json:"context,omitempty"`
	Trace       *policy.Trace     `json:"trace,omitempty"`
	Cut         bool              `json:"cut,omitempty"`      // something did not fit
	Withheld    bool              `json:"withheld,omitempty"` // another account's policies are left out
	Foreign     bool              `json:"foreign,omitempty"`  // that account refused; Decision says nothing
}

// Fact is a condition key of the request.
type Fact struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// Seal makes the message of a denial for the account of who was refused: the reasons may say more than he is to know. What limits the
// resources of another account is not that account's to read, and is left out.
func (g *Guard) Seal(v *iam.View, s *access.Subject, env *access.Environment, a *access.Ask, d *Denied, id string) (string, error) {
	file := &Dossier{ID: id, Time: env.Now.UTC(), Principal: s.Principal.ARN, PrincipalID: s.UserID, Action: a.Action, Resource: a.Resource,
		Decision: d.Decision, Trace: d.Trace}
	if d.Decision.Verdict == policy.ExplicitDeny {
		file.Statement = s.Statement(a, &d.Decision)
	}
	for _, k := range s.Context(a, env) {
		f := Fact{Key: k.Name, Values: k.Values.List}
		if !k.Values.Multi {
			f.Values = []string{k.Values.One}
		}
		file.Context = append(file.Context, f)
	}
	if d.CrossAccount {
		file.withhold()
	}
	plain, err := file.fit(session.MessageRoom)
	if err != nil {
		return "", err
	}
	return g.Mint.SealMessage(v, s.Principal.Account, plain, env.Now)
}

// Unseal reads a message that was sealed for an account. All that is wrong with it is one fault: Invalid, AuthorizationMessage.
func (g *Guard) Unseal(v *iam.View, account, text string, now time.Time) (*Dossier, error) {
	plain, err := g.Mint.OpenMessage(v, account, text, now)
	if errors.Is(err, seal.ErrOpen) {
		return nil, fault.New(fault.Invalid, fault.AuthorizationMessage, "")
	}
	if err != nil {
		return nil, fault.Broken(err)
	}
	file := &Dossier{}
	if err := json.Unmarshal(plain, file); err != nil {
		return nil, fault.Broken(err) // it is ours, whole and of another form
	}
	return file, nil
}

// foreign are the layers that stand on the side of the resource.
func foreign(l policy.Layer) bool {
	return l == policy.LayerRCP || l == policy.LayerResource || l == policy.LayerTrust || l == policy.LayerEndpoint
}

func (f *Dossier) withhold() {
	if foreign(f.Decision.Layer) {
		f.Statement, f.Foreign, f.Withheld = nil, true, true
		f.Decision = policy.Decision{Statement: -1}
	}
	var facts []Fact
	for _, k := range f.Context {
		switch policy.FoldKey(k.Key) {
		case "aws:resourceorgid", "aws:resourceorgpaths":
			continue
		}
		facts = append(facts, k)
	}
	f.Context = facts
	if f.Trace == nil {
		return
	}
	own := &policy.Trace{Decision: f.Decision}
	for _, l := range f.Trace.Layers {
		if foreign(l.Layer) {
			f.Withheld = true
			continue
		}
		own.Layers = append(own.Layers, l)
	}
	f.Trace = own
}

// fit writes the dossier in at most room bytes. Of what is too much the end goes: of the context, which gets half the room, and of the
// trace, in which the layer that decided counts as the first.
func (f *Dossier) fit(room int) ([]byte, error) {
	b := &budget{left: room - 64} // what joins the parts, and the marks that something is missing
	out := *f
	out.Statement, out.Context, out.Trace = nil, nil, nil
	if !b.take(out, b.left) {
		return nil, errLong
	}
	half := b.left / 2
	switch {
	case f.Statement == nil:
	case b.take(f.Statement, half):
		out.Statement = f.Statement
	default:
		out.Statement, out.Cut = &policy.Statement{Sid: f.Statement.Sid, Effect: f.Statement.Effect}, true
		if !b.take(out.Statement, b.left) {
			return nil, errLong
		}
	}
	half = b.left / 2
	for _, fact := range f.Context {
		before := b.left
		if !b.take(fact, half) {
			out.Cut = true // a single long one, such as a user agent; the rest may still fit
			continue
		}
		half -= before - b.left
		out.Context = append(out.Context, fact)
	}
	if f.Trace != nil {
		var whole bool
		if out.Trace, whole = b.trace(f.Trace); !whole {
			out.Cut = true
		}
	}
	plain, err := json.Marshal(out)
	if err == nil && len(plain) > room {
		err = errLong
	}
	return plain, err
}

var errLong = errors.New("guard: a denial that does not fit into a message")

// budget counts bytes of JSON. What is written is measured once, so that a long explanation costs no more than it is long.
type budget struct{ left int }

// joint is what one more element costs besides itself: a comma, a name, brackets.
const joint = 24

func (b *budget) take(v any, most int) bool {
	raw, err := json.Marshal(v)
	if err != nil || len(raw)+joint > min(most, b.left) {
		return false
	}
	b.left -= len(raw) + joint
	return true
}

func (b *budget) trace(t *policy.Trace) (kept *policy.Trace, whole bool) {
	out := &policy.Trace{Decision: t.Decision}
	if !b.take(out, b.left) {
		return nil, false
	}
	layers := make([]*policy.LayerTrace, len(t.Layers))
	whole = true
	for _, decided := range []bool{true, false} {
		for i := range t.Layers {
			if whole && (t.Layers[i].Layer == t.Decision.Layer) == decided {
				layers[i], whole = b.layer(&t.Layers[i])
			}
		}
	}
	for _, l := range layers {
		if l != nil {
			out.Layers = append(out.Layers, *l)
		}
	}
	return out, whole
}

func (b *budget) layer(l *policy.LayerTrace) (kept *policy.LayerTrace, whole bool) {
	out := *l
	out.Policies = nil
	if !b.take(out, b.left) {
		return nil, false
	}
	for _, p := range l.Policies {
		some := p
		some.Statements = nil
		if !b.take(some, b.left) {
			return &out, false
		}
		for _, st := range p.Statements {
			if !b.take(st, b.left) {
				out.Policies = append(out.Policies, some)
				return &out, false
			}
			some.Statements = append(some.Statements, st)
		}
		out.Policies = append(out.Policies, some)
	}
	return &out, true
}
