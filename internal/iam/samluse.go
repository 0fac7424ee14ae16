package iam

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

// SAMLUse says that an assertion was used. It is kept until the assertion is of no use to anybody, and some time longer, for nodes
// whose clocks differ. See docs/decisions/016-one-use-per-assertion.md.
type SAMLUse struct {
	Account string    `json:"account"`
	Until   time.Time `json:"until"` // whole seconds, UTC: from then on the assertion can not be used
	Digest  string    `json:"digest"`
}

const (
	// samlGrace is how long a use is remembered beyond its end.
	samlGrace = 10 * time.Minute
	// samlPruned is how many forgotten uses one use clears away: more than one, so that they never grow.
	samlPruned = 16
	// samlPerSecond is how many assertions that end in the same second an account may use. With it, no more than that times the seconds
	// of an assertion's life and samlGrace are ever kept.
	samlPerSecond = 500
)

func (u *SAMLUse) rowKey() string { return samlUsesAt(u.Account, u.Until) + u.Digest }
func (u *SAMLUse) also() []string { return nil }
func (u *SAMLUse) prepare()       {}

func samlUses(account string) string { return "samlused/" + account + "/" }

func samlUsesAt(account string, until time.Time) string {
	return fmt.Sprintf("%s%011d/", samlUses(account), until.Unix())
}

func (u *SAMLUse) check(c *checker) {
	c.ofAccount(u, u.Account)
	raw, err := hex.DecodeString(u.Digest)
	c.want(err == nil && len(raw) == sha256.Size && u.Until.Equal(utc(u.Until)) && u.Until.Unix() > 0, u, "malformed")
}

// UseAssertion notes that an assertion of a provider is being used, and forgets some that can not be used any more. until is when it
// can not be used any longer; it has to be the same for every use of one assertion. It fails with Exists (SAMLAssertion) when it
// was used before, and with Throttled.
func (t *Tx) UseAssertion(p *SAMLProvider, assertion string, until time.Time) error {
	// Up to the next whole second: the record must not end before the assertion.
	until = utc(until.Add(time.Second - 1))
	sum := sha256.Sum256([]byte(p.ID + "/" + assertion))
	u := &SAMLUse{Account: p.Account, Until: until, Digest: hex.EncodeToString(sum[:])}
	if _, used := onShelf[*SAMLUse](&t.tables, u.rowKey()); used {
		return fault.Taken(fault.SAMLAssertion, "")
	}
	if shelfCount(&t.tables, samlUsesAt(p.Account, until)) >= samlPerSecond {
		return fault.New(fault.Throttled, fault.SAMLAssertion, "")
	}
	old, _ := shelfPage(&t.tables, samlUses(p.Account), "", samlPruned, func(*SAMLUse) bool { return true })
	for _, o := range old {
		if t.now.Before(o.Until.Add(samlGrace)) {
			break // in order of their ends
		}
		t.drop(o)
	}
	_, err := put(t, u)
	return err
}
