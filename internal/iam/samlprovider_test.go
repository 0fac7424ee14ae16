package iam

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

// samlKeys has a real certificate, so that Check is content.
var samlKeys = sync.OnceValue(func() SAMLKeys {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: clock.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return SAMLKeys{EntityID: "https://idp.example.com", Certificates: [][]byte{der}, Ends: clock.Add(time.Hour)}
})

func samlSpec(name string) SAMLProviderSpec {
	return SAMLProviderSpec{Name: name, Metadata: []byte("<md/>"), Keys: samlKeys(), Tags: []Tag{{"k", "v"}}}
}

func TestSAMLProvider(t *testing.T) {
	tx := begin(t)
	base := tx.View(1)
	next := NewTx(base, clock, chance(3))
	q := DefaultQuotas()
	q.SAMLProvidersPerAccount = 2
	next.SetQuotas(q)
	for _, bad := range []string{"", "a b", "a/b", "a+b", strings.Repeat("a", 129)} {
		_, err := next.CreateSAMLProvider(home, samlSpec(bad))
		wantFault(t, err, fault.Invalid, fault.Parameter)
	}
	_, err := next.CreateSAMLProvider("999999999999", samlSpec("corp"))
	wantFault(t, err, fault.NotFound, fault.Account)
	corp := ok(t)(next.CreateSAMLProvider(home, samlSpec("Corp"))).(*SAMLProvider)
	_, err = next.CreateSAMLProvider(home, samlSpec("corp"))
	wantFault(t, err, fault.Exists, fault.SAMLProvider)
	ok(t)(next.CreateSAMLProvider(home, samlSpec("another")))
	_, err = next.CreateSAMLProvider(home, samlSpec("third"))
	wantFault(t, err, fault.Limit, fault.SAMLProvider)
	ok(t)(next.CreateSAMLProvider(other, samlSpec("Corp")))
	view := settled(t, base, next)

	name := "arn:aws:iam::" + home + ":saml-provider/Corp"
	for _, bad := range []string{"Corp", "arn:aws:iam::" + home + ":role/Corp", "arn:aws:sts::" + home + ":saml-provider/Corp",
		"arn:aws:iam::" + home + ":saml-provider/x/Corp", "arn:aws:iam::" + home + ":saml-provider"} {
		_, err = view.SAMLProvider(home, bad)
		wantFault(t, err, fault.Invalid, fault.ARN)
	}
	for _, missing := range []string{"arn:aws:iam::" + home + ":saml-provider/corp", "arn:aws:iam::" + home + ":saml-provider/none",
		"arn:aws:iam::" + other + ":saml-provider/Corp", "arn:aws-cn:iam::" + home + ":saml-provider/Corp"} {
		_, err = view.SAMLProvider(home, missing)
		wantFault(t, err, fault.NotFound, fault.SAMLProvider)
	}
	if list := view.SAMLProviders(home); len(list) != 2 || list[0].Name != "another" || list[1].Name != "Corp" {
		t.Errorf("%+v", list)
	}

	change := NewTx(view, clock.Add(time.Minute), chance(4))
	spec := samlSpec("")
	spec.Keys.EntityID = "urn:new"
	ok(t)(change.UpdateSAMLProvider(home, name, []byte("<new/>"), &spec.Keys, ""))
	ok(t)(change.UpdateSAMLProvider(home, name, nil, nil, "Allowed"))
	must(t, change.TagSAMLProvider(home, name, []Tag{{"K", "w"}, {"l", ""}}))
	must(t, change.UntagSAMLProvider(home, name, []string{"L", "none"}))
	view = settled(t, view, change)
	got := ok(t)(view.SAMLProvider(home, name)).(*SAMLProvider)
	if got.ID != corp.ID || got.EntityID != "urn:new" || string(got.Metadata) != "<new/>" || got.EncryptionMode != "Allowed" || !got.Created.Equal(corp.Created) ||
		fmt.Sprint(got.Tags) != "[{K w}]" || got.ARN() != name {
		t.Errorf("%+v", got)
	}

	gone := NewTx(view, clock, chance(5))
	must(t, gone.DeleteSAMLProvider(home, name))
	wantFault(t, gone.DeleteSAMLProvider(home, name), fault.NotFound, fault.SAMLProvider)
	again := ok(t)(gone.CreateSAMLProvider(home, samlSpec("Corp"))).(*SAMLProvider)
	view = settled(t, view, gone)
	if again.ID == corp.ID {
		t.Error("a namesake bears the old id")
	}
	if born, found := view.ProviderSince(name); !found || !born.Equal(again.Created) {
		t.Errorf("made at %v", born)
	}
	if _, found := view.ProviderSince(name + "2"); found {
		t.Error("a provider that is not there")
	}
}

// Attack 41: an assertion is used once, as long as it can be used at all; what is remembered stays small.
func TestAttack41_AssertionReplay(t *testing.T) {
	tx := begin(t)
	corp := ok(t)(tx.CreateSAMLProvider(home, samlSpec("corp"))).(*SAMLProvider)
	twin := ok(t)(tx.CreateSAMLProvider(other, samlSpec("corp"))).(*SAMLProvider)
	view := tx.View(1)
	until := clock.Add(5*time.Minute + time.Millisecond)
	first := NewTx(view, clock, chance(1))
	must(t, first.UseAssertion(corp, "_a", until))
	wantFault(t, first.UseAssertion(corp, "_a", until), fault.Exists, fault.SAMLAssertion)
	must(t, first.UseAssertion(corp, "_b", until))
	must(t, first.UseAssertion(twin, "_a", until)) // another provider's ids are its own
	view = settled(t, view, first)
	// As long as anybody's clock could take it for usable, it is known.
	for _, later := range []time.Duration{time.Second, 5 * time.Minute, 15 * time.Minute} {
		next := NewTx(view, clock.Add(later), chance(2))
		must(t, next.UseAssertion(corp, "_c"+later.String(), clock.Add(later)))
		wantFault(t, next.UseAssertion(corp, "_a", until), fault.Exists, fault.SAMLAssertion)
	}
	// Then it is forgotten by and by, as others are used.
	late := NewTx(view, clock.Add(16*time.Minute), chance(3))
	must(t, late.UseAssertion(corp, "_d", clock.Add(20*time.Minute)))
	view = settled(t, view, late)
	if n := shelfCount(&view.tables, samlUses(home)); n != 1 {
		t.Errorf("%d uses are kept", n)
	}
	if n := shelfCount(&view.tables, samlUses(other)); n != 1 {
		t.Errorf("%d uses are kept of another account", n)
	}
	many := NewTx(view, clock, chance(4))
	for i := range samlPerSecond {
		must(t, many.UseAssertion(corp, fmt.Sprint("_m", i), until))
	}
	wantFault(t, many.UseAssertion(corp, "_n", until), fault.Throttled, fault.SAMLAssertion)
}
