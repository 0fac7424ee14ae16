package iam

import (
	"errors"
	"testing"

	"github.com/daypass/daypass/internal/fault"
)

func TestAlias(t *testing.T) {
	tx := begin(t)
	base := tx.View(1)
	next := NewTx(base, clock, chance(3))
	for _, bad := range []string{"", "ab", "-ab", "ab-", "a--b", "Abc", "a.b", "a b", "123456789012"} {
		_, err := next.SetAlias(home, bad)
		wantFault(t, err, fault.Invalid, fault.Parameter)
	}
	ok(t)(next.SetAlias(home, "first"))
	_, err := next.SetAlias(other, "first")
	wantFault(t, err, fault.Exists, fault.Alias)
	_, err = next.SetAlias(home, "first")
	wantFault(t, err, fault.Exists, fault.Alias)
	ok(t)(next.SetAlias(home, "second")) // takes the place of the first
	ok(t)(next.SetAlias(other, "first"))
	wantFault(t, next.DeleteAlias(home, "first"), fault.NotFound, fault.Alias)
	view := settled(t, base, next)
	if a, found := view.Alias(home); !found || a.Name != "second" {
		t.Errorf("the alias is %+v", a)
	}
	// In one batch the names change places.
	swap := NewTx(view, clock, chance(4))
	must(t, swap.DeleteAlias(other, "first"))
	ok(t)(swap.SetAlias(home, "first"))
	ok(t)(swap.SetAlias(other, "second"))
	view = settled(t, view, swap)
	if a, _ := view.Alias(other); a.Name != "second" {
		t.Errorf("the alias is %+v", a)
	}
	gone := NewTx(view, clock, chance(5))
	must(t, gone.DeleteAlias(home, "first"))
	if _, found := settled(t, view, gone).Alias(home); found {
		t.Error("a deleted alias is still there")
	}
}

// TestShelfRefuses: two records never share a key, and a further key is no row.
func TestShelfRefuses(t *testing.T) {
	tx := begin(t)
	a := ok(t)(tx.SetAlias(home, "first")).(*Alias)
	view := tx.View(5)
	twin := *a
	twin.Name = "second" // the same account: the same further key
	value, err := encode(&twin)
	must(t, err)
	if _, err := view.Apply([]Row{{twin.rowKey(), value}}, 6); !errors.Is(err, ErrRow) {
		t.Errorf("a second alias of one account: %v", err)
	}
	if _, err := view.Apply([]Row{{aliasOf(home), nil}}, 6); !errors.Is(err, ErrRow) {
		t.Errorf("deleting by a further key: %v", err)
	}
	first, err := encode(a)
	must(t, err)
	rows := rowsOf(map[string]string{a.rowKey(): string(first), twin.rowKey(): string(value)})
	if _, err := Load(rows, 1); !errors.Is(err, ErrRow) {
		t.Errorf("loading both: %v", err)
	}
	if _, err := decode(Row{a.rowKey(), []byte(" " + string(first))}); !errors.Is(err, ErrRow) {
		t.Errorf("a value not as it is written: %v", err)
	}
	// Check finds what a fault of the program would leave behind.
	broken := view.tables
	broken.shelf = broken.shelf.Delete(aliasOf(home))
	if broken.Check() == nil {
		t.Error("a missing further key is not found")
	}
	broken = view.tables
	broken.shelf = broken.shelf.Set("alias-of/"+other, a)
	if broken.Check() == nil {
		t.Error("a key without reason is not found")
	}
}

func TestShelfPage(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.SetAlias(home, "bbb"))
	ok(t)(tx.SetAlias(other, "ccc"))
	all := func(*Alias) bool { return true }
	page, next := shelfPage(&tx.tables, "alias/", "", 1, all)
	if len(page) != 1 || page[0].Name != "bbb" || next != "bbb" {
		t.Fatalf("%v, next %q", page, next)
	}
	must(t, tx.DeleteAlias(home, "bbb")) // the marker stays good
	page, next = shelfPage(&tx.tables, "alias/", next, 1, all)
	if len(page) != 1 || page[0].Name != "ccc" || next != "" {
		t.Fatalf("%v, next %q", page, next)
	}
	if n := shelfCount(&tx.tables, "alias/"); n != 1 {
		t.Errorf("%d aliases", n)
	}
	if all := shelfAll[*Alias](&tx.tables, "alias-of/"); len(all) != 1 || all[0].Name != "ccc" {
		t.Errorf("%v", all)
	}
}
