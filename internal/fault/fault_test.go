package fault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestListsAreClosedAndNamed(t *testing.T) {
	seen := map[string]bool{}
	for i, k := range Kinds() {
		if int(k) != i || k.String() == "" || k.String() == "unknown" || seen[k.String()] {
			t.Errorf("Kind %d is called %q", k, k)
		}
		seen[k.String()] = true
	}
	seen = map[string]bool{}
	for i, w := range Whats() {
		if int(w) != i || w.String() == "" || w.String() == "unknown" || seen[w.String()] {
			t.Errorf("What %d is called %q", w, w)
		}
		seen[w.String()] = true
	}
	if Kind(200).String() != "unknown" || What(200).String() != "unknown" {
		t.Error("values outside the lists have names")
	}
	if len(Kinds()) != 19 {
		t.Errorf("%d kinds; the dialects' tables know 19", len(Kinds()))
	}
}

func TestOf(t *testing.T) {
	e := Missing(User, "joe")
	if Of(fmt.Errorf("while reading: %w", e)) != e {
		t.Error("Of does not find a wrapped Error")
	}
	if got := Of(io.EOF); got.Kind != Internal || !errors.Is(got, io.EOF) {
		t.Errorf("Of(io.EOF) = %v", got)
	}
	if got := Of(fmt.Errorf("db: %w", context.DeadlineExceeded)); got.Kind != Unavailable {
		t.Errorf("Of(deadline) = %v", got)
	}
	if Of(nil) != nil {
		t.Error("Of(nil) is something")
	}
	var none *Error
	if got := Of(error(none)); got.Kind != Internal {
		t.Errorf("Of(nil *Error) = %v", got)
	}
}

func TestIs(t *testing.T) {
	err := fmt.Errorf("x: %w", Blocked(User, AccessKey, "joe"))
	for _, c := range []struct {
		target *Error
		want   bool
	}{
		{&Error{Kind: InUse}, true},
		{&Error{Kind: InUse, What: AccessKey}, true},
		{&Error{Kind: InUse, What: User}, false},
		{&Error{Kind: Exists}, false},
		{&Error{Kind: InUse, Name: "joe"}, false},
	} {
		if got := errors.Is(err, c.target); got != c.want {
			t.Errorf("Is(%v) = %t", c.target, got)
		}
	}
	if !IsNotFound(Missing(Role, "r")) || IsNotFound(Taken(Role, "r")) || IsNotFound(nil) {
		t.Error("IsNotFound is wrong")
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		err  *Error
		want string
	}{
		{&Error{}, "internal"},
		{Missing(User, "joe"), `not found: user "joe"`},
		{Blocked(User, AccessKey, "joe"), `in use: access key "joe" (of user)`},
		{Exceeded(User, AccessKey, "joe", 2), `limit: access key "joe" (of user), limit 2`},
		{BadParameter("path", "x\n"), `invalid: parameter "path": "x\n"`},
		{MalformedDocument(TrustPolicy, "No.", io.EOF), `malformed: trust policy: "No.": EOF`},
		{Broken(io.EOF), "internal: EOF"},
		{New(Denied, RootSession, ""), "denied: root session"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
