package op

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/wire"
)

// Operation is one entry of a dialect's table.
type Operation struct {
	Name     string
	ReadOnly bool
	Unsigned bool // the proof of who calls is in the input, see [Unsigned]
	run      func(*Call) (wire.Shape, error)
}

// Run carries the call through all steps. The shape is nil when the operation has no output.
func (o *Operation) Run(c *Call) (wire.Shape, error) { return o.run(c) }

type shape[T any] interface {
	*T
	wire.Shape
}

// Leave says what an operation asks leave for, given its input. It may fail when the input names what can not be asked about.
type Leave[In any] func(*Call, *In) ([]access.Ask, error)

// Read declares an operation that changes nothing.
func Read[In, Out any, I shape[In], O shape[Out]](name string, leave Leave[In], do func(*Call, *In) (*Out, error)) Operation {
	return Operation{Name: name, ReadOnly: true, run: func(c *Call) (wire.Shape, error) {
		in, err := decode[In, I](c)
		if err != nil {
			return nil, err
		}
		if err := ask(c, leave, in); err != nil {
			return nil, err
		}
		return answer[Out, O](do(c, in))
	}}
}

// Planned is Read for an operation whose leave takes work that doing needs too: the plan is made once, from the same View that is
// asked and acted on.
func Planned[In, P, Out any, I shape[In], O shape[Out]](name string, plan func(*Call, *In) (P, error), asks func(P) []access.Ask,
	do func(*Call, P) (*Out, error)) Operation {
	return Operation{Name: name, ReadOnly: true, run: func(c *Call) (wire.Shape, error) {
		in, err := decode[In, I](c)
		if err != nil {
			return nil, err
		}
		p, err := plan(c, in)
		if err != nil {
			return nil, err
		}
		leave := func(*Call, *In) ([]access.Ask, error) { return asks(p), nil }
		if err := ask(c, leave, in); err != nil {
			return nil, err
		}
		return answer[Out, O](do(c, p))
	}}
}

// Write declares an operation that changes the state and answers with something.
func Write[In, Out any, I shape[In], O shape[Out]](name string, leave Leave[In], do func(*Call, *iam.Tx, *In) (*Out, error)) Operation {
	return Operation{Name: name, run: func(c *Call) (wire.Shape, error) {
		var out *Out
		err := change[In, I](c, leave, nil, func(tx *iam.Tx, in *In) (err error) {
			out, err = do(c, tx, in)
			return err
		})
		return answer[Out, O](out, err)
	}}
}

// PreparedWrite is Write for an operation with work that is too slow for an update, which all others wait for: hashing a password.
// prepare does it on the request's View, once leave was given there, so that nobody without leave can have it done. Leave is asked
// again in the update; do must hold what was prepared against the state it finds.
func PreparedWrite[In, P, Out any, I shape[In], O shape[Out]](name string, leave Leave[In], prepare func(*Call, *In) (P, error),
	do func(*Call, *iam.Tx, *In, P) (*Out, error)) Operation {
	return Operation{Name: name, run: func(c *Call) (wire.Shape, error) {
		var out *Out
		var p P
		err := change[In, I](c, leave, func(in *In) (err error) {
			p, err = prepare(c, in)
			return err
		}, func(tx *iam.Tx, in *In) (err error) {
			out, err = do(c, tx, in, p)
			return err
		})
		return answer[Out, O](out, err)
	}}
}

// Change declares an operation that changes the state and has no output.
func Change[In any, I shape[In]](name string, leave Leave[In], do func(*Call, *iam.Tx, *In) error) Operation {
	return Operation{Name: name, run: func(c *Call) (wire.Shape, error) {
		return nil, change[In, I](c, leave, nil, func(tx *iam.Tx, in *In) error { return do(c, tx, in) })
	}}
}

// PreparedChange is [PreparedWrite] without an output.
func PreparedChange[In, P any, I shape[In]](name string, leave Leave[In], prepare func(*Call, *In) (P, error),
	do func(*Call, *iam.Tx, *In, P) error) Operation {
	return Operation{Name: name, run: func(c *Call) (wire.Shape, error) {
		var p P
		return nil, change[In, I](c, leave, func(in *In) (err error) {
			p, err = prepare(c, in)
			return err
		}, func(tx *iam.Tx, in *In) error { return do(c, tx, in, p) })
	}}
}

// Prepared is Write for a change that needs something made before which takes too long for a transaction, such as a key pair. Leave
// is asked twice: before it is made, so that only who may have it has the work done, and on the state that is written.
func Prepared[In, P, Out any, I shape[In], O shape[Out]](name string, leave Leave[In], prepare func(*Call, *In) (P, error),
	do func(*Call, *iam.Tx, *In, P) (*Out, error)) Operation {
	return Operation{Name: name, run: func(c *Call) (wire.Shape, error) {
		in, err := decode[In, I](c)
		if err != nil {
			return nil, err
		}
		if err := ask(c, leave, in); err != nil {
			return nil, err
		}
		p, err := prepare(c, in)
		if err != nil {
			return nil, err
		}
		var out *Out
		err = write(c, in, leave, func(tx *iam.Tx, in *In) (err error) {
			out, err = do(c, tx, in, p)
			return err
		})
		return answer[Out, O](out, err)
	}}
}

// Free declares an operation that every signed caller may use whatever its policies say, and that changes nothing.
func Free[In, Out any, I shape[In], O shape[Out]](name string, do func(*Call, *In) (*Out, error)) Operation {
	return Operation{Name: name, ReadOnly: true, run: func(c *Call) (wire.Shape, error) {
		in, err := decode[In, I](c)
		if err != nil {
			return nil, err
		}
		return answer[Out, O](do(c, in))
	}}
}

// Unsigned declares an operation that nobody signs, because the proof of who calls is in its input: a token or an assertion of an
// identity provider. Its steps are decode, prove, plan, ask leave, do.
//
// prove verifies the input and says whom it is about, with whatever else the plan needs. It sees c.View, which is where it finds the
// provider, has no caller, and stands outside of any writing. It may ask the provider for keys with c.Context, which ends after
// [ProofTime]. Its failure counts against the source like a wrong signature, unless the fault is Unavailable or Internal. It must look
// at nothing but the input and the provider's record: a failure says nothing of roles.
//
// What follows prove sees a View taken after it, in which the provider is there still, as c.Caller and c.Subject the outside identity
// ([access.Outside]), and is what [Planned] has. plan is usually [sts.NewPlan] with c.Subject and c.Caller.Origin, asks its Asks.
//
// The table must name the operation in [Table.Anonymous]; no other operation is ever run for whoever did not sign.
func Unsigned[In, A, P, Out any, I shape[In], O shape[Out]](name string, prove func(*Call, *In) (*access.Outsider, A, error),
	plan func(*Call, *In, A) (P, error), asks func(P) []access.Ask, do func(*Call, P) (*Out, error)) Operation {
	return Operation{Name: name, ReadOnly: true, Unsigned: true, run: func(c *Call) (wire.Shape, error) {
		in, err := decode[In, I](c)
		if err != nil {
			return nil, err
		}
		c.Caller, c.Subject = nil, nil // a signature, if there is one, says nothing here
		said, err := proved(c, in, prove)
		if err != nil {
			return nil, err
		}
		p, err := plan(c, in, said)
		if err != nil {
			return nil, err
		}
		leave := func(*Call, *In) ([]access.Ask, error) { return asks(p), nil }
		if err := ask(c, leave, in); err != nil {
			return nil, err
		}
		return answer[Out, O](do(c, p))
	}}
}

// ProofTime bounds what an operation without a signature may take to verify its input, questions to the identity provider included.
const ProofTime = 10 * time.Second

var errNobody = errors.New("op: a proof that is about nobody")

func proved[In, A any](c *Call, in *In, prove func(*Call, *In) (*access.Outsider, A, error)) (A, error) {
	var none A
	whole := c.Context
	limited, stop := context.WithTimeout(whole, ProofTime)
	defer stop()
	c.Context = limited
	who, said, err := prove(c, in)
	c.Context = whole
	if err != nil {
		return none, err
	}
	if who == nil || who.Provider == "" {
		return none, fault.Broken(errNobody)
	}
	c.View = c.Latest()
	caller := guard.Outside(who)
	if c.Subject, err = caller.Subject(c.View); err != nil {
		return none, err
	}
	c.Caller = caller
	return said, nil
}

func decode[In any, I shape[In]](c *Call) (*In, error) {
	in := new(In)
	if err := c.Decode(I(in)); err != nil {
		return nil, err
	}
	c.Input = I(in)
	return in, nil
}

func ask[In any](c *Call, leave Leave[In], in *In) error {
	asks, err := leave(c, in)
	if err != nil {
		return err
	}
	c.Asked = asks
	c.Decision, err = c.Guard.Ask(c.Subject, &c.Env, asks)
	return err
}

var errUnrecorded = errors.New("op: the audit record can not be written, so nothing is changed")

// change runs leave and act on one state: what was allowed is what is done, whoever else writes at the same time. A prepare that is
// not nil comes first, on the View of the request and with leave of its own.
func change[In any, I shape[In]](c *Call, leave Leave[In], prepare func(*In) error, act func(*iam.Tx, *In) error) error {
	in, err := decode[In, I](c)
	if err != nil {
		return err
	}
	if prepare != nil && c.Guard.Recording() {
		if err := ask(c, leave, in); err != nil {
			return err
		}
		if err := prepare(in); err != nil {
			return err
		}
	}
	return write(c, in, leave, act)
}

func write[In any](c *Call, in *In, leave Leave[In], act func(*iam.Tx, *In) error) error {
	if !c.Guard.Recording() {
		return &fault.Error{Kind: fault.Unavailable, Err: errUnrecorded}
	}
	return c.Update(c.Context, c, func(tx *iam.Tx) error {
		c.View = tx.View(tx.Revision())
		// Whoever is gone by now stays in the call as he was: the record still has to name him.
		subject, err := c.Caller.Subject(c.View)
		if err != nil {
			return err
		}
		c.Subject = subject
		if err := ask(c, leave, in); err != nil {
			return err
		}
		tx.LintPolicies(c.PolicyLint)
		err = act(tx, in)
		c.Findings = tx.Findings()
		return err
	})
}

func answer[Out any, O shape[Out]](out *Out, err error) (wire.Shape, error) {
	if err != nil {
		return nil, err
	}
	return O(out), nil
}

// Table is the operations of one service in one dialect.
type Table struct {
	known map[string]bool
	open  map[string]bool
	built map[string]*Operation
	rule  func(*guard.Caller, string) error // nil: none
}

// NewTable makes a table. known are the names of all operations the service has; those without a declaration answer that they
// are not supported. A name declared twice, or not known, panics: it is a fault of the program, found at its first start.
func NewTable(known []string, declared ...[]Operation) *Table {
	t := &Table{known: make(map[string]bool, len(known)), built: make(map[string]*Operation)}
	for _, name := range known {
		t.known[name] = true
	}
	for _, list := range declared {
		for i := range list {
			name := list[i].Name
			if !t.known[name] || t.built[name] != nil {
				panic(fmt.Sprintf("op: operation %q is declared twice or not in the service model", name))
			}
			t.built[name] = &list[i]
		}
	}
	return t
}

// Anonymous names the operations that callers send without a signature, because their proof is in the input. Exactly these may be
// declared by [Unsigned]; another one panics like a name declared twice.
func (t *Table) Anonymous(names ...string) *Table {
	t.open = make(map[string]bool, len(names))
	for _, name := range names {
		t.open[name] = true
	}
	for name, o := range t.built {
		if o.Unsigned != t.open[name] {
			panic(fmt.Sprintf("op: whether operation %q needs a signature is said in two ways", name))
		}
	}
	return t
}

// IsAnonymous says whether an operation comes without a signature.
func (t *Table) IsAnonymous(name string) bool { return t.open[name] }

// Limited sets which credentials may be used for which operation, whatever policies say. rule is asked about every operation that is
// found, of callers who signed.
func (t *Table) Limited(rule func(c *guard.Caller, operation string) error) *Table {
	t.rule = rule
	return t
}

// Admit applies the rule of [Table.Limited].
func (t *Table) Admit(c *guard.Caller, operation string) error {
	if t.rule == nil || c == nil {
		return nil
	}
	return t.rule(c, operation)
}

// Find looks an operation up by its exact name.
func (t *Table) Find(name string) (*Operation, error) {
	if name == "" {
		return nil, fault.New(fault.MissingOperation, fault.Operation, "")
	}
	if o := t.built[name]; o != nil {
		return o, nil
	}
	if t.known[name] {
		return nil, fault.New(fault.Unsupported, fault.Operation, name)
	}
	return nil, fault.New(fault.UnknownOperation, fault.Operation, name)
}

// Names are all operations of the service in order, built or not.
func (t *Table) Names() []string { return slices.Sorted(maps.Keys(t.known)) }

// Known says whether the service has an operation of that name, built or not.
func (t *Table) Known(name string) bool { return t.known[name] }

// Built says whether an operation is declared.
func (t *Table) Built(name string) bool { return t.built[name] != nil }
