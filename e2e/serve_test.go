package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/daypass/daypass/e2e/process"
)

// serve starts a persistent server on a folder. It is stopped at the end of the test unless it has ended before.
func serve(t *testing.T, folder string, args ...string) *process.Server {
	t.Helper()
	s := must(process.Serve(serving(folder, args...)))(t)
	t.Cleanup(func() {
		if err := s.Stop(); err != nil && !strings.Contains(err.Error(), "code -1") {
			t.Errorf("server: %v", err)
		}
		if strings.Contains(s.Stderr(), "panic") {
			t.Errorf("the server panicked: %s", s.Stderr())
		}
	})
	return s
}

func serving(folder string, args ...string) process.Options {
	return process.Options{Binary: tools.daypass, Env: bare(), Admin: true, Folder: filepath.Dir(folder), Args: append([]string{"--data", folder}, args...)}
}

// first reads what the first start left for the operator.
func first(t *testing.T, folder string) (creds, string) {
	t.Helper()
	path := filepath.Join(folder, "bootstrap.json")
	if mode := must(os.Stat(path))(t).Mode(); mode.Perm() != 0o600 {
		t.Errorf("bootstrap.json has mode %v, want 0600", mode.Perm())
	}
	var in struct {
		AccountID string `json:"account_id"`
		ID        string `json:"access_key_id"`
		Secret    string `json:"secret_access_key"`
	}
	ok(t, json.Unmarshal(must(os.ReadFile(path))(t), &in))
	return creds{in.ID, in.Secret, ""}, in.AccountID
}

// TestServe is the life of an installation: first start, work, restart, and what it says of itself.
func TestServe(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	s := serve(t, folder)
	c, account := first(t, folder)
	for _, text := range []string{s.Stdout(), s.Stderr()} {
		if strings.Contains(text, c.secret) {
			t.Error("the first secret is printed although nobody sits at a terminal")
		}
	}
	for path, mode := range map[string]os.FileMode{folder: 0o700, folder + ".key": 0o600, filepath.Join(folder, "audit.jsonl"): 0o600} {
		if got := must(os.Stat(path))(t).Mode().Perm(); got != mode {
			t.Errorf("%s has mode %v, want %v", filepath.Base(path), got, mode)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		for _, base := range []string{s.Endpoint, s.Admin} {
			if r := get(t, base+path); r.status != 200 || r.body != "ok\n" {
				t.Errorf("%s: %d %s", path, r.status, r.body)
			}
		}
	}
	a := by(s, c)
	role := a.role(t, "kept", trust("arn:aws:iam::"+account+":root", ""), allow("iam:ListUsers", "*"))
	kept := a.user(t, "kept", allow("sts:AssumeRole", "*"))
	session := kept.assume(t, role, nil)
	_, err := session.iam.ListRoles(ctx, &iam.ListRolesInput{})
	fails(t, err, "AccessDenied")
	identity(t, s, creds{c.id, "wrong", ""}).refused(t, "wrong secret", "SignatureDoesNotMatch")
	metrics := get(t, s.Admin+"/metrics")
	for _, want := range []string{"daypass_", `operation="AssumeRole"`, `operation="CreateUser"`, "SignatureDoesNotMatch", "go_goroutines"} {
		if !strings.Contains(metrics.body, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if r := get(t, s.Endpoint+"/metrics"); r.status == 200 {
		t.Error("metrics are on the public address")
	}
	if r := get(t, s.Endpoint+"/_dev/clock"); r.status == 200 {
		t.Error("the clock can be moved")
	}
	if r := get(t, s.Endpoint+"/demo"); r.status == 200 {
		t.Error("the demo API is served")
	}

	// A second process on the same folder.
	env := bare()
	r := run(t, env, "daypass", "serve", "--data", folder, "--listen", "127.0.0.1:0", "--admin-listen", "")
	if r.code != 1 || !strings.Contains(r.err, "another") && !strings.Contains(r.err, "in use") && !strings.Contains(r.err, "lock") {
		t.Errorf("a second process: exit code %d, %s", r.code, r.err)
	}

	ok(t, s.Stop())
	if !strings.Contains(s.Stderr(), `"msg":"stopped"`) || s.Stdout() != "" {
		t.Errorf("the end: stdout %q, stderr %s", s.Stdout(), s.Stderr())
	}
	ok(t, os.Remove(filepath.Join(folder, "bootstrap.json")))
	s = serve(t, folder)
	if _, err := os.Stat(filepath.Join(folder, "bootstrap.json")); err == nil {
		t.Error("the second start made a bootstrap file")
	}
	// Sessions from before are good, users and roles are there.
	session = by(s, session.creds)
	must(session.iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
	a = by(s, c)
	must(a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("kept")}))(t)
	must(by(s, kept.creds).try(role, nil))(t)

	// keys rotate: the session from before both lives on.
	well(t, as(s, c), "daypass", "keys", "rotate")
	must(session.iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
	ok(t, s.Stop())
	s = serve(t, folder)
	must(by(s, session.creds).iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
	// What was used last is remembered over restarts.
	used := must(by(s, c).iam.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &kept.id}))(t)
	if used.AccessKeyLastUsed.LastUsedDate == nil {
		t.Error("the last use of a key is forgotten")
	}
	ok(t, s.Stop())

	// Without the root key nothing opens, and nothing is overwritten.
	ok(t, os.Rename(folder+".key", folder+".elsewhere"))
	r = run(t, env, "daypass", "serve", "--data", folder, "--listen", "127.0.0.1:0", "--admin-listen", "")
	if r.code != 1 || !strings.Contains(r.err, "root key") {
		t.Errorf("without the root key: exit code %d, %s", r.code, r.err)
	}
	if _, err := os.Stat(folder + ".key"); err == nil {
		t.Error("a new root key was made over an old state")
	}
	s = serve(t, folder, "--root-key-file", folder+".elsewhere")
	must(by(s, session.creds).iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
}

// TestServeRefuses: settings that would be unsafe or that nobody meant.
func TestServeRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	env := bare()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		ok(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"all interfaces without TLS", []string{"--listen", "0.0.0.0:0"}, []string{"listen", "TLS", "tls.cert_file"}},
		{"operators on all interfaces", []string{"--admin-listen", "0.0.0.0:0"}, []string{"admin.listen"}},
		{"unknown setting", []string{"--config", file("unknown.yaml", "region: home-1\nlimits:\n  body_byte: 65536\n")}, []string{"unknown.yaml:3:3", "limits.body_byte"}},
		{"a setting twice", []string{"--config", file("twice.yaml", "region: home-1\nregion: home-2\n")}, []string{"twice.yaml:2"}},
		{"wrong kind", []string{"--config", file("kind.yaml", "limits:\n  body_bytes: many\n")}, []string{"kind.yaml:2:15", "limits.body_bytes"}},
		{"missing file", []string{"--config", filepath.Join(dir, "none.yaml")}, []string{"none.yaml"}},
		{"certificate without key", []string{"--tls-cert-file", "x.pem"}, []string{"tls.key_file"}},
		{"region of AWS", []string{"--region", "us-east-1"}, []string{"us-east-1", "daypass-1"}},
		{"key in the data folder", []string{"--root-key-file", filepath.Join(dir, "d", "key"), "--data", filepath.Join(dir, "d")}, []string{"root_key.file"}},
	} {
		r := run(t, env, "daypass", append([]string{"serve"}, c.args...)...)
		if r.code != 2 || r.out != "" {
			t.Errorf("%s: exit code %d, stdout %q", c.name, r.code, r.out)
		}
		for _, want := range c.want {
			if !strings.Contains(r.err, want) {
				t.Errorf("%s: %q lacks %q", c.name, r.err, want)
			}
		}
	}
	if r := run(t, env, "daypass", "dev", "--listen", "0.0.0.0:0"); r.code != 2 || !strings.Contains(r.err, "loopback") {
		t.Errorf("dev on all interfaces: exit code %d, %s", r.code, r.err)
	}
	// What --print-config prints is a file that means the same.
	given := file("given.yaml", "region: home-7\ntrusted_proxies: [10.0.0.0/8]\nlimits:\n  request_timeout: 12s\n")
	one := well(t, append(env, "DAYPASS_LOG_LEVEL=debug"), "daypass", "serve", "--config", given, "--listen", "127.0.0.1:4999", "--print-config")
	two := well(t, env, "daypass", "serve", "--config", file("printed.yaml", one), "--print-config")
	if one != two || !strings.Contains(one, "home-7") || !strings.Contains(one, "debug") || !strings.Contains(one, "12s") || !strings.Contains(one, "10.0.0.0/8") {
		t.Errorf("printed first\n%sand then\n%s", one, two)
	}
}

// TestServeUnattended starts with a key that the operator chose.
func TestServeUnattended(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder, prepared := filepath.Join(dir, "data"), filepath.Join(dir, "first.json")
	c := creds{"AKIAQAAAAAAAEXAMPLE7", strings.Repeat("prepared/secret+", 3), ""}
	write := func(text string) { ok(t, os.WriteFile(prepared, []byte(text), 0o600)) }
	env := bare("DAYPASS_BOOTSTRAP_FILE=" + prepared)
	for name, text := range map[string]string{
		"short secret": `{"access_key_id":"AKIAQAAAAAAAEXAMPLE7","secret_access_key":"short"}`, "no id": `{"secret_access_key":"` + c.secret + `"}`,
		"unknown member": `{"acces_key_id":"x"}`, "no JSON": `x`,
	} {
		write(text)
		r := run(t, env, "daypass", "serve", "--data", folder, "--listen", "127.0.0.1:0", "--admin-listen", "")
		if r.code == 0 || strings.Contains(r.err, c.secret) {
			t.Errorf("%s: exit code %d, %s", name, r.code, r.err)
		}
	}
	write(`{"account_id":"000000000000","account_name":"company","user_name":"operator","access_key_id":"` + c.id + `","secret_access_key":"` + c.secret + `"}`)
	o := serving(folder)
	o.Env = env
	s, err := process.Serve(o)
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Stop()) })
	if got := by(s, c).arn(t); got != "arn:aws:iam::000000000000:user/operator" {
		t.Errorf("the operator is %s", got)
	}
	if _, err := os.Stat(filepath.Join(folder, "bootstrap.json")); err == nil {
		t.Error("a key that the operator chose was written down again")
	}
	if strings.Contains(s.Stderr(), c.secret) {
		t.Error("the secret is in the log")
	}
}

// certificate writes a self-signed certificate for loopback and the given names.
func certificate(t *testing.T, dir string, names ...string) (cert, key string) {
	t.Helper()
	cert, key, err := writeCertificate(dir, names...)
	ok(t, err)
	return cert, key
}

func writeCertificate(dir string, names ...string) (cert, key string, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "daypass test"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: append(names, "localhost")}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return "", "", err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", "", err
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if err := os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		return "", "", err
	}
	return cert, key, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600)
}

// TestServeTLS: the command line interface trusts the server by AWS_CA_BUNDLE, and policies see that the connection is secure.
func TestServeTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := filepath.Join(dir, "data")
	cert, key := certificate(t, dir)
	s := serve(t, folder, "--tls-cert-file", cert, "--tls-key-file", key)
	if !strings.HasPrefix(s.Endpoint, "https://") {
		t.Fatalf("the endpoint is %s", s.Endpoint)
	}
	c, account := first(t, folder)
	env := as(s, c, "AWS_CA_BUNDLE="+cert, "SSL_CERT_FILE="+cert)
	if got := well(t, env, "aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"); strings.TrimSpace(got) != "arn:aws:iam::"+account+":user/admin" {
		t.Errorf("I am %s", got)
	}
	if r := run(t, as(s, c), "aws", "sts", "get-caller-identity"); r.code == 0 {
		t.Error("a client that does not trust the certificate was content")
	}
	well(t, env, "aws", "iam", "create-user", "--user-name", "careful")
	well(t, env, "aws", "iam", "put-user-policy", "--user-name", "careful", "--policy-name", "p", "--policy-document", when("iam:ListUsers", `{"Bool":{"aws:SecureTransport":"true"}}`))
	var made struct {
		AccessKey struct{ AccessKeyId, SecretAccessKey string }
	}
	ok(t, json.Unmarshal([]byte(well(t, env, "aws", "iam", "create-access-key", "--user-name", "careful", "--output", "json")), &made))
	careful := as(s, creds{made.AccessKey.AccessKeyId, made.AccessKey.SecretAccessKey, ""}, "AWS_CA_BUNDLE="+cert, "SSL_CERT_FILE="+cert)
	well(t, careful, "aws", "iam", "list-users")
	if got := well(t, careful, "daypass", "whoami", "--output", "json"); !strings.Contains(got, ":user/careful") {
		t.Errorf("whoami: %s", got)
	}
}

// TestServeGraceful: a request under way when the server is told to stop gets its answer.
func TestServeGraceful(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	s := serve(t, folder)
	c, _ := first(t, folder)
	reading, writing := connect(t, s)
	text := (&hand{creds: c, body: identityForm}).text(s)
	half := len(text) - 10
	_, err := writing.Write([]byte(text[:half]))
	ok(t, err)
	// The answer to another request says that the server has had time to read the first half.
	identity(t, s, c)
	ok(t, s.Signal(syscall.SIGTERM))
	for {
		c, err := net.DialTimeout("tcp", strings.TrimPrefix(s.Endpoint, "http://"), time.Second)
		if err != nil {
			break
		}
		ok(t, c.Close())
	}
	_, err = writing.Write([]byte(text[half:]))
	ok(t, err)
	if answer := reading(); !strings.Contains(answer, "200 OK") || !strings.Contains(answer, ":user/admin") {
		t.Errorf("the request under way got %q", answer)
	}
	if code, err := s.Wait(); err != nil || code != 0 {
		t.Errorf("exit code %d: %v", code, err)
	}
}

// connect opens a connection; reading returns everything until the other side closes.
func connect(t *testing.T, s *process.Server) (reading func() string, writing net.Conn) {
	t.Helper()
	c := must(net.Dial("tcp", strings.TrimPrefix(s.Endpoint, "http://")))(t)
	t.Cleanup(func() { c.Close() })
	ok(t, c.SetDeadline(time.Now().Add(30*time.Second)))
	return func() string {
		var b strings.Builder
		buf := make([]byte, 4096)
		for {
			n, err := c.Read(buf)
			b.Write(buf[:n])
			if err != nil {
				return b.String()
			}
		}
	}, c
}
