package iam

import (
	"fmt"
	"strings"

	"github.com/daypass/daypass/internal/fault"
)

// PasswordPolicy is what an account demands of its users' passwords.
type PasswordPolicy struct {
	Account       string `json:"account"`
	MinimumLength int    `json:"minimumLength"` // 6 to 128
	Symbols       bool   `json:"symbols,omitzero"`
	Numbers       bool   `json:"numbers,omitzero"`
	Uppercase     bool   `json:"uppercase,omitzero"`
	Lowercase     bool   `json:"lowercase,omitzero"`
	// UsersMayChange gives every user leave to change his own password and to read this policy; a Deny still wins.
	UsersMayChange bool `json:"usersMayChange,omitzero"`
	MaxAge         int  `json:"maxAge,omitzero"` // days a password is good for; 0: for ever
	// Remember is how many passwords, the present one among them, a new one must differ from. 0: none.
	Remember int `json:"remember,omitzero"`
	// HardExpiry keeps whoever signs in with an expired password from choosing another; nil: nobody said. It binds signing in
	// only: by the API an expired password can be changed (IAM API Reference, PasswordPolicy).
	HardExpiry *bool `json:"hardExpiry,omitzero"`
}

// Bounds of a password policy (IAM API model).
const (
	minPasswordLength   = 6
	maxPasswordLength   = 128
	maxPasswordAge      = 1095
	maxPasswordRemember = 24
)

func (p *PasswordPolicy) rowKey() string { return passwordPolicyOf(p.Account) }
func (p *PasswordPolicy) also() []string { return nil }
func (p *PasswordPolicy) prepare()       {}

func passwordPolicyOf(account string) string { return "passwordpolicy/" + account }

func (p *PasswordPolicy) check(c *checker) {
	c.ofAccount(p, p.Account)
	c.want(p.valid() == nil, p, "out of bounds")
}

func (p *PasswordPolicy) valid() error {
	for _, v := range []struct {
		name               string
		value, least, most int
	}{
		{"minimumPasswordLength", p.MinimumLength, minPasswordLength, maxPasswordLength},
		{"maxPasswordAge", p.MaxAge, 0, maxPasswordAge},
		{"passwordReusePrevention", p.Remember, 0, maxPasswordRemember},
	} {
		if v.value < v.least || v.value > v.most {
			return fault.BadParameter(v.name, fmt.Sprint(v.value))
		}
	}
	return nil
}

// PasswordPolicy finds an account's password policy; NotFound when it has none and the default rules hold.
func (s *tables) PasswordPolicy(account string) (*PasswordPolicy, error) {
	if p, ok := onShelf[*PasswordPolicy](s, passwordPolicyOf(account)); ok {
		return p, nil
	}
	return nil, fault.Missing(fault.PasswordPolicy, account)
}

// SetPasswordPolicy gives an account a password policy, in the place of the one it had. It binds passwords that are set from now on. It
// fails with NotFound (account) or Invalid; a minimum length of 0 stands for 6.
func (t *Tx) SetPasswordPolicy(p PasswordPolicy) (*PasswordPolicy, error) {
	if _, err := t.Account(p.Account); err != nil {
		return nil, err
	}
	if p.MinimumLength == 0 {
		p.MinimumLength = minPasswordLength
	}
	if p.HardExpiry != nil {
		p.HardExpiry = new(*p.HardExpiry)
	}
	if err := p.valid(); err != nil {
		return nil, err
	}
	return put(t, &p)
}

// DeletePasswordPolicy brings the default rules back. It fails with NotFound.
func (t *Tx) DeletePasswordPolicy(account string) error {
	p, ok := onShelf[*PasswordPolicy](&t.tables, passwordPolicyOf(account))
	if !ok {
		// AWS names the policy here, and the account when it is read.
		return &fault.Error{Kind: fault.NotFound, What: fault.PasswordPolicy, Subject: fault.Account, Name: account}
	}
	t.drop(p)
	return nil
}

// symbols are the characters that count as symbols ("Setting an account password policy", IAM User Guide).
const symbols = `!@#$%^&*()_+-=[]{}|'`

// defaultLength and defaultSorts are the rules of an account without a policy: eight characters of three sorts out of four, and not the
// account's own name.
const (
	defaultLength = 8
	defaultSorts  = 3
)

// CheckPassword holds a password against the rules of an account: its policy, or the default ones. The fault is Invalid with What
// Password, and names everything that is missing in Detail.
func (s *tables) CheckPassword(account, password string) error {
	p, _ := onShelf[*PasswordPolicy](s, passwordPolicyOf(account))
	least := defaultLength
	if p != nil {
		least = p.MinimumLength
	}
	var missing []string
	if len([]rune(password)) < least {
		missing = append(missing, fmt.Sprintf("Password should have a minimum length of %d", least))
	}
	sorts := []struct {
		demanded bool
		has      bool
		text     string
	}{
		{p != nil && p.Uppercase, hasOf(password, 'A', 'Z'), "one uppercase letter"},
		{p != nil && p.Lowercase, hasOf(password, 'a', 'z'), "one lowercase letter"},
		{p != nil && p.Numbers, hasOf(password, '0', '9'), "one number"},
		{p != nil && p.Symbols, strings.ContainsAny(password, symbols) || p == nil && strings.ContainsAny(password, "<>"), "one symbol"},
	}
	var absent []string
	for _, sort := range sorts {
		if !sort.has && (p == nil || sort.demanded) {
			absent = append(absent, "Password should have at least "+sort.text)
		}
	}
	if p != nil {
		missing = append(missing, absent...)
	} else if more := len(absent) - (len(sorts) - defaultSorts); more > 0 {
		missing = append(missing, fmt.Sprintf("Password should meet %d more of the following requirements: %s", more, strings.Join(absent, ", ")))
	}
	if a, err := s.Account(account); err == nil && p == nil && strings.EqualFold(password, a.Name) {
		missing = append(missing, "Password should not be the name of the account")
	}
	if len(missing) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, What: fault.Password, Detail: strings.Join(missing, ", ")}
}

func hasOf(s string, from, to byte) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= rune(from) && r <= rune(to) }) >= 0
}
