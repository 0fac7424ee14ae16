package iam

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/fault"
)

func TestIssuerURLs(t *testing.T) {
	for _, good := range []string{
		"https://token.actions.githubusercontent.com", "https://idp.example.com/", "https://idp.example.com/realms/A", "https://idp.example.com/realms/A/",
		"https://keycloak.corp.example:8443/realms/a", "https://keycloak:8443", "https://keycloak/realms/a", "https://10.1.2.3:6443", "https://IDP.example.com",
		"https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF", "https://a.example/%7Euser",
	} {
		if !isIssuer(good, false) {
			t.Errorf("%s is refused", good)
		}
	}
	for _, bad := range []string{
		"", "idp.example.com", "http://idp.example.com", "HTTPS://idp.example.com", "ftp://idp.example.com", "https://", "https:///path", "https://user@idp.example.com",
		"https://idp.example.com?x", "https://idp.example.com/?", "https://idp.example.com/#", "https://idp.example.com#f", "https://idp.example.com:0",
		"https://idp.example.com:", "https://idp.example.com:65536", "https://idp.example.com:08443", "https://idp.example.com:https", "https://idp..example.com",
		"https://-idp.example.com", "https://idp.example.com/a b", "https://idp.example.com/a\n", "https://idp.example.com/a/../b", "https://idp.example.com/./b",
		"https://idp.example.com//b", "https://idp.example.com/*", "https://*.example.com", "https://[fd00::1]:8443", "https://s3", "https://iam", "https://aws",
		"https://idp.example.com\\@evil.example", "https://idp.example.com/" + strings.Repeat("a", 240), "https://idp.exämple.com", "https://idp.example.com/%zz",
		"http://127.0.0.1:4580/oidc", "http://localhost:4580",
	} {
		if isIssuer(bad, false) {
			t.Errorf("%s is taken", bad)
		}
	}
	for url, want := range map[string]bool{"http://127.0.0.1:4580/oidc": true, "http://localhost:4580": true, "http://127.8.8.8/x": true,
		"http://10.0.0.1:80": false, "http://idp.example.com": false, "http://localhost.example.com": false, "https://idp.example.com": true} {
		if isIssuer(url, true) != want {
			t.Errorf("in development mode %s: %t", url, !want)
		}
	}
}

func TestOIDCProvider(t *testing.T) {
	const issuer = "https://idp.example.com/realms/A"
	view := begin(t).View(1)
	tx := NewTx(view, clock, chance(3))
	thumb := strings.Repeat("aB", 20)
	p := ok(t)(tx.CreateOIDCProvider(home, OIDCSpec{URL: issuer, Clients: []string{"b", "a", "b"}, Thumbprints: []string{thumb}, Tags: []Tag{{"k", "v"}}})).(*OIDCProvider)
	name := "arn:aws:iam::" + home + ":oidc-provider/idp.example.com/realms/A"
	if p.ARN() != name || !slices.Equal(p.Clients, []string{"b", "a"}) || p.Host() != "idp.example.com/realms/A" {
		t.Errorf("%s %v", p.ARN(), p.Clients)
	}
	// A host is one whatever its case; a path is not.
	for _, twin := range []string{issuer, "https://IDP.example.com/realms/A"} {
		_, err := tx.CreateOIDCProvider(home, OIDCSpec{URL: twin})
		wantFault(t, err, fault.Exists, fault.OIDCProvider)
	}
	for _, other := range []string{issuer + "/", "https://idp.example.com/realms/a", "https://idp.example.com"} {
		ok(t)(tx.CreateOIDCProvider(home, OIDCSpec{URL: other}))
	}
	ok(t)(tx.CreateOIDCProvider(other, OIDCSpec{URL: issuer}))
	if n := len(tx.OIDCProviders(home)); n != 4 {
		t.Errorf("%d providers", n)
	}
	// By its exact name, and by the exact issuer.
	for _, wrong := range []string{strings.ToUpper(name[:12]) + name[12:], strings.Replace(name, "idp.", "IDP.", 1), strings.Replace(name, home, "333333333333", 1),
		strings.Replace(name, home, other, 1), name + "x"} {
		if _, err := tx.OIDCProvider(home, wrong); err == nil {
			t.Errorf("%s is found", wrong)
		}
	}
	for _, wrong := range []string{"http://idp.example.com/realms/A", "idp.example.com/realms/A", "https://IDP.example.com/realms/A", ""} {
		_, err := tx.OIDCProviderOf(home, wrong)
		wantFault(t, err, fault.NotFound, fault.OIDCProvider)
	}
	if found := ok(t)(tx.OIDCProviderOf(home, issuer)); found != any(p) {
		t.Error("the issuer leads to another provider")
	}
	born, there := tx.ProviderSince(name)
	if !there || born != p.Created {
		t.Errorf("made at %v, %t", born, there)
	}
	_, err := tx.OIDCProvider(home, "arn:aws:iam::"+home+":role/x")
	wantFault(t, err, fault.Invalid, fault.ARN)

	// Adding twice and removing what is not there are no errors.
	ok(t)(tx.AddOIDCClient(home, name, "c"))
	ok(t)(tx.AddOIDCClient(home, name, "c"))
	ok(t)(tx.RemoveOIDCClient(home, name, "none"))
	p = ok(t)(tx.RemoveOIDCClient(home, name, "b")).(*OIDCProvider)
	if !slices.Equal(p.Clients, []string{"a", "c"}) {
		t.Errorf("clients %v", p.Clients)
	}
	ok(t)(tx.SetOIDCThumbprints(home, name, nil))
	for _, bad := range []string{"", strings.Repeat("g", 40), strings.Repeat("a", 39), strings.Repeat("a", 41)} {
		_, err := tx.SetOIDCThumbprints(home, name, []string{bad})
		wantFault(t, err, fault.Invalid, fault.Parameter)
	}
	for _, bad := range []string{"", strings.Repeat("a", 256), "a\x00b"} {
		_, err := tx.AddOIDCClient(home, name, bad)
		wantFault(t, err, fault.Invalid, fault.Parameter)
	}
	_, err = tx.SetOIDCThumbprints(home, name, slices.Repeat([]string{thumb}, 6))
	wantFault(t, err, fault.Limit, fault.Thumbprint)
	var many []string
	for i := range 101 {
		many = append(many, fmt.Sprint("client-", i))
	}
	_, err = tx.CreateOIDCProvider(home, OIDCSpec{URL: "https://many.example.com", Clients: many})
	wantFault(t, err, fault.Limit, fault.ClientID)
	ok(t)(tx.CreateOIDCProvider(home, OIDCSpec{URL: "https://many.example.com", Clients: many[:100]}))
	_, err = tx.AddOIDCClient(home, "arn:aws:iam::"+home+":oidc-provider/many.example.com", "one more")
	wantFault(t, err, fault.Limit, fault.ClientID)
	for i := len(tx.OIDCProviders(home)); i < 100; i++ {
		ok(t)(tx.CreateOIDCProvider(home, OIDCSpec{URL: fmt.Sprintf("https://n%d.example.com", i)}))
	}
	_, err = tx.CreateOIDCProvider(home, OIDCSpec{URL: "https://last.example.com"})
	wantFault(t, err, fault.Limit, fault.OIDCProvider)

	// Deleting twice is no error; deleting another account's is one.
	must(t, tx.DeleteOIDCProvider(home, name))
	must(t, tx.DeleteOIDCProvider(home, name))
	wantFault(t, tx.DeleteOIDCProvider(home, strings.Replace(name, home, other, 1)), fault.NotFound, fault.OIDCProvider)
	if _, there := tx.ProviderSince(name); there {
		t.Error("a deleted provider is still there")
	}
	settled(t, view, tx)
}
