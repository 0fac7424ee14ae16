package credential

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/totp"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// app is a state with an account, the users ann and bob, and ann's device.
type app struct {
	t      *testing.T
	root   *seal.Root
	view   *iam.View
	ann    string // unique id
	serial string
	seed   []byte
}

func newApp(t *testing.T) *app {
	t.Helper()
	a := &app{t: t, root: newRoot(t), view: iam.Empty()}
	a.change(noon, func(tx *iam.Tx) error {
		if _, err := tx.CreateAccount("111111111111", "Home"); err != nil {
			return err
		}
		u, err := tx.CreateUser("111111111111", iam.UserSpec{Name: "ann"})
		if err != nil {
			return err
		}
		if _, err = tx.CreateUser("111111111111", iam.UserSpec{Name: "bob"}); err != nil {
			return err
		}
		d, seed, err := MakeMFADevice(tx, a.root, rand.Reader, "111111111111", iam.MFADeviceSpec{Name: "phone"})
		if err != nil {
			return err
		}
		a.ann, a.serial = u.ID, d.ARN()
		a.seed, err = base32.StdEncoding.DecodeString(seed.Reveal())
		if strings.Contains(string(d.Sealed), string(a.seed)) {
			t.Error("the seed is stored in the clear")
		}
		return err
	})
	return a
}

func (a *app) change(now time.Time, f func(*iam.Tx) error) {
	a.t.Helper()
	tx := iam.NewTx(a.view, now, rand.Reader)
	if err := f(tx); err != nil {
		a.t.Fatal(err)
	}
	a.view = tx.View(a.view.Revision() + 1)
}

func (a *app) code(at time.Time) string { return totp.Code(a.seed, totp.Step(at)) }

func (a *app) enable(now time.Time, ahead time.Duration) {
	a.t.Helper()
	shown := now.Add(ahead)
	a.change(now, func(tx *iam.Tx) error {
		return EnableMFADevice(tx, a.root, "111111111111", "ann", a.serial, [2]string{a.code(shown.Add(-totp.Period)), a.code(shown)}, now)
	})
}

// use gives the kind of refusal, None if there is none. What it notes is kept.
func (a *app) use(holder, code string, now time.Time) fault.What {
	a.t.Helper()
	var wrong error
	a.change(now, func(tx *iam.Tx) (err error) {
		wrong, err = UseMFACode(tx, a.root, "111111111111", holder, a.serial, code, now)
		return err
	})
	if wrong == nil {
		return fault.None
	}
	var f *fault.Error
	if !errors.As(wrong, &f) || f.Kind != fault.Denied {
		a.t.Fatalf("%v", wrong)
	}
	return f.What
}

func TestMFACodes(t *testing.T) {
	const p = totp.Period
	for name, c := range map[string]struct {
		ahead time.Duration // the app's clock against the server's
		at    time.Duration // when the code is given, after the device was enabled
		shown time.Duration // when the app showed it by the server's clock
		want  fault.What
	}{
		"this period":                       {0, p, p, fault.None},
		"the one before":                    {0, 2 * p, p, fault.None},
		"the one after":                     {0, p, 2 * p, fault.None},
		"two before":                        {0, 3 * p, p, fault.MFACode},
		"two after":                         {0, p, 3 * p, fault.MFACode},
		"a clock that is ahead":             {5 * p, p, p, fault.None},
		"a clock that is behind":            {-7 * p, 8 * p, 8 * p, fault.None},
		"ahead, but not the code":           {5 * p, p, p - 5*p, fault.MFACode},
		"the code that enabled it":          {0, 0, 0, fault.MFACode},
		"the code before that":              {0, 0, -p, fault.MFACode},
		"enabled by a code from the future": {5 * p, 0, 0, fault.MFACode},
	} {
		a := newApp(t)
		a.enable(noon, c.ahead)
		if got := a.use(a.ann, a.code(noon.Add(c.shown+c.ahead)), noon.Add(c.at)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	a := newApp(t)
	if got := a.use(a.ann, a.code(noon), noon); got != fault.MFADevice {
		t.Errorf("a device of nobody: %v", got)
	}
	if got := a.use("", a.code(noon), noon); got != fault.MFADevice {
		t.Errorf("a device of nobody, nobody: %v", got)
	}
	a.enable(noon, 0)
	later := noon.Add(totp.Period)
	for _, other := range []string{"AIDAOTHER", "111111111111", ""} {
		if got := a.use(other, a.code(later), later); got != fault.MFADevice {
			t.Errorf("for %q: %v", other, got)
		}
	}
	for _, bad := range []string{"", "12345", a.code(later) + "0", " " + a.code(later)[1:], "abcdef"} {
		if got := a.use(a.ann, bad, later); got != fault.MFACode {
			t.Errorf("%q: %v", bad, got)
		}
	}
}

// A code is good once, whenever and wherever it comes again; guesses are counted with the device, so on all nodes together.
func TestAttack47_MFAReuseAndRateLimit(t *testing.T) {
	const p = totp.Period
	a := newApp(t)
	a.enable(noon, 0)
	one, two := a.code(noon.Add(p)), a.code(noon.Add(2*p))
	now := noon.Add(p)
	if a.use(a.ann, one, now) != fault.None {
		t.Fatal("a good code")
	}
	for _, after := range []time.Duration{0, time.Second, p, 2 * p} {
		if got := a.use(a.ann, one, now.Add(after)); got != fault.MFACode {
			t.Errorf("again after %v: %v", after, got)
		}
	}
	// A later code makes the earlier ones worthless, also those nobody used.
	a = newApp(t)
	a.enable(noon, 0)
	if a.use(a.ann, two, now) == fault.None {
		t.Fatal("the code of another device")
	}
	one, two = a.code(noon.Add(p)), a.code(noon.Add(2*p))
	if a.use(a.ann, two, now) != fault.None || a.use(a.ann, one, now) != fault.MFACode {
		t.Error("an earlier code after a later one")
	}
	// Neither does taking the device away and giving it back, nor setting its clock, bring a used code back.
	again := [2]string{one, two}
	tx := iam.NewTx(a.view, now, rand.Reader)
	if err := ResyncMFADevice(tx, a.root, "111111111111", "ann", a.serial, again, now); fault.Of(err).What != fault.MFACode {
		t.Errorf("resynchronised by used codes: %v", err)
	}
	if err := tx.DeactivateMFADevice("111111111111", "ann", a.serial); err != nil {
		t.Fatal(err)
	}
	if err := EnableMFADevice(tx, a.root, "111111111111", "bob", a.serial, again, now); fault.Of(err).What != fault.MFACode {
		t.Errorf("enabled by used codes: %v", err)
	}

	// Guessing: after a few wrong codes the device is deaf, for longer and longer, even to the right one, and notes nothing any more.
	a = newApp(t)
	a.enable(noon, 0)
	for now, writes, heard := noon.Add(time.Minute), 0, 0; now.Before(noon.Add(25 * time.Hour)); now = now.Add(time.Second) {
		was, _ := a.view.MFADevice("111111111111", a.serial)
		if a.use(a.ann, "no code", now) != fault.MFACode {
			t.Fatal("let in")
		}
		if is, _ := a.view.MFADevice("111111111111", a.serial); is.Failed != was.Failed {
			writes++
			heard = is.Failed
		} else if now.Sub(noon) > time.Hour {
			// Deaf to the right code as well, which stays unused.
			if got := a.use(a.ann, a.code(now), now); got != fault.MFACode {
				t.Fatalf("a deaf device took a code: %v", got)
			}
		}
		if now.Equal(noon.Add(25*time.Hour - time.Second)) {
			if writes != heard || writes > 110 {
				t.Errorf("in a day %d guesses were heard and %d noted", heard, writes)
			}
		}
	}
	// And the owner gets in when the pause is over.
	later := noon.Add(48 * time.Hour)
	if got := a.use(a.ann, a.code(later), later); got != fault.None {
		t.Errorf("after the pause: %v", got)
	}
	if d, _ := a.view.MFADevice("111111111111", a.serial); d.Failed != 0 {
		t.Error("the count goes on")
	}
}

// A seed opens in the place of no other.
func TestMFASeedIsBound(t *testing.T) {
	a := newApp(t)
	tx := iam.NewTx(a.view, noon, rand.Reader)
	d, err := tx.MFADevice("111111111111", a.serial)
	if err != nil {
		t.Fatal(err)
	}
	moved, err := tx.CreateMFADevice("111111111111", iam.MFADeviceSpec{Name: "other", Sealed: d.Sealed})
	if err != nil {
		t.Fatal(err)
	}
	err = EnableMFADevice(tx, a.root, "111111111111", "ann", moved.ARN(), [2]string{a.code(noon.Add(-totp.Period)), a.code(noon)}, noon)
	if fault.Of(err).Kind != fault.Internal || !errors.Is(err, seal.ErrOpen) {
		t.Errorf("%v", err)
	}
	if _, _, err := MakeMFADevice(tx, a.root, strings.NewReader("short"), "111111111111", iam.MFADeviceSpec{Name: "x"}); err == nil {
		t.Error("a seed without randomness")
	}
}
