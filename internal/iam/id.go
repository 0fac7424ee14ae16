package iam

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
)

// Prefixes of unique ids (IAM identifiers, IAM User Guide).
const (
	PrefixAccessKey    = "AKIA"
	PrefixTemporaryKey = "ASIA"
	PrefixUser         = "AIDA"
	PrefixGroup        = "AGPA"
	PrefixRole         = "AROA"
	PrefixPolicy       = "ANPA"

	PrefixInstanceProfile = "AIPA"

	PrefixPublicKey         = "APKA"
	PrefixCertificate       = "ASCA"
	PrefixServiceCredential = "ACCA"
)

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// Of a key id's first 48 bits the highest says that the id carries an account (ids of before 2019 do not and begin with another
// letter), the next 40 are the account's number, the last seven are random.
const (
	carriesAccount = 1 << 47
	accountMask    = carriesAccount - 1<<7
)

// NewKeyID makes an access key id of 20 characters: the prefix (AKIA or ASIA), then ten bytes in base32 whose first 48 bits are a
// one bit, the account's number in 40 bits and seven random bits; the other four bytes are random as well. That is the layout of real
// keys, from which the account can be read without a lookup. It fails when account is not twelve digits or random cannot be read.
func NewKeyID(prefix, account string, random io.Reader) (string, error) {
	number, ok := accountNumber(account)
	if !ok || len(prefix) != 4 {
		return "", fault.BadParameter("accountId", account)
	}
	var raw [10]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", fault.Broken(fmt.Errorf("iam: no randomness: %w", err))
	}
	head := carriesAccount | number<<7 | uint64(raw[5]&0x7f)
	raw[0], raw[1] = byte(head>>40), byte(head>>32)
	binary.BigEndian.PutUint32(raw[2:6], uint32(head))
	return prefix + base32Text.EncodeToString(raw[:]), nil
}

// AccountOfKey reads the account out of an access key id, without saying whether such a key exists. ok is false for a text that
// is not 20 characters of that layout.
func AccountOfKey(id string) (account string, ok bool) {
	if len(id) != 20 || !isUpperWord(id[:4]) {
		return "", false
	}
	var raw [10]byte
	if n, err := base32Text.Decode(raw[:], []byte(id[4:])); err != nil || n != len(raw) {
		return "", false
	}
	head := uint64(raw[0])<<40 | uint64(raw[1])<<32 | uint64(binary.BigEndian.Uint32(raw[2:6]))
	if head&carriesAccount == 0 {
		return "", false
	}
	number := head & accountMask >> 7
	if number > 999_999_999_999 {
		return "", false
	}
	return fmt.Sprintf("%012d", number), true
}

// NewEntityID makes a unique id of 21 characters: the prefix and 17 random ones of A-Z2-7, 85 bits, so that an id is never used
// twice, not even after its bearer is gone.
func NewEntityID(prefix string, random io.Reader) (string, error) {
	var raw [11]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", fault.Broken(fmt.Errorf("iam: no randomness: %w", err))
	}
	return prefix + base32Text.EncodeToString(raw[:])[:17], nil
}

// IsUniqueID reports whether s has the form of a unique id of a user, role or group, such as trust policies hold.
func IsUniqueID(s string) bool {
	return len(s) == 21 && isEntityPrefix(s[:4]) && isUpperWord(s)
}

func isEntityPrefix(s string) bool {
	return s == PrefixUser || s == PrefixRole || s == PrefixGroup || s == PrefixPolicy
}

func isUpperWord(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') }) < 0
}

func accountNumber(account string) (uint64, bool) {
	if !arn.IsAccount(account) {
		return 0, false
	}
	var n uint64
	for i := range len(account) {
		n = n*10 + uint64(account[i]-'0')
	}
	return n, true
}

// freshEntityID makes an id that nobody bears.
func (t *Tx) freshEntityID(prefix string) (string, error) {
	for range 8 {
		id, err := NewEntityID(prefix, t.random)
		if err != nil || !t.bears(id) {
			return id, err
		}
	}
	return "", fault.Broken(fmt.Errorf("iam: randomness repeats itself"))
}

func (t *Tx) bears(id string) bool {
	_, u := t.users.Get(id)
	_, g := t.groups.Get(id)
	_, r := t.roles.Get(id)
	_, p := t.policies.Get(id)
	return u || g || r || p
}

func (t *Tx) freshAccountID() (string, error) {
	for range 32 {
		var raw [8]byte
		if _, err := io.ReadFull(t.random, raw[:]); err != nil {
			return "", fault.Broken(fmt.Errorf("iam: no randomness: %w", err))
		}
		id := fmt.Sprintf("%012d", binary.BigEndian.Uint64(raw[:])%1_000_000_000_000)
		if _, taken := t.accounts.Get(id); !taken && id != "000000000000" {
			return id, nil
		}
	}
	return "", fault.Broken(fmt.Errorf("iam: randomness repeats itself"))
}

const lowerLetters = "abcdefghijklmnopqrstuvwxyz0123456789"

// letters makes an id that begins with a prefix and goes on with so many small letters and digits, and whose key is not on the shelf.
func (t *Tx) letters(prefix string, n int, key func(id string) string) (string, error) {
	for range 8 {
		raw := make([]byte, 2*n)
		if _, err := io.ReadFull(t.random, raw); err != nil {
			return "", fault.Broken(fmt.Errorf("iam: no randomness: %w", err))
		}
		id := make([]byte, n)
		for i := range id {
			// Two bytes make the 36 letters as good as equally likely.
			id[i] = lowerLetters[int(binary.BigEndian.Uint16(raw[2*i:]))%len(lowerLetters)]
		}
		if _, taken := t.shelf.Get(key(prefix + string(id))); !taken {
			return prefix + string(id), nil
		}
	}
	return "", fault.Broken(fmt.Errorf("iam: randomness repeats itself"))
}
