package aws

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/xml"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/db"
	"github.com/daypass/daypass/internal/dialect"
	"github.com/daypass/daypass/internal/gate"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/issuer"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/report"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/sign/sigv4"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/store/memory"
	"github.com/daypass/daypass/internal/usage"
)

const (
	home  = "111111111111"
	other = "222222222222"

	allowAll  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	trustHome = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}]}`
	stamped   = "2026-11-22T12:00:00Z"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// door is the AWS door with all rooms behind it.
type door struct {
	t        testing.TB
	gate     *gate.Gate
	db       *db.DB
	audit    *audit.Memory
	uses     *usage.Log
	accesses *usage.Accesses
	now      time.Time
	creds    map[string]sigv4.Signer // by a name of the test's own
	given    []string                // every secret that was made
}

const administrator = "arn:aws:iam::aws:policy/AdministratorAccess"

// noting is randomness that notes the secrets made of it: 30 bytes in base64.
type noting struct{ d *door }

func (n noting) Read(b []byte) (int, error) {
	k, err := rand.Read(b)
	if len(b) == 30 {
		n.d.note(base64.StdEncoding.EncodeToString(b))
	}
	return k, err
}

// newDoor has the home account with the administrator "admin", the user "poor" without policies, the root, and the role "clerk"; and
// another account with the administrator "away".
func newDoor(t testing.TB) *door {
	t.Helper()
	d := &door{t: t, audit: audit.NewMemory(256), uses: &usage.Log{}, accesses: &usage.Accesses{}, now: noon, creds: map[string]sigv4.Signer{}}
	root := must[*seal.Root](t)(seal.NewRoot(must[secret.Text](t)(seal.GenerateRoot(rand.Reader))))
	engine := must[*memory.Engine](t)(memory.New(rand.Reader))
	now := func() time.Time { return d.now }
	d.db = must[*db.DB](t)(db.Open(t.Context(), engine, db.Options{Now: now, Random: rand.Reader}))
	g := &guard.Guard{Mint: session.NewMint(root, rand.Reader), Root: root, Audit: d.audit}
	d.gate = &gate.Gate{
		Dialects: []dialect.Dialect{New(nil)},
		Core: &op.Core{Passwords: credential.NewHasher(root, rand.Reader, 2), Guard: g, Random: noting{d}, Quotas: iam.DefaultQuotas(), KeyUse: d.uses.Last, Accesses: d.accesses, Reports: &report.Desk{}, Explain: d.audit, Latest: d.db.View,
			Issuers: &issuer.Signer{Root: root, External: "https://sts.test"},
			Update: func(ctx context.Context, c *op.Call, fn func(*iam.Tx) error) error {
				_, err := d.db.Update(ctx, store.Cause{ID: rand.Text(), Time: noon}, fn)
				return err
			}},
		View: d.db.View, Now: now, NewID: rand.Text, MaxBody: 1 << 20,
		Peer:     func(*http.Request) (netip.Addr, bool) { return netip.MustParseAddr("192.0.2.7"), true },
		Log:      slog.New(slog.NewTextHandler(io.Discard, nil)),
		Observe:  func(gate.Observation) {},
		Used:     d.uses.Note,
		Accesses: d.accesses,
	}
	d.change(func(tx *iam.Tx) {
		must[*iam.Account](t)(tx.CreateAccount(home, "Home"))
		must[*iam.Account](t)(tx.CreateAccount(other, "Other"))
		for account, users := range map[string][]string{home: {"admin", "poor", ""}, other: {"away"}} {
			for _, name := range users {
				if name != "" {
					must[*iam.User](t)(tx.CreateUser(account, iam.UserSpec{Name: name}))
				}
				id := must[string](t)(tx.NewAccessKeyID(account))
				key := d.note("secret of " + name + rand.Text())
				must[*iam.AccessKey](t)(tx.CreateAccessKey(account, name, id, must[[]byte](t)(root.Wrap([]byte(key), []byte(id)))))
				if name == "" {
					name = "root"
				}
				d.creds[name] = sigv4.Signer{AccessKeyID: id, Secret: secret.New(key), Region: "eu-central-1"}
			}
		}
		must[*iam.User](t)(tx.AttachUserPolicy(home, "admin", administrator))
		must[*iam.User](t)(tx.AttachUserPolicy(other, "away", administrator))
		must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "clerk", Trust: trustHome}))
		must[*iam.SealKey](t)(session.Rotate(tx, seal.DefaultSchedule(), root, rand.Reader, noon))
	})
	return d
}

func (d *door) note(text string) string {
	d.given = append(d.given, text)
	return text
}

func (d *door) change(f func(*iam.Tx)) {
	d.t.Helper()
	if _, err := d.db.Update(context.Background(), store.Cause{ID: rand.Text(), Time: noon}, func(tx *iam.Tx) error { f(tx); return nil }); err != nil {
		d.t.Fatal(err)
	}
}

// answer is what a client got.
type answer struct {
	status        int
	code, message string // of an error
	body          string
	request       string // request id
	header        http.Header
}

// pairs are parameters by name and value, in turn.
func pairs(list ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(list); i += 2 {
		v.Set(list[i], list[i+1])
	}
	return v
}

var versions = map[string]string{"sts": "2011-06-15", "iam": "2010-05-08", "daypass": "2026-11-22"}

// call signs an operation of a service as somebody, sends it and reads the answer.
func (d *door) call(who, operation string, params url.Values) answer {
	d.t.Helper()
	service, action, _ := strings.Cut(operation, ":")
	if service == "organizations" {
		return d.tell(who, action, d.organized(action))
	}
	form := url.Values{"Action": {action}, "Version": {versions[service]}}
	for name, v := range params {
		form[name] = v
	}
	return d.send(who, service, form.Encode(), nil)
}

func (d *door) send(who, service, body string, change func(*http.Request)) answer {
	d.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	if signer, ok := d.creds[who]; ok {
		signer.Service = service
		r.URL.Host, r.URL.Scheme = r.Host, "https"
		if err := signer.Sign(r, []byte(body), d.now); err != nil {
			d.t.Fatal(err)
		}
	}
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	d.gate.ServeHTTP(w, r)
	a := answer{status: w.Code, body: w.Body.String(), header: w.Header(), request: w.Header().Get("X-Amzn-Requestid")}
	if w.Code >= 400 && !strings.HasPrefix(a.body, "{") {
		var e struct {
			XMLName xml.Name `xml:"ErrorResponse"`
			Error   struct{ Type, Code, Message string }
			ID      string `xml:"RequestId"`
		}
		if err := xml.Unmarshal([]byte(a.body), &e); err != nil || e.ID != a.request || e.Error.Code == "" || e.Error.Message == "" ||
			(e.Error.Type == "Sender") != (w.Code < 500) {
			d.t.Errorf("%s: %v in %s", body, err, a.body)
		}
		a.code, a.message = e.Error.Code, e.Error.Message
	}
	return a
}

// good fails the test unless the call succeeds.
func (d *door) good(who, operation string, params url.Values) answer {
	d.t.Helper()
	a := d.call(who, operation, params)
	if a.status != http.StatusOK {
		d.t.Fatalf("%s by %s: %d %s: %s", operation, who, a.status, a.code, a.message)
	}
	return a
}

// bad fails the test unless the call fails with that code and text.
func (d *door) bad(who, operation string, params url.Values, status int, code, message string) {
	d.t.Helper()
	a := d.call(who, operation, params)
	if a.status != status || a.code != code || a.message != message {
		d.t.Errorf("%s by %s:\n got %d %s %s\nwant %d %s %s", operation, who, a.status, a.code, a.message, status, code, message)
	}
}

// become gives a name to the credentials of a session of a role.
func (d *door) become(who, name, role string, more ...string) {
	d.t.Helper()
	params := pairs(append([]string{"RoleArn", "arn:aws:iam::111111111111:role/" + role, "RoleSessionName", "desk"}, more...)...)
	a := d.good(who, "sts:AssumeRole", params)
	d.creds[name] = d.signer(a)
}

// signer signs with the credentials in an answer.
func (d *door) signer(a answer) sigv4.Signer {
	s := sigv4.Signer{AccessKeyID: a.text("AccessKeyId"), Secret: secret.New(d.note(a.text("SecretAccessKey"))), Region: "eu-central-1"}
	if token := a.text("SessionToken"); token != "" {
		s.SessionToken = secret.New(d.note(token))
	}
	return s
}

// text is the content of the first element of a name.
func (a *answer) text(name string) string {
	_, rest, _ := strings.Cut(a.body, "<"+name+">")
	text, _, _ := strings.Cut(rest, "</"+name+">")
	return text
}

// members lists the elements of the result, as paths, sorted, each once. Whatever is not in it was left out.
func (a *answer) members(t testing.TB) string {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader([]byte(a.body)))
	var path, list []string
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v in %s", err, a.body)
		}
		switch token := token.(type) {
		case xml.StartElement:
			path = append(path, token.Name.Local)
			if len(path) > 2 && strings.HasSuffix(path[1], "Result") && token.Name.Local != "member" {
				list = append(list, strings.ReplaceAll(strings.Join(path[2:], "."), ".member", ""))
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		}
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " ")
}
