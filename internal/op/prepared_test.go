package op

import (
	"errors"
	"slices"
	"testing"

	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/iam"
)

func (b *bench) prepared(fail error) Operation {
	return Prepared("Do", b.leave,
		func(_ *Call, in *message) (string, error) {
			b.steps = append(b.steps, "prepare "+in.Name)
			return "made before", fail
		},
		func(_ *Call, tx *iam.Tx, in *message, p string) (*message, error) {
			b.steps = append(b.steps, "do "+in.Name)
			_, err := tx.CreateUser(home, iam.UserSpec{Name: "made"})
			return &message{Name: p}, err
		})
}

// What takes long is done between two questions for leave, and outside the change.
func TestPrepared(t *testing.T) {
	b := newBench(t, "ann")
	o := b.prepared(nil)
	out, err := o.Run(b.Call)
	if want := []string{"decode", "leave", "prepare given", "update", "leave", "do given"}; err != nil || !slices.Equal(b.steps, want) || o.ReadOnly {
		t.Errorf("%v, %v", b.steps, err)
	}
	if m, ok := out.(*message); !ok || m.Name != "made before" {
		t.Errorf("it answers %v", out)
	}
	if _, err := b.view.User(home, "made"); err != nil {
		t.Error(err)
	}

	b = newBench(t, "poor")
	o = b.prepared(nil)
	var d *guard.Denied
	if _, err := o.Run(b.Call); !errors.As(err, &d) || !slices.Equal(b.steps, []string{"decode", "leave"}) {
		t.Errorf("without leave: %v, %v", b.steps, err)
	}

	b = newBench(t, "ann")
	fail := errors.New("no randomness")
	o = b.prepared(fail)
	if _, err := o.Run(b.Call); err != fail || !slices.Equal(b.steps, []string{"decode", "leave", "prepare given"}) {
		t.Errorf("a preparation that fails: %v, %v", b.steps, err)
	}

	// Leave that is lost meanwhile is lost: what was prepared is thrown away.
	b = newBench(t, "ann")
	b.between = func(tx *iam.Tx) {
		if _, err := tx.DeleteUserPolicy(home, "ann", "all"); err != nil {
			t.Fatal(err)
		}
	}
	o = b.prepared(nil)
	if _, err := o.Run(b.Call); !errors.As(err, &d) || slices.Contains(b.steps, "do given") {
		t.Errorf("leave lost meanwhile: %v, %v", b.steps, err)
	}
}
