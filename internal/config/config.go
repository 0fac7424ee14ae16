package config

import (
	"net/netip"
	"path/filepath"
	"time"
)

// Config are all settings of the server. The zero value is of no use; start
// from Default or Read.
type Config struct {
	// Data is the folder of the state, made with mode 0700 when it is missing.
	// Exactly one process uses it at a time.
	Data string
	// Region is the region name clients are told to use, such as daypass-1.
	Region string
	// Listen is the host:port the cloud APIs are served on. Port 0 takes a free one.
	Listen string
	// Hosts are the names clients reach the cloud APIs by, with the port unless
	// it is the scheme's own, at most 64. A request signed for another host is
	// refused, so that one captured at another gateway is nothing here. None by
	// default: any host is accepted.
	Hosts []string
	// ExternalURL is where others reach the server, scheme://host[:port]: the
	// services that verify the identity tokens accounts issue find their keys
	// below it. It is part of those tokens, so that changing it needs changes
	// at every such service. Empty: the address of the listener when only this
	// host can reach that, else no account can be an issuer.
	ExternalURL string
	// TLS is the certificate both listeners show.
	TLS TLS
	// InsecureHTTP allows listeners without TLS on addresses other hosts can
	// reach: only behind a proxy that ends TLS, on a network of its own.
	InsecureHTTP bool
	// TrustedProxies are the peers whose X-Forwarded-For and X-Forwarded-Proto
	// are believed, at most 64. None by default.
	TrustedProxies []netip.Prefix
	Admin          Admin
	RootKey        RootKey
	Audit          Audit
	Log            Log
	Limits         Limits
	Quotas         Quotas
	PolicyLint     PolicyLint
	Federation     Federation
	SAML           SAML
	AWS            AWS

	// origin says where a key was set, for messages.
	origin map[string]string
}

// TLS names the certificate files, both or none, in PEM. They are read again
// when they change.
type TLS struct {
	CertFile string
	KeyFile  string
}

// Admin is the listener of operators: /metrics, /healthz and /readyz. The last
// two are on the main listener as well.
type Admin struct {
	// Listen is its host:port; empty turns it off.
	Listen string
}

// RootKey is where the key that wraps all other keys comes from: exactly one
// of the two. It is kept apart from the data folder, so that a copy of the
// folder alone opens nothing.
type RootKey struct {
	// File holds the key, mode 0600, outside the data folder. By default it
	// stands beside the data folder: its name with .key at the end.
	File string
	// Env is the name of an environment variable that holds the key.
	Env string
}

// Audit is the record of who did what.
type Audit struct {
	// File takes one JSON object per line; by default audit.jsonl in the data folder.
	File string
	// MaxBytes is the size at which the file is rotated: 1 MiB to 1 TiB, or 0
	// to leave rotation to others.
	MaxBytes int64
	// Keep is how many rotated files are kept, 0 to 10000; 0 keeps all.
	Keep int
}

// Federation is how the server reaches the identity providers that accounts register.
type Federation struct {
	// Networks are one's own networks, not reachable from the internet, in which issuers of ID tokens may stand, at most 64. None by
	// default. This machine itself and link-local addresses are never asked.
	Networks []netip.Prefix
	// CAFile holds certificates in PEM that are believed for issuers beside the system's.
	CAFile string
}

// SAML is what assertions have to be made out for. Without any setting it is what AWS demands, so that a provider that is set up for
// AWS needs no change; a setting replaces AWS's values, so that what was made out for AWS is of no use here. At most 16 each.
type SAML struct {
	Recipients []string // of a response, and its destination
	Audiences  []string
}

// AWS is how the door that speaks AWS's protocols behaves.
type AWS struct {
	// Strict leaves out of AWS's operations every parameter and member that AWS does not have. False by default: what is added is
	// nothing that clients of AWS mind.
	Strict bool
}

// Log is the server's log on standard error.
type Log struct {
	Level  string // debug, info, warn or error
	Format string // json or text
}

// Limits protect the server from its clients.
type Limits struct {
	// BodyBytes is the largest request body, 64 KiB to 64 MiB.
	BodyBytes int64
	// HeaderBytes is the largest request header, 8 KiB to 1 MiB. Session tokens
	// travel there.
	HeaderBytes int64
	// RequestTimeout is the longest a request may take from its first byte to
	// the last of its reply, 1s to 10m.
	RequestTimeout time.Duration
	// ShutdownGrace is how long requests under way may take after the server
	// was told to stop, 0s to 10m.
	ShutdownGrace time.Duration
}

// MaxClockSkew is how far a client's clock may be off. It is no setting: the
// clouds' signature rules fix it, and widening it widens replay.
const MaxClockSkew = 15 * time.Minute

// Default returns the settings of a server nobody configured: on this host
// only, state in ./daypass-data.
func Default() *Config {
	return &Config{
		Data:   "daypass-data",
		Region: "daypass-1",
		Listen: "127.0.0.1:4580",
		Admin:  Admin{Listen: "127.0.0.1:4581"},
		Audit:  Audit{MaxBytes: 100 << 20, Keep: 20},
		Log:    Log{Level: "info", Format: "json"},
		Limits: Limits{
			BodyBytes:      1 << 20,
			HeaderBytes:    64 << 10,
			RequestTimeout: 30 * time.Second,
			ShutdownGrace:  15 * time.Second,
		},
		Quotas:     defaultQuotas(),
		PolicyLint: defaultPolicyLint(),
		origin:     map[string]string{},
	}
}

// complete fills in what follows from the data folder.
func (c *Config) complete() {
	if c.Data == "" {
		return // a fault of its own
	}
	if c.RootKey == (RootKey{}) {
		c.RootKey.File = filepath.Clean(c.Data) + ".key"
	}
	if c.Audit.File == "" {
		c.Audit.File = filepath.Join(c.Data, "audit.jsonl")
	}
}
