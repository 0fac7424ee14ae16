package config

import (
	"bytes"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var compare = cmp.Options{cmpopts.IgnoreUnexported(Config{}), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }), cmpopts.EquateEmpty()}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "daypass.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// faults are the words of an error, without the folder of the test.
func faults(err error, path string) []string {
	if err == nil {
		return nil
	}
	return strings.Split(strings.ReplaceAll(err.Error(), path, "F"), "\n")
}

func TestDefaultIsValid(t *testing.T) {
	c, err := Read("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.RootKey.File != "daypass-data.key" || c.Audit.File != filepath.Join("daypass-data", "audit.jsonl") {
		t.Errorf("root key %q, audit %q", c.RootKey.File, c.Audit.File)
	}
}

func TestWholeFile(t *testing.T) {
	path := write(t, `
data: /var/lib/daypass   # a comment
region: "home-1"
listen: 0.0.0.0:443
tls: {cert_file: /etc/cert.pem, key_file: /etc/key.pem}
insecure_http: false
trusted_proxies:
  - 10.1.0.0/16
  - "::1"
admin:
  listen: ""
root_key:
  env: DAYPASS_ROOT_KEY
audit:
  file: /var/log/daypass/audit.jsonl
  max_bytes: 0
  keep: 3
log: {level: debug, format: text}
limits:
  body_bytes: 65536
  header_bytes: 8192
  request_timeout: 1m30s
  shutdown_grace: 0s
`)
	got, err := Read(path, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Data: "/var/lib/daypass", Region: "home-1", Listen: "0.0.0.0:443",
		TLS:            TLS{CertFile: "/etc/cert.pem", KeyFile: "/etc/key.pem"},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("::1/128")},
		RootKey:        RootKey{Env: "DAYPASS_ROOT_KEY"},
		Audit:          Audit{File: "/var/log/daypass/audit.jsonl", Keep: 3},
		Log:            Log{Level: "debug", Format: "text"},
		Limits:         Limits{BodyBytes: 65536, HeaderBytes: 8192, RequestTimeout: 90 * time.Second},
		Quotas:         defaultQuotas(),
		PolicyLint:     defaultPolicyLint(),
	}
	if diff := cmp.Diff(want, got, compare); diff != "" {
		t.Error(diff)
	}
}

func TestStrict(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "listn: x\n", "F:1:1: listn: there is no such setting; is it listen?"},
		{"unknown in section", "tls:\n  cert: x\n", "F:2:3: tls.cert: there is no such setting"},
		{"far from any", "banana: 1\n", "F:1:1: banana: there is no such setting"},
		{"dotted", "tls.cert_file: x\n", "F:1:1: tls.cert_file: a setting of a section is written below the section's name, not with a dot"},
		{"twice", "data: a\nregion: b\ndata: c\n", `F:3:1: mapping key "data" already defined at [1:1]`},
		{"section twice", "tls: {}\ntls: {}\n", `F:2:1: mapping key "tls" already defined at [1:1]`},
		{"number for text", "data: 1\n", "F:1:7: data: want a text, not the number 1"},
		{"bool for text", "region: true\n", "F:1:9: region: want a text, not true"},
		{"text for number", "audit:\n  keep: \"3\"\n", "F:2:9: audit.keep: want a number, not the text \"3\""},
		{"octal", "audit: {keep: 010}\n", `F:1:15: audit.keep: "010" is not a plain whole number`},
		{"underscore", "audit: {keep: 1_0}\n", `F:1:15: audit.keep: "1_0" is not a plain whole number`},
		{"huge", "audit: {keep: 99999999999999999999}\n", `F:1:15: audit.keep: want a number, not the text "99999999999999999999"`},
		{"float", "audit: {keep: 1.5}\n", "F:1:15: audit.keep: want a number, not float"},
		{"yes", "insecure_http: yes\n", `F:1:16: insecure_http: want true or false, not the text "yes"`},
		{"quoted bool", "insecure_http: \"true\"\n", `F:1:16: insecure_http: want true or false, not the text "true"`},
		{"odd bool", "insecure_http: True\n", `F:1:16: insecure_http: "True" is neither true nor false`},
		{"bare duration", "limits:\n  request_timeout: 30\n", "F:2:20: limits.request_timeout: want a duration such as 15s, not the number 30"},
		{"no duration", "limits:\n  request_timeout: soon\n", `F:2:20: limits.request_timeout: "soon" is not a duration such as 15s, 500ms or 2m`},
		{"list for text", "data: [a]\n", "F:1:7: data: want a text, not a list"},
		{"text for list", "trusted_proxies: 10.0.0.0/8\n", `F:1:18: trusted_proxies: want a list, not the text "10.0.0.0/8"`},
		{"two in one", "trusted_proxies: [\"10.0.0.0/8,::1\"]\n", "F:1:19: trusted_proxies: want one text per entry, not string"},
		{"no network", "trusted_proxies: [ten]\n", `F:1:18: trusted_proxies: "ten" is neither an address nor a network such as 10.0.0.0/8`},
		{"loose network", "trusted_proxies: [10.1.2.3/8]\n", `F:1:18: trusted_proxies: "10.1.2.3/8" has bits set beyond its length; write 10.0.0.0/8`},
		{"everyone", "trusted_proxies: [\"::/0\"]\n", `F:1:18: trusted_proxies: "::/0" would believe everyone's headers`},
		{"text for section", "tls: none\n", "F:1:6: tls: want settings, one per line as key: value, not string"},
		{"null", "data:\n", "F:1:7: data: want a text, not nothing (write \"\" for an empty text)"},
		{"anchor", "data: &a x\n", "F:1:7: data: want a text, not an anchor or alias"},
		{"merge", "<<: {data: x}\n", "F:1:1: want the name of a setting, not an anchor or alias"},
		{"tag", "data: !!str 1\n", "F:1:7: data: want a text, not a tag"},
		{"block", "data: |\n  x\n", "F:1:7: data: want a text, not a text of several lines"},
		{"list on top", "- data\n", "F:1:1: want settings, one per line as key: value, not a list"},
		{"second document", "data: a\n---\ndata: b\n", "F:3:5: a second document begins here; one file holds one"},
		{"tab", "tls:\n\tcert_file: x\n", "F:2:1: found character '\t' that cannot start any token"},
		{"control", "data: \"a\\nb\"\n", `F:1:7: data: "a\nb" holds a control character or is not UTF-8`},
		{"not UTF-8", "data: \xff\n", "F: the file is not UTF-8"},
		{"long", "#" + strings.Repeat("x", maxFile), "F: the file is longer than 32768 bytes"},
		{"deep", strings.Repeat("[", 300), "F: the file has more than 200 brackets"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, c.text)
			_, err := Load(path)
			if diff := cmp.Diff([]string{c.want}, faults(err, path)); diff != "" {
				t.Error(diff)
			}
			var f *Fault
			if !errors.As(err, &f) {
				t.Errorf("%T is no Fault", err)
			}
			if c, err := Read(path, nil, nil); c != nil || err == nil {
				t.Errorf("read all the same: %v, %v", c, err)
			}
		})
	}
}

func TestLenient(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "tls:\n", "tls:\n  # cert_file: x\ndata: d\n", "---\ndata: d\n", "{}\n", "data: d\r\nregion: r-1\r\n", "trusted_proxies: []\n"} {
		if _, err := Read(write(t, text), nil, nil); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestMissingFile(t *testing.T) {
	if c, err := Load(filepath.Join(t.TempDir(), "none.yaml")); c != nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, %v", c, err)
	}
}

// TestOrder: flags over environment over file over defaults.
func TestOrder(t *testing.T) {
	path := write(t, "data: file\nregion: file-1\nlisten: 127.0.0.1:1\n")
	env := map[string]string{"DAYPASS_REGION": "env-1", "DAYPASS_LISTEN": "127.0.0.1:2", "DAYPASS_TRUSTED_PROXIES": "10.0.0.0/8, ::1", "DAYPASS_LIMITS_REQUEST_TIMEOUT": "5s"}
	lookup := func(k string) (string, bool) { v, ok := env[k]; return v, ok }
	c, err := Read(path, lookup, map[string]string{"listen": "127.0.0.1:3"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != "file" || c.Region != "env-1" || c.Listen != "127.0.0.1:3" || c.Log.Level != "info" || len(c.TrustedProxies) != 2 || c.Limits.RequestTimeout != 5*time.Second {
		t.Errorf("got %+v", c)
	}
	// A fault names the source that set the value.
	env["DAYPASS_LOG_LEVEL"] = "loud"
	env["DAYPASS_AUDIT_KEEP"] = "few"
	_, err = Read(write(t, "region: US_EAST\n"), lookup, map[string]string{"log.format": "xml"})
	delete(env, "DAYPASS_REGION")
	for _, want := range []string{`DAYPASS_LOG_LEVEL: log.level: "loud" is none of`, `DAYPASS_AUDIT_KEEP: audit.keep: "few"`, `--log-format: log.format: "xml"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
}

func TestValidate(t *testing.T) {
	tls := TLS{"c", "k"}
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   []string // the beginning of each fault
	}{
		{"nothing", func(*Config) {}, nil},
		{"open", func(c *Config) { c.Listen = "0.0.0.0:80" }, []string{"listen: 0.0.0.0:80 can be reached by other hosts"}},
		{"open by default host", func(c *Config) { c.Listen = ":80" }, []string{"listen: :80 can be reached"}},
		{"open by name", func(c *Config) { c.Listen = "example.com:80" }, []string{"listen: example.com:80 can be reached"}},
		{"open admin", func(c *Config) { c.Admin.Listen = "[::]:81" }, []string{"admin.listen: [::]:81 can be reached"}},
		{"open and told so", func(c *Config) { c.Listen, c.InsecureHTTP = ":80", true }, nil},
		{"open with TLS", func(c *Config) { c.Listen, c.TLS = ":443", tls }, nil},
		{"loopback", func(c *Config) { c.Listen, c.Admin.Listen = "localhost:0", "[::1]:0" }, nil},
		{"mapped loopback", func(c *Config) { c.Listen = "[::ffff:127.0.0.1]:1" }, nil},
		{"other loopback", func(c *Config) { c.Listen = "127.9.9.9:1" }, nil},
		{"no port", func(c *Config) { c.Listen = "127.0.0.1" }, []string{`listen: "127.0.0.1" is not host:port`}},
		{"large port", func(c *Config) { c.Listen = "127.0.0.1:65536" }, []string{`listen: "127.0.0.1:65536" has no port number`}},
		{"named port", func(c *Config) { c.Listen = "127.0.0.1:http" }, []string{`listen: "127.0.0.1:http" has no port number`}},
		{"URL", func(c *Config) { c.Listen = "http://x:1" }, []string{`listen: "http://x:1" is not host:port`}},
		{"same port", func(c *Config) { c.Admin.Listen = c.Listen }, []string{"admin.listen: 127.0.0.1:4580 is taken by listen"}},
		{"any port twice", func(c *Config) { c.Listen, c.Admin.Listen = "127.0.0.1:0", "127.0.0.1:0" }, nil},
		{"half TLS", func(c *Config) { c.TLS.CertFile = "c" }, []string{"tls.key_file: is missing"}},
		{"other half", func(c *Config) { c.TLS.KeyFile = "k" }, []string{"tls.cert_file: is missing"}},
		{"legacy region", func(c *Config) { c.Region = "us-east-1" }, []string{`region: "us-east-1" is a name AWS tools treat apart`}},
		{"no region", func(c *Config) { c.Region = "" }, []string{`region: "" is not a region name`}},
		{"odd region", func(c *Config) { c.Region = "a--b" }, []string{`region: "a--b" is not a region name`}},
		{"no data", func(c *Config) { c.Data = "" }, []string{"data: is empty"}},
		{"root", func(c *Config) { c.Data = "/x/.." }, []string{"data: "}},
		{"key inside", func(c *Config) { c.Data, c.RootKey.File = "/d", "/d/sub/../key" }, []string{"root_key.file: /d/sub/../key is in the data folder"}},
		{"key beside", func(c *Config) { c.Data, c.RootKey.File = "/d", "/d/../d.key" }, nil},
		{"key in a lookalike", func(c *Config) { c.Data, c.RootKey.File = "/d", "/d..x/key" }, nil},
		{"key twice", func(c *Config) { c.RootKey = RootKey{"f", "E"} }, []string{"root_key.env: is set together"}},
		{"key itself", func(c *Config) { c.RootKey.Env = "c2VjcmV0+/=" }, []string{"root_key.env: is not the name"}},
		{"audit over state", func(c *Config) { c.Data, c.Audit.File = "/d", "/d/state.db" }, []string{"audit.file: /d/state.db is a part of the state"}},
		{"audit over key", func(c *Config) { c.RootKey.File, c.Audit.File = "/k", "/k" }, []string{"audit.file: /k is the root key"}},
		{"small rotation", func(c *Config) { c.Audit.MaxBytes = 1 }, []string{"audit.max_bytes: 1 is not between"}},
		{"no rotation", func(c *Config) { c.Audit.MaxBytes = 0 }, nil},
		{"everything", func(c *Config) {
			c.Audit.Keep, c.Limits = -1, Limits{}
			c.Log = Log{"x", "y"}
			c.Limits.ShutdownGrace = -1
			c.Data, c.Region, c.Listen = "", "", ""
		}, []string{"region: ", "log.level: ", "log.format: ", "listen: ", "data: ", "audit.keep: ", "limits.body_bytes: ", "limits.header_bytes: ", "limits.request_timeout: 0s is not between 1s and 10m0s", "limits.shutdown_grace: "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := Default()
			c.change(cfg)
			got := faults(cfg.Validate(), "/nowhere")
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], c.want[i]) {
					t.Errorf("got %q, want %q…", got[i], c.want[i])
				}
			}
		})
	}
	c := Default()
	c.RootKey.Env = "c2VjcmV0+/="
	if err := c.Validate(); err == nil || strings.Contains(err.Error(), "c2VjcmV0") {
		t.Errorf("a key set by mistake is repeated: %v", err)
	}
}

// TestPrint: what is printed gives the same settings again.
func TestPrint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOf(rapid.RuneFrom([]rune(`abz09 -_./\"':#[]{}&*!|>%@,?~ünï`)))
		c := Default()
		for _, f := range c.Fields() {
			value := ""
			switch f.kind {
			case text:
				value = rapid.OneOf(word, rapid.SampledFrom([]string{"true", "null", "~", "1", "0x1", "1e3", "", "-", "- a", "a: b", "yes", "2026-01-02", "<<", ".inf"})).Draw(t, f.Key)
			case flag:
				value = rapid.SampledFrom([]string{"true", "false"}).Draw(t, f.Key)
			case number:
				value = rapid.StringMatching(`[1-9][0-9]{0,8}`).Draw(t, f.Key)
			case duration:
				value = time.Duration(rapid.Int64().Draw(t, f.Key)).String()
			case list:
				values := []string{"", "10.0.0.0/8", "10.0.0.0/8,::1,fe80::/10"}
				if f.Key == "hosts" {
					values = []string{"", "sts.corp.example", "sts.corp.example:8443,[::1]:4580"}
				}
				if strings.HasPrefix(f.Key, "saml.") {
					values = []string{"", "urn:example:daypass", "https://sts.corp.example/saml,urn:x"}
				}
				if f.Key == "policy_lint.ignore" {
					values = []string{"", "MISSING_VERSION", "MISSING_VERSION,PUBLIC_ACCESS"}
				}
				value = rapid.SampledFrom(values).Draw(t, f.Key)
			}
			if err := f.Set(value); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		if err := c.Print(&b); err != nil {
			t.Fatal(err)
		}
		got := Default()
		if err := got.decode("printed", b.Bytes()); err != nil {
			t.Fatalf("%v\n%s", err, b.Bytes())
		}
		if diff := cmp.Diff(c, got, compare); diff != "" {
			t.Fatalf("%s\n%s", diff, b.Bytes())
		}
	})
}

// TestFieldsCoverTheStruct: no setting is left out of the table.
func TestFieldsCoverTheStruct(t *testing.T) {
	leaves := 0
	var walk func(reflect.Type)
	walk = func(s reflect.Type) {
		for i := range s.NumField() {
			if f := s.Field(i); !f.IsExported() {
				continue
			} else if f.Type.Kind() == reflect.Struct {
				walk(f.Type)
			} else {
				leaves++
			}
		}
	}
	walk(reflect.TypeFor[Config]())
	fields := Default().Fields()
	if len(fields) != leaves {
		t.Errorf("%d settings in the table, %d in the struct", len(fields), leaves)
	}
	seen := map[string]bool{}
	for _, f := range fields {
		if seen[f.Key] || seen[f.Flag()] || f.Usage == "" {
			t.Errorf("%s is there twice or has no usage", f.Key)
		}
		seen[f.Key], seen[f.Flag()] = true, true
		// What is there by default is what Set takes.
		if f.kind != text || f.String() != "" {
			if err := f.Set(f.String()); err != nil {
				t.Error(err)
			}
		}
	}
}

func FuzzFile(f *testing.F) {
	var b bytes.Buffer
	if err := Default().Print(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	for _, s := range []string{"data: [a, {b: c}]\n", "a: &x [*x]\n", "tls: {cert_file: x\n", "? a\n: b\n", "--- |\n x\n...\n", "data: \"\\u0000\"\n", "%YAML 1.2\n---\ndata: x", "- - - - a", "<<: *a", "limits: {request_timeout: -1ns}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c := Default()
		if err := c.decode("fuzz", text); err != nil {
			return
		}
		_ = c.Validate()
		var b bytes.Buffer
		if err := c.Print(&b); err != nil {
			t.Fatal(err)
		}
		got := Default()
		if err := got.decode("printed", b.Bytes()); err != nil {
			if b.Len() > maxFile {
				return
			}
			t.Fatalf("%v\n%s", err, b.Bytes())
		}
		if diff := cmp.Diff(c, got, compare); diff != "" {
			t.Fatalf("%s\n%s", diff, b.Bytes())
		}
	})
}
