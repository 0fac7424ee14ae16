package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Row is a stored record, or in a batch of changes a deleted one.
//
// Keys are account/ID, user/ACCOUNT/ID, group/ACCOUNT/ID, role/ACCOUNT/ID, policy/ACCOUNT/ID, key/ACCOUNT/ID, sealkey/NUMBER and
// those of the shelf.
// A value is a JSON object whose member "v" is the version of its form.
type Row struct {
	Key   string
	Value []byte // nil: deleted
}

// MaxRow bounds a row's value in bytes.
const MaxRow = 256 << 10

// rowVersion is the version that encode writes. A change of any record's form, be it one new member, needs the next number and a
// case in decode that reads the old form.
const rowVersion = 1

// rowHead is how the values that encode writes begin.
const rowHead = `{"v":1,`

// ErrRow says that a stored row cannot be read.
var ErrRow = errors.New("iam: unreadable row")

// encode gives a record's row value.
func encode(r record) ([]byte, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("iam: encode %s: %w", r.rowKey(), err)
	}
	return append(fmt.Appendf(make([]byte, 0, len(body)+8), `{"v":%d,`, rowVersion), body[1:]...), nil
}

// decode reads a row. It is strict: another version, an unknown member, trailing data or a record that does not belong to the key
// is an ErrRow, because what is not understood would be lost when the record is written again.
func decode(row Row) (record, error) {
	if len(row.Value) > MaxRow {
		return nil, fmt.Errorf("%w: %s is longer than %d bytes", ErrRow, row.Key, MaxRow)
	}
	version, err := versionOf(row.Value)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %v", ErrRow, row.Key, err)
	}
	if version != rowVersion {
		return nil, fmt.Errorf("%w: %s has version %d, this program reads up to %d", ErrRow, row.Key, version, rowVersion)
	}
	r, err := decodeV1(row)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %v", ErrRow, row.Key, err)
	}
	if r.rowKey() != row.Key {
		return nil, fmt.Errorf("%w: %s holds %s", ErrRow, row.Key, r.rowKey())
	}
	if !fits(r) {
		return nil, fmt.Errorf("%w: %s has the id of something else", ErrRow, row.Key)
	}
	return r, nil
}

// fits reports whether a record's unique id is one of its kind, so that no two kinds can share an id.
func fits(r record) bool {
	switch r := r.(type) {
	case *User:
		return strings.HasPrefix(r.ID, PrefixUser)
	case *Group:
		return strings.HasPrefix(r.ID, PrefixGroup)
	case *Role:
		return strings.HasPrefix(r.ID, PrefixRole)
	case *Policy:
		return strings.HasPrefix(r.ID, PrefixPolicy)
	}
	return true
}

func decodeV1(row Row) (record, error) {
	type version struct {
		V int `json:"v"`
	}
	kind, _, _ := strings.Cut(row.Key, "/")
	switch kind {
	case "account":
		var v struct {
			version
			Account
		}
		return &v.Account, strict(row.Value, &v)
	case "user":
		var v struct {
			version
			User
		}
		return &v.User, strict(row.Value, &v)
	case "group":
		var v struct {
			version
			Group
		}
		return &v.Group, strict(row.Value, &v)
	case "role":
		var v struct {
			version
			Role
		}
		return &v.Role, strict(row.Value, &v)
	case "policy":
		var v struct {
			version
			Policy
		}
		return &v.Policy, strict(row.Value, &v)
	case "key":
		var v struct {
			version
			AccessKey
		}
		return &v.AccessKey, strict(row.Value, &v)
	case "sealkey":
		var v struct {
			version
			SealKey
		}
		return &v.SealKey, strict(row.Value, &v)
	}
	return readShelved(kind, row.Value)
}

func strict(value []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(value))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("data after the record")
	}
	return nil
}

// versionOf reads the version of a value's form, without decoding the rest where it begins as encode writes it.
func versionOf(value []byte) (int, error) {
	if bytes.HasPrefix(value, []byte(rowHead)) {
		return 1, nil
	}
	var v struct {
		V int `json:"v"`
	}
	if err := json.Unmarshal(value, &v); err != nil {
		return 0, err
	}
	return v.V, nil
}

// find gives the record that stands under a row key.
func (s *tables) find(key string) (record, bool) {
	kind, rest, _ := strings.Cut(key, "/")
	id := rest[strings.LastIndexByte(rest, '/')+1:]
	var r record
	var ok bool
	switch kind {
	case "account":
		r, ok = s.accounts.Get(id)
	case "user":
		r, ok = s.users.Get(id)
	case "group":
		r, ok = s.groups.Get(id)
	case "role":
		r, ok = s.roles.Get(id)
	case "policy":
		r, ok = s.policies.Get(id)
	case "key":
		r, ok = s.keys.Get(id)
	case "sealkey":
		r, ok = s.seals.Get(key)
	default:
		r, ok = s.shelf.Get(key)
	}
	if !ok || r.rowKey() != key {
		return nil, false
	}
	return r, true
}

func (s *tables) has(key string) bool {
	_, ok := s.find(key)
	return ok
}
