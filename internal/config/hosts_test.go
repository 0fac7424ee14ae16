package config

import (
	"slices"
	"testing"
)

func TestHosts(t *testing.T) {
	c := Default()
	fields := c.Fields()
	hosts := fields[slices.IndexFunc(fields, func(f Field) bool { return f.Key == "hosts" })]
	if err := hosts.Set("STS.corp.example, sts.corp.example:8443,[::1]:4580"); err != nil {
		t.Fatal(err)
	}
	if want := []string{"sts.corp.example", "sts.corp.example:8443", "[::1]:4580"}; !slices.Equal(c.Hosts, want) {
		t.Errorf("%q", c.Hosts)
	}
	for _, bad := range []string{"https://sts.corp.example", "a/b", "user@host", "a b", "a,,b", "host?x"} {
		if err := hosts.Set(bad); err == nil {
			t.Errorf("%q is taken as %q", bad, c.Hosts)
		}
	}
}

func TestURIs(t *testing.T) {
	c := Default()
	fields := c.Fields()
	list := fields[slices.IndexFunc(fields, func(f Field) bool { return f.Key == "saml.audiences" })]
	if err := list.Set("urn:Corp:Daypass, https://sts.corp.example/saml"); err != nil {
		t.Fatal(err)
	}
	if want := []string{"urn:Corp:Daypass", "https://sts.corp.example/saml"}; !slices.Equal(c.SAML.Audiences, want) {
		t.Errorf("%q", c.SAML.Audiences)
	}
	for _, bad := range []string{"sts.corp.example", "/saml", "a,,b", "urn:x,"} {
		if err := list.Set(bad); err == nil {
			t.Errorf("%q is taken as %q", bad, c.SAML.Audiences)
		}
	}
}
