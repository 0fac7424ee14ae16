package credential

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

// cost is what one hash takes. It stands with every hash, so that another cost can be chosen for new ones.
type cost struct {
	passes  uint32
	memory  uint32 // KiB
	threads uint8
}

// present is the cost of new hashes: the second of the equivalent settings of the OWASP Password Storage Cheat Sheet. See
// docs/decisions/023.
var present = cost{passes: 2, memory: 19 * 1024, threads: 1}

// Bounds of a cost that is read back: whoever could write a row must not be able to have gigabytes filled.
const (
	maxPasses  = 16
	maxMemory  = 256 * 1024
	maxThreads = 8

	saltSize = 16
	hashSize = 32
)

// errHash says that a stored hash cannot be read.
var errHash = errors.New("credential: unreadable password hash")

// Hasher makes and compares the hashes of passwords (argon2id, RFC 9106), as many at a time as it has slots: that bounds the memory
// and leaves processors to others. It is safe for concurrent use.
type Hasher struct {
	root   *seal.Root
	random io.Reader
	cost   cost
	slots  chan struct{}
}

// NewHasher makes a hasher that works on so many passwords at once.
func NewHasher(root *seal.Root, random io.Reader, slots int) *Hasher {
	return &Hasher{root: root, random: random, cost: present, slots: make(chan struct{}, slots)}
}

// Ready is a new password that its account's rules allow, hashed and sealed for an update.
type Ready struct {
	Sealed []byte
	Over   []byte // sealed hash of the password it follows; nil when there is none
}

// Ready checks a new password of a user against the rules of his account and hashes it. It fails with NotFound (user), Invalid with
// What Password (a rule), Exists with What Password (one of the last passwords), or Unavailable when ctx ends before its turn.
func (h *Hasher) Ready(ctx context.Context, v *iam.View, account, user string, password secret.Text) (*Ready, error) {
	u, err := v.User(account, user)
	if err != nil {
		return nil, err
	}
	if err := v.CheckPassword(account, password.Reveal()); err != nil {
		return nil, err
	}
	ready := &Ready{}
	if p, ok := v.LoginProfileOf(u); ok {
		ready.Over = p.Sealed
		remember := 0
		if policy, err := v.PasswordPolicy(account); err == nil {
			remember = policy.Remember
		}
		for _, sealed := range p.Hashes(remember) {
			same, err := h.matches(ctx, u.ID, sealed, password)
			if err != nil {
				return nil, err
			}
			if same {
				return nil, fault.New(fault.Exists, fault.Password, "")
			}
		}
	}
	ready.Sealed, err = h.hash(ctx, u.ID, password)
	return ready, err
}

// Check says whether a password is the one of a login profile. It fails with Unavailable when ctx ends before its turn, and with
// Internal when the record was altered or another root sealed it.
func (h *Hasher) Check(ctx context.Context, p *iam.LoginProfile, password secret.Text) (bool, error) {
	return h.matches(ctx, p.User, p.Sealed, password)
}

func (h *Hasher) hash(ctx context.Context, userID string, password secret.Text) ([]byte, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return nil, fault.Broken(fmt.Errorf("credential: randomness for a salt: %w", err))
	}
	sum, err := h.sum(ctx, h.cost, salt, password)
	if err != nil {
		return nil, err
	}
	sealed, err := h.root.Wrap([]byte(format(h.cost, salt, sum)), ofUser(userID))
	if err != nil {
		return nil, fault.Broken(fmt.Errorf("credential: %w", err))
	}
	return sealed, nil
}

func (h *Hasher) matches(ctx context.Context, userID string, sealed []byte, password secret.Text) (bool, error) {
	text, err := h.root.Unwrap(sealed, ofUser(userID))
	if err != nil {
		return false, fault.Broken(fmt.Errorf("credential: password of %s: %w", userID, err))
	}
	c, salt, want, err := parse(string(text))
	if err != nil {
		return false, fault.Broken(fmt.Errorf("credential: password of %s: %w", userID, err))
	}
	got, err := h.sum(ctx, c, salt, password)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

// sum takes a slot for as long as one hash takes.
func (h *Hasher) sum(ctx context.Context, c cost, salt []byte, password secret.Text) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, &fault.Error{Kind: fault.Unavailable, What: fault.Password, Err: ctx.Err()}
	}
	return argon2.IDKey([]byte(password.Reveal()), salt, c.passes, c.memory, c.threads, hashSize), nil
}

// ofUser binds a sealed hash to its user, so that nobody's password can be put in another's place.
func ofUser(userID string) []byte { return []byte("password of " + userID) }

var hashText = base64.RawStdEncoding.Strict()

// format writes a hash in the form that argon2's own tools use.
func format(c cost, salt, sum []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.threads,
		hashText.EncodeToString(salt), hashText.EncodeToString(sum))
}

func parse(text string) (c cost, salt, sum []byte, err error) {
	parts := strings.Split(text, "$")
	if len(text) > 256 || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil {
		return c, nil, nil, errHash
	}
	if salt, err = hashText.DecodeString(parts[4]); err != nil {
		return c, nil, nil, errHash
	}
	if sum, err = hashText.DecodeString(parts[5]); err != nil {
		return c, nil, nil, errHash
	}
	// The round trip refuses every other spelling of the same.
	good := c.passes >= 1 && c.passes <= maxPasses && c.threads >= 1 && c.threads <= maxThreads && c.memory >= 8*uint32(c.threads) &&
		c.memory <= maxMemory && len(salt) >= 8 && len(sum) == hashSize && format(c, salt, sum) == text
	if !good {
		return c, nil, nil, errHash
	}
	return c, salt, sum, nil
}
