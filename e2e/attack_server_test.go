package e2e

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/daypass/daypass/e2e/process"
)

// TestAttack18_DefaultCredentials: no key is known beforehand, and nobody is told one unasked (GHSA-h956, CVE-2023-28432).
func TestAttack18_DefaultCredentials(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one := serve(t, filepath.Join(dir, "one"))
	c1, _ := first(t, filepath.Join(dir, "one"))
	serve(t, filepath.Join(dir, "two"))
	c2, _ := first(t, filepath.Join(dir, "two"))
	if c1.id == c2.id || c1.secret == c2.secret {
		t.Error("two installations share a key")
	}
	key := strings.TrimSpace(string(must(os.ReadFile(filepath.Join(dir, "one.key")))(t)))
	if key == strings.TrimSpace(string(must(os.ReadFile(filepath.Join(dir, "two.key")))(t))) {
		t.Error("two installations share the root key")
	}
	dev := devServer(t)
	other := devServer(t)
	if dev.Account.Root.Secret == other.Account.Root.Secret || dev.Account.Users[0].Secret == other.Account.Users[0].Secret {
		t.Error("two development servers share a key")
	}
	for _, c := range []creds{{"minioadmin", "minioadmin", ""}, {"rustfsadmin", "rustfsadmin", ""}, {"admin", "admin", ""}, {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""},
		{"test", "test", ""}, {"daypass", "daypass", ""}, {"root", "root", ""}, {c1.id, "", ""}, {"", "x", ""}} {
		identity(t, one, c).refused(t, "credentials "+c.id)
		identity(t, dev, c).refused(t, "credentials "+c.id)
	}
	secrets := []string{c1.secret, key, dev.Account.Root.Secret, dev.Account.Users[0].Secret}
	for _, base := range []string{one.Endpoint, one.Admin, dev.Endpoint} {
		for _, path := range []string{"/", "/healthz", "/readyz", "/metrics", "/demo", "/demo/notes", "/_dev/clock", "/debug/pprof/", "/debug/vars", "/config", "/env", "/v1/config",
			"/minio/bootstrap/v1/verify", "/.env", "/bootstrap.json", "/../bootstrap.json", "/api/config", "/?Action=ListUsers&Version=2010-05-08", "/?Action=ListKeys&Version=2026-11-22"} {
			for _, method := range []string{"GET", "POST", "OPTIONS"} {
				r := send(t, must(http.NewRequest(method, base+path, nil))(t))
				for _, secret := range secrets {
					if strings.Contains(r.body, secret) {
						t.Errorf("%s %s tells a secret", method, path)
					}
				}
				if strings.Contains(path, "Action=") && r.status == 200 {
					t.Errorf("%s %s is answered unsigned: %s", method, path, r.body)
				}
			}
		}
	}
	out := run(t, bare("DAYPASS_ROOT_KEY_ENV=THE_KEY", "THE_KEY="+key), "daypass", "serve", "--print-config")
	if out.code != 0 || strings.Contains(out.out+out.err, key) {
		t.Errorf("--print-config: exit code %d, or the key is shown", out.code)
	}
}

// TestAttack19_SecretsInLogs runs a whole story with everything written down, and looks for every secret in everything that was
// written (GHSA-r54g, 8cm2, 333v, Vault CVE-2024-8365).
func TestAttack19_SecretsInLogs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := filepath.Join(dir, "data")
	s := serve(t, folder, "--log-level", "debug")
	c, account := first(t, folder)
	a := by(s, c)
	secrets := map[string]string{"bootstrap": c.secret, "root key": strings.TrimSpace(string(must(os.ReadFile(folder + ".key"))(t)))}
	keep := func(name string, w *who) *who {
		secrets[name+" secret"] = w.secret
		if w.token != "" {
			secrets[name+" token"] = w.token
		}
		return w
	}
	u := keep("user", a.user(t, "teller", allow("sts:AssumeRole", "*")))
	role := a.role(t, "told", trust("arn:aws:iam::"+account+":root", ""), allow("*", "*"))
	session := keep("session", u.assume(t, role, &sts.AssumeRoleInput{Policy: aws.String(allowBut("iam:CreateUser"))}))
	chained := keep("chained session", session.assume(t, role, nil))
	_, err := session.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("x")})
	fails(t, err, "AccessDenied")
	// Everything that goes wrong: what was sent is at hand in the server when it does.
	identity(t, s, creds{session.id, u.secret, session.token}).refused(t, "wrong secret")
	identity(t, s, session.with(session.token+"A")).refused(t, "longer token")
	identity(t, s, u.with(session.token)).refused(t, "token with another key")
	get(t, must(sts.NewPresignClient(session.sts).PresignGetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))(t).URL)
	get(t, session.presign(t, s, "Action=Nonsense&Version=2011-06-15", signature{})).refused(t, "presigned nonsense")
	raw(t, s, "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: AWS4-HMAC-SHA256 Credential="+session.id+"/"+session.secret+"/x\r\nX-Amz-Security-Token: "+session.token+"\r\nContent-Length: 0\r\n\r\n")
	// Clients of another kind send what they have in the ways they know.
	for _, header := range []string{"Bearer " + session.token, "Basic " + base64.StdEncoding.EncodeToString([]byte(u.id+":"+u.secret)), "AWS " + u.id + ":" + u.secret, u.secret} {
		raw(t, s, "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: "+header+"\r\nContent-Length: 0\r\n\r\n").refused(t, "another scheme")
	}
	secrets["user secret in Basic"] = base64.StdEncoding.EncodeToString([]byte(u.id + ":" + u.secret))
	// The secret is put where an access key id belongs, as happens when two values are pasted the wrong way round.
	by(s, u.creds).ask(t, "iam", versions["iam"], "DeleteAccessKey", "UserName", "teller", "AccessKeyId", "not an id")
	by(s, c).ask(t, "sts", versions["sts"], "AssumeRole", "RoleArn", role, "RoleSessionName", "x y", "TokenCode", "123456x")
	r := a.ask(t, "iam", versions["iam"], "CreateAccessKey", "UserName", "teller")
	if _, rest, found := strings.Cut(r.body, "<SecretAccessKey>"); found {
		second, _, _ := strings.Cut(rest, "<")
		secrets["second key"] = strings.NewReplacer("&#43;", "+", "&#47;", "/").Replace(second)
	} else {
		t.Fatalf("no second key: %s", r.body)
	}
	r = session.ask(t, "iam", versions["iam"], "CreateUser", "UserName", "x")
	told := well(t, as(s, c), "daypass", "explain", r.header.Get("X-Amzn-Requestid"))
	told += well(t, as(s, c), "daypass", "explain", r.header.Get("X-Amzn-Requestid"), "--output", "json")
	var made struct {
		AdminUser struct{ SecretAccessKey string }
	}
	ok(t, json.Unmarshal([]byte(well(t, as(s, c), "daypass", "account", "create", "tenant", "--output", "json")), &made))
	secrets["tenant"] = made.AdminUser.SecretAccessKey
	well(t, as(s, c), "daypass", "keys", "rotate")
	told += well(t, as(s, c), "daypass", "keys", "list", "--output", "json")
	// Verbose clients of ours.
	bad := run(t, as(s, creds{u.id, u.secret, "bad-token"}), "daypass", "whoami")
	told += bad.out + bad.err
	told += run(t, as(s, chained.creds), "daypass", "creds", "nowhere").err
	told += get(t, s.Admin+"/metrics").body
	ok(t, s.Stop())
	s = serve(t, folder, "--log-level", "debug", "--log-format", "json")
	identity(t, s, session.creds)
	ok(t, s.Stop())
	told += s.Stdout() + s.Stderr()

	files := 0
	ok(t, filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() || info.Name() == "bootstrap.json" {
			return err
		}
		files++
		text := must(os.ReadFile(path))(t)
		told += string(text)
		return nil
	}))
	if files < 2 || !strings.Contains(told, "AssumeRole") || !strings.Contains(told, session.id) {
		t.Fatalf("the traces that are searched are not there: %d files", files)
	}
	for name, secret := range secrets {
		if len(secret) < 20 {
			t.Fatalf("%s: %q is no secret", name, secret)
		}
		if i := strings.Index(told, secret); i >= 0 {
			t.Errorf("the %s is written down: …%s…", name, told[max(0, i-120):i])
		}
		if strings.Contains(told, strings.ReplaceAll(strings.ReplaceAll(secret, "+", "%2B"), "/", "%2F")) && strings.ContainsAny(secret, "+/") {
			t.Errorf("the %s is written down, percent-encoded", name)
		}
	}
}

// TestAttack54_FailOpenOnError: when the audit trail cannot be written, nothing is given out (RustFS GHSA-j548, r5qv).
func TestAttack54_FailOpenOnError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// A limit on the size of files stands for a full disk.
	wrapper := filepath.Join(dir, "limited")
	ok(t, os.WriteFile(wrapper, []byte("#!/bin/bash\nulimit -f 16\nexec "+tools.daypass+" \"$@\"\n"), 0o755))
	s, err := process.Dev(process.Options{Binary: wrapper, Env: bare(), Args: []string{"--audit", filepath.Join(dir, "audit.jsonl")}})
	ok(t, err)
	t.Cleanup(func() { s.Kill() })
	a := by(s, admin(s))
	role := "arn:aws:iam::" + s.Account.ID + ":role/uploader"
	full := false
	for range 200 {
		if r := identity(t, s, a.creds); r.status != 200 {
			full = r.status == 503 && r.code == "ServiceUnavailable"
			break
		}
	}
	if !full {
		t.Fatal("the trail never got full")
	}
	for range 3 {
		r := a.ask(t, "sts", versions["sts"], "AssumeRole", "RoleArn", role, "RoleSessionName", "story")
		if r.status != 503 || strings.Contains(r.body, "SessionToken") {
			t.Errorf("AssumeRole without a record: %d %s", r.status, r.body)
		}
		r = a.ask(t, "iam", versions["iam"], "CreateAccessKey", "UserName", "alice")
		if r.status != 503 || strings.Contains(r.body, "SecretAccessKey") {
			t.Errorf("CreateAccessKey without a record: %d %s", r.status, r.body)
		}
		note := must(http.NewRequest(http.MethodPut, s.Endpoint+"/demo/notes/alice/x", strings.NewReader("x")))(t)
		if r := send(t, a.sign(t, s, note, signature{service: "demo"})); r.status < 500 {
			t.Errorf("a note without a record: %d %s", r.status, r.body)
		}
	}
	// A trail that cannot even be opened keeps the server from starting.
	if r := run(t, bare(), "daypass", "dev", "--listen", "127.0.0.1:0", "--audit", filepath.Join(dir, "no", "such", "folder", "audit.jsonl")); r.code != 1 || !strings.Contains(r.err, "audit") {
		t.Errorf("no folder for the trail: exit code %d, %s", r.code, r.err)
	}
}

// TestAttack11_GuessingIsSlowed: whoever keeps failing is not heard for a while, and is heard again later.
func TestAttack11_GuessingIsSlowed(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	s := serve(t, folder)
	c, _ := first(t, folder)
	wrong := by(s, creds{c.id, strings.Repeat("x", 40), ""})
	slowed := false
	for range 2000 {
		if r := wrong.ask(t, "sts", versions["sts"], "GetCallerIdentity"); r.code == "Throttling" {
			slowed = true
			break
		} else if r.code != "SignatureDoesNotMatch" {
			t.Fatalf("a wrong secret: %d %s", r.status, r.code)
		}
	}
	if !slowed {
		t.Fatal("two thousand wrong secrets were listened to")
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		if r := by(s, c).ask(t, "sts", versions["sts"], "GetCallerIdentity"); r.status == 200 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the right secret is not heard again")
		}
	}
}
