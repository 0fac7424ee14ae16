package oidc

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
)

// Rules about time. A token counts as expired a day after it was issued, whatever it says itself.
const (
	Skew        = time.Minute
	MaxLifetime = 24 * time.Hour
)

// Bounds of what is taken out of a token.
const (
	maxSubject  = 2048 // characters
	maxAudience = 100  // members
	maxFacts    = 64   // claims that become condition keys
	maxValue    = 2048 // characters of one value
	maxValues   = 100  // values of one claim
)

// Names of the claims that speak to STS itself (IAM User Guide, "Passing session tags using AssumeRoleWithWebIdentity", "Monitor and
// control actions taken with assumed roles"; Service Authorization Reference, sts:RoleAuthorizedByIdp).
const (
	TagsClaim           = "https://aws.amazon.com/tags"
	SourceIdentityClaim = "https://aws.amazon.com/source_identity"
	RolesClaim          = "https://aws.amazon.com/roles"
	awsClaims           = "https://aws.amazon.com/"
)

// Claims are what a verified token says.
type Claims struct {
	Subject string
	// Audience is the client the token was given to: azp, else the one member of aud.
	Audience string
	Expires  time.Time
	// Facts become condition keys below the provider's name.
	Facts []Fact

	Tags           []iam.Tag // session tags
	Transitive     []string  // keys of Tags that the next role inherits
	SourceIdentity string
	// Roles are the only roles the token may be used for; nil when it does not say.
	Roles []string
}

// Fact is one claim with its values.
type Fact struct {
	Name   string
	Values []string
	List   bool // the claim is a list, even if of one
}

// read holds the claims of a token whose signature is good against the provider and the time.
func read(p *iam.OIDCProvider, o object, now time.Time) (*Claims, error) {
	issuer, err := o.required("iss")
	if err != nil {
		return nil, err
	}
	// Exactly: with a slash more or less it is another issuer.
	if issuer != p.URL {
		return nil, badClaim("iss")
	}
	c := &Claims{}
	if c.Subject, err = o.required("sub"); err != nil {
		return nil, err
	}
	if len(c.Subject) > maxSubject {
		return nil, badClaim("sub")
	}
	if c.Audience, err = audience(p, o); err != nil {
		return nil, err
	}
	if c.Expires, err = lifetime(o, now); err != nil {
		return nil, err
	}
	if err := c.sts(o); err != nil {
		return nil, err
	}
	c.Facts = facts(o, c.Audience)
	return c, nil
}

// audience says to which client the token was given. Every audience of it must be registered: a token that is meant for somebody else
// as well can be replayed here by whoever that is. Of several, azp must say which one it was given to.
func audience(p *iam.OIDCProvider, o object) (string, error) {
	all, _, err := o.texts("aud")
	if err != nil {
		return "", err
	}
	party, err := o.text("azp")
	if err != nil {
		return "", err
	}
	if len(all) == 0 || all[0] == "" {
		return "", fault.Missing(fault.Claim, "aud")
	}
	if len(all) > maxAudience {
		return "", badClaim("aud")
	}
	given := party
	if _, there := o["azp"]; !there {
		if len(all) > 1 {
			return "", fault.New(fault.Invalid, fault.Audience, "")
		}
		given = all[0]
	}
	for _, a := range append(slices.Clone(all), given) {
		if !slices.Contains(p.Clients, a) {
			return "", fault.New(fault.Invalid, fault.Audience, a)
		}
	}
	return given, nil
}

// lifetime holds the times of a token against now. Whose clock is ahead by more than [Skew] is refused; of the expiry nothing is given.
func lifetime(o object, now time.Time) (expires time.Time, err error) {
	exp, there, err := o.seconds("exp")
	switch {
	case err != nil:
		return expires, err
	case !there:
		return expires, fault.Missing(fault.Claim, "exp")
	}
	issued, there, err := o.seconds("iat")
	switch {
	case err != nil:
		return expires, err
	case !there:
		return expires, fault.Missing(fault.Claim, "iat")
	}
	notBefore, _, err := o.seconds("nbf")
	if err != nil {
		return expires, err
	}
	at := now.Unix()
	exp = min(exp, issued+int64(MaxLifetime/time.Second))
	if at >= exp {
		return expires, &fault.Error{Kind: fault.Expired, What: fault.OutsideToken, Name: decimal(at), Detail: decimal(exp)}
	}
	ahead := at + int64(Skew/time.Second)
	if issued > ahead {
		return expires, fault.New(fault.Denied, fault.Claim, "iat")
	}
	if notBefore > ahead {
		return expires, fault.New(fault.Denied, fault.Claim, "nbf")
	}
	return time.Unix(exp, 0).UTC(), nil
}

// sts reads what the token says to STS itself. Whether the tags are good ones is for the issuing rules.
func (c *Claims) sts(o object) (err error) {
	if _, there := o[SourceIdentityClaim]; there {
		if c.SourceIdentity, err = o.required(SourceIdentityClaim); err != nil {
			return badClaim(SourceIdentityClaim)
		}
	}
	if raw, there := o[TagsClaim]; there {
		if err := c.tags(raw); err != nil {
			return err
		}
	}
	if _, there := o[RolesClaim]; there {
		roles, _, err := o.texts(RolesClaim)
		if err != nil || len(roles) > maxValues {
			return badClaim(RolesClaim)
		}
		c.Roles = append([]string{}, roles...)
	}
	return nil
}

// tags reads {"principal_tags":{"KEY":["VALUE"]},"transitive_tag_keys":["KEY"]}; a value may stand without its list.
func (c *Claims) tags(raw json.RawMessage) error {
	o, err := parseObject(raw, maxDepth)
	if err != nil {
		return badClaim(TagsClaim)
	}
	for name := range o {
		if name != "principal_tags" && name != "transitive_tag_keys" {
			return badClaim(TagsClaim)
		}
	}
	if raw, there := o["principal_tags"]; there {
		tags, err := parseObject(raw, maxDepth)
		if err != nil || len(tags) > maxValues {
			return badClaim(TagsClaim)
		}
		for key := range tags {
			values, _, err := tags.texts(key)
			if err != nil || len(values) != 1 {
				return badClaim(TagsClaim)
			}
			c.Tags = append(c.Tags, iam.Tag{Key: key, Value: values[0]})
		}
		slices.SortFunc(c.Tags, func(a, b iam.Tag) int { return strings.Compare(a.Key, b.Key) })
	}
	if c.Transitive, _, err = o.texts("transitive_tag_keys"); err != nil || len(c.Transitive) > maxValues {
		return badClaim(TagsClaim)
	}
	return nil
}

// unfit are claims that are no condition keys: the issuer is named by the provider, and times change with every token.
var unfit = []string{"iss", "exp", "iat", "nbf", "jti", "nonce", "at_hash", "c_hash", "aud", "azp", "oaud"}

// facts gives the claims that policies can ask for: sub, amr, and every other claim that is a text, a truth, a whole number or a list of
// texts. aud is the client the token was given to and oaud what the token's own aud says, as AWS has it.
func facts(o object, audience string) []Fact {
	list := []Fact{{Name: "aud", Values: []string{audience}}}
	if all, isList, err := o.texts("aud"); err == nil {
		list = append(list, Fact{Name: "oaud", Values: all, List: isList})
	}
	if party, err := o.text("azp"); err == nil && party != "" {
		list = append(list, Fact{Name: "azp", Values: []string{party}})
	}
	names := make([]string, 0, len(o))
	for name := range o {
		if !slices.Contains(unfit, name) && !strings.HasPrefix(name, awsClaims) && isKeyName(name) {
			names = append(names, name)
		}
	}
	// In order, so that the same claims stay when there are too many. The two that trust policies rest on come first.
	slices.SortFunc(names, func(a, b string) int {
		if first := (b == "sub" || b == "amr"); first != (a == "sub" || a == "amr") {
			if first {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	})
	seen := map[string]bool{"aud": true, "oaud": true, "azp": true}
	for _, name := range names {
		f, ok := fact(o, name)
		// Condition keys do not tell case: of two claims that differ in nothing else none is a key.
		if folded := strings.ToLower(name); ok && len(list) < maxFacts && !seen[folded] && !twin(names, name) {
			seen[folded] = true
			list = append(list, f)
		}
	}
	return list
}

func twin(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return n != name && strings.EqualFold(n, name) })
}

func fact(o object, name string) (Fact, bool) {
	raw := o[name]
	switch raw[0] {
	case '"', '[':
		values, list, err := o.texts(name)
		long := slices.ContainsFunc(values, func(v string) bool { return len(v) > maxValue })
		return Fact{Name: name, Values: values, List: list}, err == nil && !long && len(values) <= maxValues
	case 't', 'f':
		return Fact{Name: name, Values: []string{string(raw)}}, true
	case '{', 'n':
		return Fact{}, false
	}
	// A number, if it is a whole one in its plain form: another one may mean the same and be written differently.
	if _, _, err := o.seconds(name); err != nil {
		return Fact{}, false
	}
	return Fact{Name: name, Values: []string{string(raw)}}, true
}

// isKeyName accepts names that can stand in a condition key.
func isKeyName(name string) bool {
	if name == "" || len(name) > 128 {
		return false
	}
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}
