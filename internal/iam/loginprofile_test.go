package iam

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

func TestLoginProfile(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "Ann"}))
	base := tx.View(1)
	next := NewTx(base, clock, chance(2))
	_, err := next.LoginProfile(home, "ann")
	wantFault(t, err, fault.NotFound, fault.LoginProfile)
	_, err = next.CreateLoginProfile(home, "nobody", []byte("h0"), false)
	wantFault(t, err, fault.NotFound, fault.User)
	_, err = next.CreateLoginProfile(home, "ann", nil, false)
	wantFault(t, err, fault.Invalid, fault.Parameter)
	ok(t)(next.CreateLoginProfile(home, "ann", []byte("h0"), true))
	_, err = next.CreateLoginProfile(home, "ann", []byte("h0"), true)
	wantFault(t, err, fault.Exists, fault.LoginProfile)
	wantFault(t, next.DeleteUser(home, "ann"), fault.InUse, fault.LoginProfile)

	// What is not named stays.
	p := ok(t)(next.UpdateLoginProfile(home, "ann", LoginChange{})).(*LoginProfile)
	if !p.ResetRequired || string(p.Sealed) != "h0" || p.Past != nil {
		t.Errorf("%+v", p)
	}
	// Forty passwords later the last 24 are remembered, the present one among them.
	for i := 1; i <= 40; i++ {
		p = ok(t)(next.UpdateLoginProfile(home, "ann", LoginChange{Sealed: fmt.Append(nil, "h", i), Over: p.Sealed, ResetRequired: new(false)})).(*LoginProfile)
	}
	if p.ResetRequired || string(p.Sealed) != "h40" || len(p.Hashes(100)) != 24 || string(p.Hashes(100)[23]) != "h17" || len(p.Hashes(0)) != 0 || len(p.Hashes(1)) != 1 {
		t.Errorf("%+v", p)
	}
	// A password that was made ready over another one is late.
	_, err = next.UpdateLoginProfile(home, "ann", LoginChange{Sealed: []byte("late"), Over: []byte("h39")})
	wantFault(t, err, fault.Conflict, fault.LoginProfile)
	view := settled(t, base, next)
	if p, err = view.LoginProfile(home, "ANN"); err != nil || !bytes.Equal(p.Sealed, []byte("h40")) {
		t.Errorf("%+v %v", p, err)
	}
	if at := p.Expires(nil); !at.IsZero() {
		t.Errorf("expires %v", at)
	}
	if at := p.Expires(&PasswordPolicy{MaxAge: 2}); !at.Equal(p.Changed.Add(48 * time.Hour)) {
		t.Errorf("expires %v", at)
	}
	last := NewTx(view, clock, chance(3))
	must(t, last.DeleteLoginProfile(home, "ann"))
	wantFault(t, last.DeleteLoginProfile(home, "ann"), fault.NotFound, fault.LoginProfile)
	must(t, last.DeleteUser(home, "ann"))
	settled(t, view, last)
}

func TestPasswordPolicy(t *testing.T) {
	tx := begin(t)
	base := tx.View(1)
	next := NewTx(base, clock, chance(2))
	_, err := next.PasswordPolicy(home)
	wantFault(t, err, fault.NotFound, fault.PasswordPolicy)
	wantFault(t, next.DeletePasswordPolicy(home), fault.NotFound, fault.PasswordPolicy)
	for _, bad := range []PasswordPolicy{{MinimumLength: 5}, {MinimumLength: 129}, {MaxAge: -1}, {MaxAge: 1096}, {Remember: 25}} {
		bad.Account = home
		_, err := next.SetPasswordPolicy(bad)
		wantFault(t, err, fault.Invalid, fault.Parameter)
	}
	ok(t)(next.SetPasswordPolicy(PasswordPolicy{Account: home, MinimumLength: 12, MaxAge: 90, Remember: 3, HardExpiry: new(false)}))
	// A policy takes the place of the whole one before it.
	p := ok(t)(next.SetPasswordPolicy(PasswordPolicy{Account: home, Symbols: true})).(*PasswordPolicy)
	if p.MinimumLength != 6 || p.MaxAge != 0 || p.Remember != 0 || p.HardExpiry != nil || !p.Symbols {
		t.Errorf("%+v", p)
	}
	view := settled(t, base, next)
	last := NewTx(view, clock, chance(3))
	must(t, last.DeletePasswordPolicy(home))
	settled(t, view, last)
}

func TestCheckPassword(t *testing.T) {
	const (
		short = "Password should have a minimum length of "
		upper = "Password should have at least one uppercase letter"
		lower = "Password should have at least one lowercase letter"
		digit = "Password should have at least one number"
		sign  = "Password should have at least one symbol"
	)
	for _, c := range []struct {
		policy   *PasswordPolicy
		password string
		want     string
	}{
		{nil, "Passw0rd", ""},
		{nil, "Pass-word", ""},
		{nil, "pass-w0rd", ""},
		{nil, "PASS-W0RD", ""},
		{nil, "Passwor<", ""},
		{nil, "Passw0r", short + "8"},
		{nil, "Password", "Password should meet 1 more of the following requirements: " + digit + ", " + sign},
		{nil, "password", "Password should meet 2 more of the following requirements: " + upper + ", " + digit + ", " + sign},
		{nil, "aa", short + "8, Password should meet 2 more of the following requirements: " + upper + ", " + digit + ", " + sign},
		{nil, "the-Home1", ""},
		{&PasswordPolicy{MinimumLength: 6}, "aaaaaa", ""},
		{&PasswordPolicy{MinimumLength: 6}, "aaaaa", short + "6"},
		{&PasswordPolicy{MinimumLength: 6}, "ééééé", short + "6"},
		{&PasswordPolicy{MinimumLength: 10, Uppercase: true, Lowercase: true, Numbers: true, Symbols: true}, "éééé", short + "10, " + upper + ", " + lower + ", " + digit + ", " + sign},
		{&PasswordPolicy{MinimumLength: 6, Symbols: true}, "Passw<>", sign},
		{&PasswordPolicy{MinimumLength: 6, Symbols: true}, "Passw|rd", ""},
		{&PasswordPolicy{MinimumLength: 6, Numbers: true}, "password-٣", digit},
	} {
		tx := begin(t)
		if c.policy != nil {
			c.policy.Account = home
			ok(t)(tx.SetPasswordPolicy(*c.policy))
		}
		err := tx.CheckPassword(home, c.password)
		if c.want == "" {
			must(t, err)
			continue
		}
		if f := wantFault(t, err, fault.Invalid, fault.Password); f.Detail != c.want {
			t.Errorf("%q under %+v: %s", c.password, c.policy, f.Detail)
		}
	}
	tx := NewTx(Empty(), clock, chance(1))
	ok(t)(tx.CreateAccount(home, "Long-Name-1"))
	wantFault(t, tx.CheckPassword(home, "long-nAME-1"), fault.Invalid, fault.Password)
}
