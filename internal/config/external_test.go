package config

import (
	"strings"
	"testing"
)

func TestExternalURL(t *testing.T) {
	for given, want := range map[string]string{
		"":                              "",
		"https://sts.corp.example":      "",
		"https://sts.corp.example:8443": "",
		"https://[2001:db8::1]:8443":    "",
		"http://localhost:4580":         "",
		"http://127.0.0.1":              "",
		"http://sts.corp.example":       "in the clear",
		"https://sts.corp.example/":     "is not scheme://host",
		"https://sts.corp.example/x":    "is not scheme://host",
		"https://sts.corp.example?x":    "is not scheme://host",
		"https://sts.corp.example#x":    "is not scheme://host",
		"https://u:p@sts.corp.example":  "is not scheme://host",
		"https://STS.corp.example":      "is not scheme://host",
		"HTTPS://sts.corp.example":      "is not scheme://host",
		"https://sts.corp.example:443":  "names the port",
		"http://localhost:80":           "names the port",
		"https://":                      "is not scheme://host",
		"https://:8443":                 "is not scheme://host",
		"ftp://sts.corp.example":        "is not scheme://host",
		"sts.corp.example":              "is not scheme://host",
		"https://a b":                   "is not scheme://host",
		"https://sts.corp.example:x":    "is not scheme://host",
	} {
		c := Default()
		c.ExternalURL = given
		err := c.Validate()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", given, err, want)
		}
	}
	c := Default()
	c.ExternalURL, c.InsecureHTTP = "http://sts.corp.example", true
	if err := c.Validate(); err != nil {
		t.Errorf("told that it is meant: %v", err)
	}
}

func TestExternal(t *testing.T) {
	for _, c := range []struct{ url, cert, listener, want string }{
		{"", "", "127.0.0.1:4580", "http://127.0.0.1:4580"},
		{"", "", "[::1]:4580", "http://[::1]:4580"},
		{"", "c", "127.0.0.1:443", "https://127.0.0.1:443"},
		{"", "c", "0.0.0.0:443", ""},
		{"", "", "[::]:80", ""},
		{"", "c", "10.0.0.1:443", ""},
		{"", "", "nonsense", ""},
		{"https://sts.corp.example", "c", "0.0.0.0:443", "https://sts.corp.example"},
		{"https://sts.corp.example", "", "127.0.0.1:4580", "https://sts.corp.example"},
	} {
		cfg := Default()
		cfg.ExternalURL, cfg.TLS.CertFile = c.url, c.cert
		if got := cfg.External(c.listener); got != c.want {
			t.Errorf("%+v gives %q", c, got)
		}
	}
}
