package iam

import (
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
)

// MFADevice is a virtual second factor: an authenticator app that was handed a seed. It belongs to nobody until it is enabled for a
// user or the account's root.
type MFADevice struct {
	Account string    `json:"account"`
	Path    string    `json:"path"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Tags    []Tag     `json:"tags,omitempty"`
	// Sealed is the seed, sealed with the serial number as associated data before it came here.
	Sealed []byte `json:"sealed"`

	Holder  string    `json:"holder,omitzero"` // unique id of its user, or the account's id for the root; empty: nobody
	Enabled time.Time `json:"enabled,omitzero"`
	Drift   int64     `json:"drift,omitzero"` // periods by which the app's clock is ahead of the server's
	// Last is the period of the last code that was taken. No code of it or of an earlier one is ever taken again.
	Last int64 `json:"last,omitzero"`
	// Failed counts wrong codes since the last right one, FailedAt is when the latest came.
	Failed   int       `json:"failed,omitzero"`
	FailedAt time.Time `json:"failedAt,omitzero"`
}

// ARN is the device's serial number.
func (d *MFADevice) ARN() string { return arn.MFA(d.Account, d.Path, d.Name) }

func (d *MFADevice) rowKey() string { return mfaIn(d.Account) + d.key() }
func (d *MFADevice) prepare()       { d.Tags = tidy(d.Tags) }

// key orders and names the devices of an account: by path and name, without regard to case.
func (d *MFADevice) key() string { return fold(strings.TrimPrefix(d.Path, "/") + d.Name) }

func (d *MFADevice) also() []string {
	if d.Holder == "" {
		return nil
	}
	return []string{mfaOf(d.Holder) + d.key()}
}

func mfaIn(account string) string { return "mfa/" + account + "/" }
func mfaOf(holder string) string  { return "mfa-of/" + holder + "/" }

func (d *MFADevice) check(c *checker) {
	c.ofAccount(d, d.Account)
	path, err := checkEntity("", d.Path, d.Name, maxMFAName)
	c.want(err == nil && path == d.Path, d, "bad path or name")
	c.want(CheckTags(d.Tags) == nil && len(d.Tags) <= c.q.Tags, d, "bad tags")
	c.want(len(d.Sealed) > 0 && len(d.Sealed) <= maxSealed, d, "no seed")
	c.want((d.Holder == "") == d.Enabled.IsZero(), d, "is enabled for nobody, or not enabled for somebody")
	c.want(d.Holder != "" || d.Drift == 0, d, "drifts without a holder")
	if d.Holder != "" && d.Holder != d.Account {
		c.ofUser(d, d.Account, d.Holder)
	}
	c.want(len(c.s.MFADevicesOf(d.Holder)) <= c.q.MFADevicesPerUser || d.Holder == "", d, "its holder has too many")
}

// maxMFAName bounds a device's name (IAM User Guide, "IAM and AWS STS quotas").
const maxMFAName = 226

// MFADevice finds a device of an account by its serial number; NotFound otherwise.
func (s *tables) MFADevice(account, serial string) (*MFADevice, error) {
	if n, err := arn.Parse(serial); err == nil && n.Account == account {
		if kind, path, name, ok := n.Entity(); ok && kind == "mfa" {
			want := &MFADevice{Account: account, Path: path, Name: name}
			if d, found := onShelf[*MFADevice](s, want.rowKey()); found && d.ARN() == serial {
				return d, nil
			}
		}
	}
	return nil, fault.Missing(fault.MFADevice, serial)
}

// MFADevicesOf lists the devices of a user by unique id, or of an account's root by the account's id.
func (s *tables) MFADevicesOf(holder string) []*MFADevice {
	return shelfAll[*MFADevice](s, mfaOf(holder))
}

// MFADevices lists an account's devices that keep says yes to.
func (s *tables) MFADevices(account, after string, limit int, keep func(*MFADevice) bool) (page []*MFADevice, next string) {
	return shelfPage(s, mfaIn(account), after, limit, keep)
}

// MFADeviceSpec is what a new device is made from.
type MFADeviceSpec struct {
	Path   string // empty for "/"
	Name   string
	Sealed []byte
	Tags   []Tag
}

// CreateMFADevice adds a device that belongs to nobody. It fails with NotFound (account), Invalid, Exists or Limit.
func (t *Tx) CreateMFADevice(account string, spec MFADeviceSpec) (*MFADevice, error) {
	if _, err := t.Account(account); err != nil {
		return nil, err
	}
	path, err := checkEntity("virtualMFADeviceName", spec.Path, spec.Name, maxMFAName)
	if err != nil {
		return nil, err
	}
	if err := t.newTags(fault.MFADevice, spec.Name, spec.Tags); err != nil {
		return nil, err
	}
	if len(spec.Sealed) == 0 || len(spec.Sealed) > maxSealed {
		return nil, fault.BadParameter("base32StringSeed", "")
	}
	d := &MFADevice{Account: account, Path: path, Name: spec.Name, Created: t.now, Tags: slices.Clone(spec.Tags), Sealed: slices.Clone(spec.Sealed)}
	if _, taken := onShelf[*MFADevice](&t.tables, d.rowKey()); taken {
		return nil, fault.Taken(fault.MFADevice, spec.Name)
	}
	// An account may have as many devices as users, assigned or not.
	if shelfCount(&t.tables, mfaIn(account)) >= t.quotas.UsersPerAccount {
		return nil, fault.Exceeded(fault.Account, fault.MFADevice, account, t.quotas.UsersPerAccount)
	}
	return put(t, d)
}

// DeleteMFADevice removes a device that belongs to nobody. It fails with NotFound or InUse.
func (t *Tx) DeleteMFADevice(account, serial string) error {
	d, err := t.MFADevice(account, serial)
	if err != nil {
		return err
	}
	if d.Holder != "" {
		return fault.Blocked(fault.MFADevice, fault.MFADevice, serial)
	}
	t.drop(d)
	return nil
}

// MayEnableMFADevice fails as [Tx.EnableMFADevice] does for what has nothing to do with codes.
func (t *Tx) MayEnableMFADevice(account, user, serial string) (*MFADevice, error) {
	holder, err := t.mfaHolder(account, user)
	if err != nil {
		return nil, err
	}
	d, err := t.MFADevice(account, serial)
	if err != nil {
		return nil, err
	}
	if d.Holder != "" {
		return nil, fault.Taken(fault.MFAAssignment, serial)
	}
	if len(t.MFADevicesOf(holder)) >= t.quotas.MFADevicesPerUser {
		return nil, fault.Exceeded(fault.User, fault.MFADevice, user, t.quotas.MFADevicesPerUser)
	}
	return d, nil
}

// EnableMFADevice gives a device to a user, or with an empty name to the account's root. last is the period of the second of the two codes
// that proved that he has it, drift how far the app's clock is ahead, in periods. It fails with NotFound, Exists (with What MFAAssignment:
// the device has a holder already) or Limit.
func (t *Tx) EnableMFADevice(account, user, serial string, last, drift int64) (*MFADevice, error) {
	d, err := t.MayEnableMFADevice(account, user, serial)
	if err != nil {
		return nil, err
	}
	c := *d
	if c.Holder, err = t.mfaHolder(account, user); err != nil {
		return nil, err
	}
	c.Enabled = t.now
	return put(t, c.took(last, drift))
}

// ResyncMFADevice notes anew how far a device's clock is off. It fails with NotFound, also when the device is not the user's.
func (t *Tx) ResyncMFADevice(account, user, serial string, last, drift int64) (*MFADevice, error) {
	d, err := t.MFADeviceOf(account, user, serial)
	if err != nil {
		return nil, err
	}
	c := *d
	return put(t, c.took(last, drift))
}

// DeactivateMFADevice takes a device away from its user, or with an empty name from the root. Which codes were used stays known. It fails
// with NotFound, also when the device is not the user's.
func (t *Tx) DeactivateMFADevice(account, user, serial string) error {
	d, err := t.MFADeviceOf(account, user, serial)
	if err != nil {
		return err
	}
	c := *d
	c.Holder, c.Enabled, c.Drift = "", time.Time{}, 0
	_, err = put(t, &c)
	return err
}

// UseMFACode notes that the code of a period was taken from a device.
func (t *Tx) UseMFACode(d *MFADevice, step int64) error {
	c := *d
	_, err := put(t, c.took(step, d.Drift))
	return err
}

// FailMFACode notes that a wrong code was given for a device.
func (t *Tx) FailMFACode(d *MFADevice) error {
	c := *d
	c.Failed, c.FailedAt = c.Failed+1, t.now
	_, err := put(t, &c)
	return err
}

func (d *MFADevice) took(last, drift int64) *MFADevice {
	d.Last, d.Drift, d.Failed, d.FailedAt = max(d.Last, last), drift, 0, time.Time{}
	return d
}

// Of wrong codes for a device the first few cost nothing but a row each; after that every further one makes the device deaf for a time
// that doubles. The count is of the whole server, whatever node and source a code came to.
const (
	freeGuesses = 5
	firstPause  = 30 * time.Second
	longest     = 15 * time.Minute
)

// Deaf says whether a device takes no code now, because too many wrong ones were given for it.
func (d *MFADevice) Deaf(now time.Time) bool {
	if d.Failed < freeGuesses {
		return false
	}
	pause := longest
	if n := d.Failed - freeGuesses; n < 5 {
		pause = firstPause << n
	}
	return now.Before(d.FailedAt.Add(pause))
}

// TagMFADevice adds or replaces tags. It fails with NotFound, Invalid or Limit.
func (t *Tx) TagMFADevice(account, serial string, tags []Tag) error {
	d, err := t.MFADevice(account, serial)
	if err != nil {
		return err
	}
	c := *d
	if c.Tags, err = t.withTags(fault.MFADevice, serial, d.Tags, tags); err != nil {
		return err
	}
	_, err = put(t, &c)
	return err
}

// UntagMFADevice removes tags by key, without regard to case. It fails with NotFound.
func (t *Tx) UntagMFADevice(account, serial string, keys []string) error {
	d, err := t.MFADevice(account, serial)
	if err != nil {
		return err
	}
	c := *d
	c.Tags = withoutTags(d.Tags, keys)
	_, err = put(t, &c)
	return err
}

// MFADeviceOf finds a device of a user, or with an empty name of the account's root. It fails with NotFound: the user, the device, or with
// What MFAAssignment when the device is not his.
func (s *tables) MFADeviceOf(account, user, serial string) (*MFADevice, error) {
	holder, err := s.mfaHolder(account, user)
	if err != nil {
		return nil, err
	}
	d, err := s.MFADevice(account, serial)
	if err != nil {
		return nil, err
	}
	if d.Holder != holder {
		return nil, fault.Missing(fault.MFAAssignment, serial)
	}
	return d, nil
}

func (s *tables) mfaHolder(account, user string) (string, error) {
	if user == "" {
		_, err := s.Account(account)
		return account, err
	}
	u, err := s.User(account, user)
	if err != nil {
		return "", err
	}
	return u.ID, nil
}
