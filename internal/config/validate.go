package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// legacyRegions are the regions for which boto3 and the AWS CLI fall back to
// signature version 2 in presigned URLs, or leave the region out of the
// endpoint (botocore, endpoints.json and the "legacy" mode of
// sts_regional_endpoints). A name of our own avoids both.
var legacyRegions = []string{
	"ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "aws-global", "ca-central-1", "eu-central-1", "eu-north-1",
	"eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
}

var (
	regionName   = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)
)

// checker collects faults.
type checker struct {
	c      *Config
	faults []error
}

func (k *checker) fault(key, format string, args ...any) {
	k.faults = append(k.faults, &Fault{Origin: k.c.origin[key], Key: key, Text: fmt.Sprintf(format, args...)})
}

// Validate completes what follows from other settings and checks every rule.
// The error names every fault.
func (c *Config) Validate() error {
	c.complete()
	k := &checker{c: c}
	k.names()
	k.listeners()
	k.files()
	k.limits()
	k.policyLint()
	k.quotas()
	return errors.Join(k.faults...)
}

func (k *checker) names() {
	switch r := k.c.Region; {
	case len(r) > 32 || !regionName.MatchString(r):
		k.fault("region", "%q is not a region name: lower case letters and digits in parts joined by hyphens, at most 32 characters", r)
	case slices.Contains(legacyRegions, r):
		k.fault("region", "%q is a name AWS tools treat apart (old signatures, global endpoints); use a name of your own, such as daypass-1", r)
	}
	k.oneOf("log.level", k.c.Log.Level, "debug", "info", "warn", "error")
	k.oneOf("log.format", k.c.Log.Format, "json", "text")
}

func (k *checker) oneOf(key, value string, words ...string) {
	if !slices.Contains(words, value) {
		k.fault(key, "%q is none of %s", value, strings.Join(words, ", "))
	}
}

func (k *checker) listeners() {
	c := k.c
	switch {
	case c.TLS.CertFile != "" && c.TLS.KeyFile == "":
		k.fault("tls.key_file", "is missing while tls.cert_file is set")
	case c.TLS.CertFile == "" && c.TLS.KeyFile != "":
		k.fault("tls.cert_file", "is missing while tls.key_file is set")
	}
	k.external()
	k.listener("listen", c.Listen)
	if c.Admin.Listen == "" {
		return
	}
	k.listener("admin.listen", c.Admin.Listen)
	if _, port, _ := net.SplitHostPort(c.Listen); c.Listen == c.Admin.Listen && port != "0" {
		k.fault("admin.listen", "%s is taken by listen", c.Admin.Listen)
	}
}

// external checks the URL others know the server by. It must be exactly what is written into tokens: no path, no default port, no
// capital letter that somebody else would compare.
func (k *checker) external() {
	given := k.c.ExternalURL
	if given == "" {
		return
	}
	u, err := url.Parse(given)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") || given != u.Scheme+"://"+u.Host || given != strings.ToLower(given):
		k.fault("external_url", "%q is not scheme://host[:port] in lower case without a path, such as https://sts.corp.example", given)
	case u.Port() == map[string]string{"https": "443", "http": "80"}[u.Scheme]:
		k.fault("external_url", "%q names the port that %s has anyway; leave it out", given, u.Scheme)
	case u.Scheme == "http" && !loopback(u.Hostname()) && !k.c.InsecureHTTP:
		k.fault("external_url", "%q has keys fetched in the clear, where others can put theirs in the place; use https", given)
	}
}

// External is the URL others know the server by: the one configured, else that of a listener which only this host can reach, at the
// address it took.
func (c *Config) External(listener string) string {
	if c.ExternalURL != "" {
		return c.ExternalURL
	}
	host, _, err := net.SplitHostPort(listener)
	if err != nil || !loopback(host) {
		return ""
	}
	if c.TLS.CertFile != "" {
		return "https://" + listener
	}
	return "http://" + listener
}

// listener checks one address. Credentials cross these connections, so an
// address other hosts can reach needs TLS or the operator's explicit word.
func (k *checker) listener(key, address string) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		k.fault(key, "%q is not host:port, such as 127.0.0.1:4580 or [::1]:4580", address)
		return
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		k.fault(key, "%q has no port number from 0 to 65535", address)
		return
	}
	if strings.ContainsAny(host, " /@") {
		k.fault(key, "%q has no host name or address", address)
		return
	}
	if loopback(host) || k.c.TLS.CertFile != "" || k.c.InsecureHTTP {
		return
	}
	k.fault(key, "%s can be reached by other hosts and would carry credentials in the clear; set tls.cert_file and tls.key_file, "+
		"or listen on 127.0.0.1, or, only behind a proxy that ends TLS, set insecure_http", address)
}

// loopback says whether a listening host is this host only. Names other than
// localhost are not looked up: what they mean can change.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

func (k *checker) files() {
	c := k.c
	switch {
	case c.RootKey.File != "" && c.RootKey.Env != "":
		k.fault("root_key.env", "is set together with root_key.file; set one of them")
	case c.RootKey.Env != "" && !variableName.MatchString(c.RootKey.Env):
		// The value is not repeated: it may be the key, set here by mistake.
		k.fault("root_key.env", "is not the name of an environment variable; it takes the name, never the key itself")
	}
	data, err := filepath.Abs(c.Data)
	switch {
	case c.Data == "":
		k.fault("data", "is empty; name a folder")
		return
	case err != nil:
		k.fault("data", "%q cannot be found: %v", c.Data, err)
		return
	case filepath.Dir(data) == data:
		k.fault("data", "%q is the root of the file system; name a folder in it", c.Data)
		return
	}
	if c.RootKey.File != "" && within(data, c.RootKey.File) {
		k.fault("root_key.file", "%s is in the data folder; keep it elsewhere, so that a copy of the folder alone opens nothing", c.RootKey.File)
	}
	for _, taken := range []string{"", "state.db", "state.db-wal", "state.db-shm", "lock", "setup-url"} {
		if same(c.Audit.File, filepath.Join(data, taken)) {
			k.fault("audit.file", "%s is a part of the state itself", c.Audit.File)
		}
	}
	if c.RootKey.File != "" && same(c.Audit.File, c.RootKey.File) {
		k.fault("audit.file", "%s is the root key", c.Audit.File)
	}
}

// same says whether two paths lead to one place.
func same(a, b string) bool {
	a, errA := filepath.Abs(a)
	b, errB := filepath.Abs(b)
	return errA == nil && errB == nil && a == b
}

// within says whether a path is the folder or in it.
func within(folder, path string) bool {
	path, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func (k *checker) limits() {
	c := k.c
	if c.Audit.MaxBytes != 0 {
		between(k, "audit.max_bytes", c.Audit.MaxBytes, 1<<20, 1<<40)
	}
	between(k, "audit.keep", c.Audit.Keep, 0, 10000)
	between(k, "limits.body_bytes", c.Limits.BodyBytes, 64<<10, 64<<20)
	between(k, "limits.header_bytes", c.Limits.HeaderBytes, 8<<10, 1<<20)
	between(k, "limits.request_timeout", c.Limits.RequestTimeout, time.Second, 10*time.Minute)
	between(k, "limits.shutdown_grace", c.Limits.ShutdownGrace, 0, 10*time.Minute)
}

func between[T cmp.Ordered](k *checker, key string, got, low, high T) {
	if got < low || got > high {
		k.fault(key, "%v is not between %v and %v", got, low, high)
	}
}
