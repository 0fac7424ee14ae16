package oidc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/fault"
)

// object is a JSON object by the exact names of its members.
type object map[string]json.RawMessage

var errJSON = errors.New("oidc: not a JSON object in the form that is accepted")

// parseObject reads one object and nothing after it: valid UTF-8, nested at most depth deep, and no name twice in any object of it,
// for two readers could take either.
func parseObject(data []byte, depth int) (object, error) {
	if !utf8.Valid(data) {
		return nil, errJSON
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	first, err := d.Token()
	if err != nil || first != json.Delim('{') {
		return nil, errJSON
	}
	if err := walk(d, json.Delim('{'), depth-1); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errJSON
	}
	var o object
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, errJSON
	}
	return o, nil
}

// walk reads to the end of an object or list that has been opened.
func walk(d *json.Decoder, opened json.Delim, depth int) error {
	if depth < 0 {
		return errJSON
	}
	names := map[string]bool{}
	for d.More() {
		if opened == '{' {
			name, err := d.Token()
			text, ok := name.(string)
			if err != nil || !ok || names[text] {
				return errJSON
			}
			names[text] = true
		}
		value, err := d.Token()
		if err != nil {
			return errJSON
		}
		if next, ok := value.(json.Delim); ok {
			if err := walk(d, next, depth-1); err != nil {
				return err
			}
		}
	}
	if _, err := d.Token(); err != nil {
		return errJSON
	}
	return nil
}

// text gives a member that is a text or not there: "" then.
func (o object) text(name string) (string, error) {
	raw, there := o[name]
	if !there {
		return "", nil
	}
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", badClaim(name)
	}
	return s, nil
}

// required gives a claim that must be there and say something.
func (o object) required(name string) (string, error) {
	s, err := o.text(name)
	if err == nil && s == "" {
		return "", fault.Missing(fault.Claim, name)
	}
	return s, err
}

// texts gives a claim that is a text or a list of texts. list says that it was a list; a claim that is not there is nil.
func (o object) texts(name string) (values []string, list bool, err error) {
	raw, there := o[name]
	if !there {
		return nil, false, nil
	}
	if raw[0] != '[' {
		s, err := o.text(name)
		return []string{s}, false, err
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil, true, badClaim(name)
	}
	for _, item := range items {
		s, err := object{name: item}.text(name)
		if err != nil {
			return nil, true, err
		}
		values = append(values, s)
	}
	return values, true, nil
}

// seconds gives a claim that is a whole number of seconds; there is no other form of a point in time (AssumeRoleWithWebIdentity,
// STS API Reference: timestamps must be integers).
func (o object) seconds(name string) (at int64, there bool, err error) {
	raw, there := o[name]
	if !there {
		return 0, false, nil
	}
	at, err = strconv.ParseInt(string(raw), 10, 64)
	if err != nil || at < 0 || at > maxSeconds {
		return 0, true, badClaim(name)
	}
	return at, true, nil
}

// maxSeconds is the end of the year 9999.
const maxSeconds = 253402300799

func badClaim(name string) error { return fault.New(fault.Invalid, fault.Claim, name) }
