package op

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/wire"
)

// Issue is Planned for an operation whose caller may show a second factor: code gives the serial number and the one-time code of an
// input, both nil for none. asks may be nil: then the operation asks no leave.
//
// A code is good once, so that with one the call writes: the code is checked and noted as used in one transaction with everything that
// follows from it, on every node the same. What was noted stays even when the call is refused, be it for a wrong code, which counts, or
// for want of leave.
func Issue[In, P, Out any, I shape[In], O shape[Out]](name string, code func(*In) (serial, code *string), plan func(*Call, *In) (P, error),
	asks func(P) []access.Ask, do func(*Call, P) (*Out, error)) Operation {
	issue := func(c *Call, in *In) (*Out, error) {
		p, err := plan(c, in)
		if err != nil {
			return nil, err
		}
		if asks != nil {
			leave := func(*Call, *In) ([]access.Ask, error) { return asks(p), nil }
			if err := ask(c, leave, in); err != nil {
				return nil, err
			}
		}
		return do(c, p)
	}
	return Operation{Name: name, ReadOnly: true, run: func(c *Call) (wire.Shape, error) {
		in, err := decode[In, I](c)
		if err != nil {
			return nil, err
		}
		serial, digits := code(in)
		if serial == nil && digits == nil {
			return answer[Out, O](issue(c, in))
		}
		if serial == nil || digits == nil {
			return nil, &fault.Error{Kind: fault.Denied, What: fault.MFAPair}
		}
		var out *Out
		err = withCode(c, *serial, *digits, func() (err error) {
			out, err = issue(c, in)
			return err
		})
		return answer[Out, O](out, err)
	}}
}

// withCode uses up a code and does what follows, in one transaction that is kept whatever comes of it.
func withCode(c *Call, serial, code string, act func() error) error {
	if !c.Guard.Recording() {
		return &fault.Error{Kind: fault.Unavailable, Err: errUnrecorded}
	}
	var refused error
	err := c.Update(c.Context, c, func(tx *iam.Tx) error {
		refused = nil
		c.View = tx.View(tx.Revision())
		subject, err := c.Caller.Subject(c.View)
		if err != nil {
			return err
		}
		c.Subject = subject
		wrong, err := c.Guard.SecondFactor(tx, subject, serial, code, c.Now)
		if err != nil {
			return err
		}
		if refused = wrong; refused != nil {
			return nil
		}
		c.Subject = subject.WithMFA(c.Now)
		refused = act()
		return nil
	})
	if err != nil {
		return err
	}
	return refused
}
