package guard

import (
	"sync/atomic"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/sign"
)

// Guard holds what the three questions need. All fields but Failures must be set.
type Guard struct {
	Mint     *session.Mint
	Root     *seal.Root // seals and opens the secrets of long-term keys
	Audit    audit.Sink
	Failures *Failures // slows down guessing; nil = no limit
	// Machine, if set, is a second clock by which a signature may be dated. Development mode can move the server's clock, and
	// clients go on signing by the machine's; sessions expire by the moved one all the same.
	Machine func() time.Time

	unrecorded atomic.Bool // the last record could not be written
}

// Caller is somebody whose signature has been verified, or whom an identity provider vouches for. It says which credential signed; what
// it may do, and whether it is still honoured, is asked of a View by [Caller.Subject].
type Caller struct {
	KeyID   string           // access key id that signed; "" for an outside identity
	Origin  session.Origin   // the long-term credential at the start of the chain, which may be KeyID itself, or the identity provider
	Session *session.Session // nil for a long-term key
	Outside *access.Outsider // nil for whoever signed

	// seen is the subject in the View of identification, which reading operations look at as well.
	seen *subjectIn
}

type subjectIn struct {
	view    *iam.View
	subject *access.Subject
}

// Outside is the caller that a verified token or assertion is about.
func Outside(o *access.Outsider) *Caller {
	return &Caller{Origin: session.Origin{Account: o.Account, Provider: o.Provider}, Outside: o}
}

// decoy is verified against when there is no secret, so that an unknown key takes as long to refuse as a wrong secret.
var decoy = secret.New("no key has this secret; the claim is refused whatever the outcome")

// Identify verifies a claim against the credentials in v. The error is a [*sign.Problem] when the signature is at fault and a
// [*fault.Error] when the credential is: unknown, inactive, of a suspended account, revoked, or expired.
func (g *Guard) Identify(claim *sign.Claim, v *iam.View, now time.Time) (*Caller, error) {
	caller, key, err := g.credential(claim, v, now)
	if err != nil {
		key = decoy
	}
	if problem := g.verify(claim, key, now); problem != nil && err == nil {
		return nil, problem
	}
	if err != nil {
		return nil, err
	}
	if caller.Session != nil && caller.Session.Expired(now) {
		return nil, &fault.Error{Kind: fault.Expired, What: fault.Token}
	}
	subject, err := caller.subject(v)
	if err != nil {
		return nil, err
	}
	caller.seen = &subjectIn{v, subject}
	return caller, nil
}

func (g *Guard) verify(claim *sign.Claim, key secret.Text, now time.Time) error {
	err := claim.Verify(key, now)
	switch sign.KindOf(err) {
	case sign.SkewPast, sign.SkewFuture, sign.ExpiredPresign:
		if g.Machine != nil {
			return claim.Verify(key, g.Machine())
		}
	}
	return err
}

// credential finds the secret that a claim must have been signed with.
func (g *Guard) credential(claim *sign.Claim, v *iam.View, now time.Time) (*Caller, secret.Text, error) {
	if !claim.SessionToken.IsZero() {
		s, key, err := g.Mint.Open(v, claim.AccessKeyID, claim.SessionToken, now)
		if err != nil {
			return nil, secret.Text{}, unknown(err)
		}
		return &Caller{KeyID: claim.AccessKeyID, Origin: s.Origin, Session: s}, key, nil
	}
	k, ok := v.Key(claim.AccessKeyID)
	if !ok || !k.Active {
		return nil, secret.Text{}, unknown(nil)
	}
	key, err := credential.Open(g.Root, k)
	if err != nil {
		return nil, secret.Text{}, &fault.Error{Kind: fault.Internal, What: fault.AccessKey, Err: err}
	}
	origin := session.Origin{Account: k.Account, UserID: k.User, KeyID: k.ID}
	return &Caller{KeyID: k.ID, Origin: origin}, key, nil
}

// Subject is the caller as policies see it in v. It fails with Unauthenticated when v no longer honours the credential: a
// writing operation asks again, in the very View it writes on, for somebody may have been deleted since the signature was
// verified.
func (c *Caller) Subject(v *iam.View) (*access.Subject, error) {
	if c.seen != nil && c.seen.view == v {
		return c.seen.subject, nil
	}
	return c.subject(v)
}

func (c *Caller) subject(v *iam.View) (*access.Subject, error) {
	switch {
	case c.Outside != nil:
		if _, ok := v.ProviderSince(c.Outside.Provider); !ok || !v.Active(c.Outside.Account) {
			return nil, unknown(nil)
		}
		return access.Outside(v, c.Outside), nil
	case c.Session != nil:
		s, ok := access.Of(v, c.Session)
		if !ok {
			return nil, unknown(nil)
		}
		return s, nil
	}
	k, ok := v.Key(c.KeyID)
	if !ok || !k.Active || k.Account != c.Origin.Account || k.User != c.Origin.UserID {
		return nil, unknown(nil)
	}
	if !v.Active(k.Account) {
		return nil, unknown(nil)
	}
	if k.User == "" {
		return access.Root(v, k.Account), nil
	}
	u, ok := v.UserByID(k.User)
	if !ok {
		return nil, unknown(nil)
	}
	return access.User(v, u), nil
}

// unknown is the one answer for every credential that is not honoured, so that nobody learns which of them exist.
func unknown(cause error) error {
	return &fault.Error{Kind: fault.Unauthenticated, What: fault.Credential, Err: cause}
}
