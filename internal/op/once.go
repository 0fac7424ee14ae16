package op

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/wire"
)

// UnsignedOnce is [Unsigned] for a proof that counts only once. Planning, asking and spend, which notes that the proof is used up, are
// one change of the state; do follows when it is durable. So of two who bring the same proof, to whatever nodes, one is refused, and
// nothing is given out for a proof that could be brought again. fn may run several times, as [db.DB.Update] says.
//
// It calls itself read only, as the record of such calls has it elsewhere: what it leaves behind is about the proof alone.
func UnsignedOnce[In, A, P, Out any, I shape[In], O shape[Out]](name string, prove func(*Call, *In) (*access.Outsider, A, error),
	plan func(*Call, *In, A) (P, error), asks func(P) []access.Ask, spend func(*Call, *iam.Tx, P) error, do func(*Call, P) (*Out, error)) Operation {
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
		if !c.Guard.Recording() {
			return nil, &fault.Error{Kind: fault.Unavailable, Err: errUnrecorded}
		}
		var p P
		err = c.Update(c.Context, c, func(tx *iam.Tx) error {
			c.View = tx.View(tx.Revision())
			subject, err := c.Caller.Subject(c.View)
			if err != nil {
				return err
			}
			c.Subject = subject
			if p, err = plan(c, in, said); err != nil {
				return err
			}
			leave := func(*Call, *In) ([]access.Ask, error) { return asks(p), nil }
			if err := ask(c, leave, in); err != nil {
				return err
			}
			return spend(c, tx, p)
		})
		if err != nil {
			return nil, err
		}
		return answer[Out, O](do(c, p))
	}}
}
