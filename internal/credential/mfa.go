package credential

import (
	"encoding/base32"
	"fmt"
	"io"
	"time"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/totp"
)

// seedSize is the length of a device's seed in bytes: 64 characters in base 32, which authenticator apps take without padding.
const seedSize = 40

// searchSteps is how far an app's clock may be off when its device is enabled or resynchronised, in periods, and slack how far it may
// have moved since.
const (
	searchSteps = 20
	slack       = 1
)

// seedName is what a device's seed is sealed under: so that it opens in the place of no other secret.
func seedName(serial string) []byte { return []byte("mfa seed " + serial) }

// MakeMFADevice adds a device with a seed that is made up, and which exists in the clear only in the answer, in base 32. Fails as
// [iam.Tx.CreateMFADevice] does.
func MakeMFADevice(tx *iam.Tx, root *seal.Root, random io.Reader, account string, spec iam.MFADeviceSpec) (*iam.MFADevice, secret.Text, error) {
	seed := make([]byte, seedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, secret.Text{}, fmt.Errorf("credential: randomness for a seed: %w", err)
	}
	if spec.Path == "" {
		spec.Path = "/"
	}
	serial := (&iam.MFADevice{Account: account, Path: spec.Path, Name: spec.Name}).ARN()
	var err error
	if spec.Sealed, err = root.Wrap(seed, seedName(serial)); err != nil {
		return nil, secret.Text{}, fmt.Errorf("credential: %w", err)
	}
	d, err := tx.CreateMFADevice(account, spec)
	if err != nil {
		return nil, secret.Text{}, err
	}
	return d, secret.New(base32.StdEncoding.EncodeToString(seed)), nil
}

// EnableMFADevice gives a device to a user, or with an empty name to the account's root, who proves by two codes in a row that he has it.
// Fails as [iam.Tx.EnableMFADevice] does, and with Invalid (What MFACode) when these are not two codes in a row of this device.
func EnableMFADevice(tx *iam.Tx, root *seal.Root, account, user, serial string, codes [2]string, now time.Time) error {
	d, err := tx.MayEnableMFADevice(account, user, serial)
	if err != nil {
		return err
	}
	last, drift, err := pair(root, d, codes, now)
	if err != nil {
		return err
	}
	_, err = tx.EnableMFADevice(account, user, serial, last, drift)
	return err
}

// ResyncMFADevice finds out anew how far the clock of a device is off. Fails as [iam.Tx.ResyncMFADevice] does, and with Invalid (What
// MFACode).
func ResyncMFADevice(tx *iam.Tx, root *seal.Root, account, user, serial string, codes [2]string, now time.Time) error {
	d, err := tx.MFADeviceOf(account, user, serial)
	if err != nil {
		return err
	}
	last, drift, err := pair(root, d, codes, now)
	if err != nil {
		return err
	}
	_, err = tx.ResyncMFADevice(account, user, serial, last, drift)
	return err
}

// pair finds the period of the second of two codes in a row, neither of which was used before, and how far the app's clock is ahead.
func pair(root *seal.Root, d *iam.MFADevice, codes [2]string, now time.Time) (last, drift int64, err error) {
	seed, err := root.Unwrap(d.Sealed, seedName(d.ARN()))
	if err != nil {
		return 0, 0, fault.Broken(fmt.Errorf("credential: seed of %s: %w", d.ARN(), err))
	}
	at := totp.Step(now)
	step, ok := totp.Find(seed, max(at-searchSteps, d.Last+1), at+searchSteps, codes[:]...)
	if !ok {
		return 0, 0, fault.New(fault.Invalid, fault.MFACode, "")
	}
	// Whoever types two codes in a row is at the second.
	return step + 1, step + 1 - at, nil
}

// UseMFACode takes a code of one of a holder's devices: his unique id, or an account's id for its root. wrong says why it was not taken:
// Denied with What MFADevice when the device is not his, with What MFACode when the code is wrong, was used before, or was not looked at
// because too many before it were wrong. What was used, and what was wrong, is noted in tx either way, so tx has to be kept either way;
// err means that it can not be.
func UseMFACode(tx *iam.Tx, root *seal.Root, account, holder, serial, code string, now time.Time) (wrong, err error) {
	d, missing := tx.MFADevice(account, serial)
	if missing != nil || holder == "" || d.Holder != holder {
		return fault.New(fault.Denied, fault.MFADevice, serial), nil
	}
	refused := fault.New(fault.Denied, fault.MFACode, serial)
	if d.Deaf(now) {
		return refused, nil
	}
	seed, err := root.Unwrap(d.Sealed, seedName(d.ARN()))
	if err != nil {
		return nil, fault.Broken(fmt.Errorf("credential: seed of %s: %w", d.ARN(), err))
	}
	at := totp.Step(now) + d.Drift
	step, ok := totp.Find(seed, max(at-slack, d.Last+1), at+slack, code)
	if !ok {
		return refused, tx.FailMFACode(d)
	}
	return nil, tx.UseMFACode(d, step)
}
