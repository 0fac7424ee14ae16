package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// kind is how a setting is written.
type kind string

const (
	text     kind = "string"
	flag     kind = "bool"
	number   kind = "int"
	duration kind = "duration"
	list     kind = "strings"
)

// Field is one setting of one Config. It is a value for command line flags:
// String, Set and Type are what github.com/spf13/pflag asks for.
type Field struct {
	// Key is its place in the file, such as tls.cert_file.
	Key string
	// Usage is one line on meaning, unit and range.
	Usage string

	kind   kind
	get    func() string
	set    func(string) error
	origin map[string]string
}

// Flag is the name on the command line: tls-cert-file.
func (f Field) Flag() string { return strings.NewReplacer(".", "-", "_", "-").Replace(f.Key) }

// Env is the name in the environment: DAYPASS_TLS_CERT_FILE.
func (f Field) Env() string {
	return "DAYPASS_" + strings.ToUpper(strings.ReplaceAll(f.Key, ".", "_"))
}

// String is the value as Set takes it.
func (f Field) String() string { return f.get() }

// Type is the kind of value: string, bool, int, duration or strings.
func (f Field) Type() string { return string(f.kind) }

// Set sets the value from a flag. Lists are separated by commas.
func (f Field) Set(value string) error { return f.from("--"+f.Flag(), value) }

// IsBoolFlag says that the flag alone means true.
func (f Field) IsBoolFlag() bool { return f.kind == flag }

func (f Field) from(origin, value string) error {
	if err := f.set(value); err != nil {
		return &Fault{Origin: origin, Key: f.Key, Text: err.Error()}
	}
	f.origin[f.Key] = origin
	return nil
}

// Fields returns all settings of c, in the order they are printed. Setting one
// changes c.
func (c *Config) Fields() []Field {
	if c.origin == nil {
		c.origin = map[string]string{}
	}
	all := []Field{
		str("data", "folder of the state; one process at a time", &c.Data),
		str("region", "region name clients use; lower case letters, digits and hyphens", &c.Region),
		str("listen", "host:port of the cloud APIs; without TLS only on loopback", &c.Listen),
		names("hosts", "host[:port] names clients reach the cloud APIs by; requests signed for others are refused; empty accepts any", &c.Hosts),
		str("external_url", "URL others reach the server by, scheme://host[:port], named in identity tokens; empty takes listen if that is loopback", &c.ExternalURL),
		str("tls.cert_file", "PEM file of the certificate chain; empty for none", &c.TLS.CertFile),
		str("tls.key_file", "PEM file of the certificate's private key; empty for none", &c.TLS.KeyFile),
		boolean("insecure_http", "allow other hosts to connect without TLS; only behind a proxy that ends it", &c.InsecureHTTP),
		prefixes("trusted_proxies", "addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed", "would believe everyone's headers", &c.TrustedProxies),
		str("admin.listen", "host:port of /metrics, /healthz and /readyz; empty turns it off", &c.Admin.Listen),
		str("root_key.file", "file of the key that wraps all others, outside the data folder; by default its name with .key", &c.RootKey.File),
		str("root_key.env", "environment variable that holds the key, instead of the file", &c.RootKey.Env),
		str("audit.file", "file of the audit trail, one JSON object per line; by default audit.jsonl in the data folder", &c.Audit.File),
		integer("audit.max_bytes", "bytes at which the audit file is rotated, 1048576 to 1099511627776; 0 for never", &c.Audit.MaxBytes),
		integer("audit.keep", "rotated audit files that are kept, 1 to 10000; 0 for all", &c.Audit.Keep),
		boolean("aws.strict", "operations of AWS have nothing that AWS does not have, such as trust and session policies in simulations", &c.AWS.Strict),
		str("log.level", "debug, info, warn or error", &c.Log.Level),
		str("log.format", "json or text", &c.Log.Format),
		integer("limits.body_bytes", "largest request body in bytes, 65536 to 67108864", &c.Limits.BodyBytes),
		integer("limits.header_bytes", "largest request header in bytes, 8192 to 1048576", &c.Limits.HeaderBytes),
		span("limits.request_timeout", "longest a request may take, 1s to 10m", &c.Limits.RequestTimeout),
		span("limits.shutdown_grace", "how long requests under way may take at shutdown, 0s to 10m", &c.Limits.ShutdownGrace),
		prefixes("federation.networks", "private networks in which issuers of ID tokens may stand; public ones always may, this machine never", "is everybody, not a network", &c.Federation.Networks),
		str("federation.ca_file", "PEM file of certificates believed for issuers of ID tokens, beside the system's", &c.Federation.CAFile),
		uris("saml.recipients", "URLs that SAML responses may be made out to, instead of AWS's sign-in", &c.SAML.Recipients),
		uris("saml.audiences", "URIs that SAML assertions may be restricted to, instead of urn:amazon:webservices", &c.SAML.Audiences),
	}
	all = append(all, c.PolicyLint.fields()...)
	all = append(all, c.Quotas.fields()...)
	for i := range all {
		all[i].origin = c.origin
	}
	return all
}

func str(key, usage string, at *string) Field {
	return Field{Key: key, Usage: usage, kind: text,
		get: func() string { return *at },
		set: func(s string) error {
			for _, r := range s {
				if r < ' ' || r == 0x7f || r == '\uFFFD' {
					return fmt.Errorf("%q holds a control character or is not UTF-8", s)
				}
			}
			*at = s
			return nil
		}}
}

func boolean(key, usage string, at *bool) Field {
	return Field{Key: key, Usage: usage, kind: flag,
		get: func() string { return strconv.FormatBool(*at) },
		set: func(s string) error {
			if s != "true" && s != "false" {
				return fmt.Errorf("%q is neither true nor false", s)
			}
			*at = s == "true"
			return nil
		}}
}

func integer[N int | int64](key, usage string, at *N) Field {
	return Field{Key: key, Usage: usage, kind: number,
		get: func() string { return strconv.FormatInt(int64(*at), 10) },
		set: func(s string) error {
			n, err := strconv.ParseInt(s, 10, 64)
			// What has another spelling (010, +1, 1_000) may mean something else to who wrote it.
			if err != nil || strconv.FormatInt(n, 10) != s || int64(N(n)) != n {
				return fmt.Errorf("%q is not a plain whole number", s)
			}
			*at = N(n)
			return nil
		}}
}

func span(key, usage string, at *time.Duration) Field {
	return Field{Key: key, Usage: usage, kind: duration,
		get: func() string { return at.String() },
		set: func(s string) error {
			d, err := time.ParseDuration(s)
			if err != nil || s == "0" {
				return fmt.Errorf("%q is not a duration such as 15s, 500ms or 2m", s)
			}
			*at = d
			return nil
		}}
}

// maxProxies and maxHosts bound lists that are walked for every request.
const (
	maxProxies = 64
	maxHosts   = 64
	maxURIs    = 16
	maxCodes   = 512
)

// texts is a list of at most so many different texts, each as read makes it or refuses it.
func texts(key, usage string, most int, at *[]string, read func(item string) (string, error)) Field {
	return Field{Key: key, Usage: usage, kind: list,
		get: func() string { return strings.Join(*at, ",") },
		set: func(s string) error {
			var all []string
			if s != "" {
				for item := range strings.SplitSeq(s, ",") {
					item, err := read(strings.TrimSpace(item))
					if err != nil {
						return err
					}
					if !slices.Contains(all, item) {
						all = append(all, item)
					}
				}
			}
			if len(all) > most {
				return fmt.Errorf("has %d entries, the limit is %d", len(all), most)
			}
			*at = all
			return nil
		}}
}

// names is a list of host names, each with a port or without.
func names(key, usage string, at *[]string) Field {
	return texts(key, usage, maxHosts, at, func(item string) (string, error) {
		item = strings.ToLower(item)
		if u, err := url.Parse("//" + item); err != nil || u.Host != item || item == "" || len(item) > 255 {
			return "", fmt.Errorf("%q is not a host name, with :port if need be", item)
		}
		return item, nil
	})
}

// uris is a list of absolute URIs, compared as they are written.
func uris(key, usage string, at *[]string) Field {
	return texts(key, usage, maxURIs, at, func(item string) (string, error) {
		if u, err := url.Parse(item); err != nil || u.Scheme == "" || len(item) > 1024 {
			return "", fmt.Errorf("%q is not an absolute URI", item)
		}
		return item, nil
	})
}

func prefixes(key, usage, everyone string, at *[]netip.Prefix) Field {
	return Field{Key: key, Usage: usage, kind: list,
		get: func() string {
			var all []string
			for _, p := range *at {
				all = append(all, p.String())
			}
			return strings.Join(all, ",")
		},
		set: func(s string) error {
			var all []netip.Prefix
			if s != "" {
				for item := range strings.SplitSeq(s, ",") {
					p, err := prefix(strings.TrimSpace(item), everyone)
					if err != nil {
						return err
					}
					all = append(all, p)
				}
			}
			if len(all) > maxProxies {
				return fmt.Errorf("has %d entries, the limit is %d", len(all), maxProxies)
			}
			*at = all
			return nil
		}}
}

func prefix(s, everyone string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil:
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", s)
	case p.Addr().Is4In6():
		return netip.Prefix{}, fmt.Errorf("%q is an IPv4 network in IPv6 form; write it as IPv4", s)
	case p != p.Masked():
		return netip.Prefix{}, fmt.Errorf("%q has bits set beyond its length; write %s", s, p.Masked())
	case p.Bits() == 0:
		return netip.Prefix{}, fmt.Errorf("%q %s", s, everyone)
	}
	return p, nil
}

// Environment sets every key whose variable lookup knows; os.LookupEnv outside
// of tests. It reports every fault.
func (c *Config) Environment(lookup func(string) (string, bool)) error {
	var faults []error
	for _, f := range c.Fields() {
		if v, ok := lookup(f.Env()); ok {
			faults = append(faults, f.from(f.Env(), v))
		}
	}
	return errors.Join(faults...)
}
