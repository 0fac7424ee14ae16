package server

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

func read(t *testing.T, path string) FirstAdmin {
	t.Helper()
	var a FirstAdmin
	if err := json.Unmarshal(must[[]byte](t)(os.ReadFile(path)), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func exists(t *testing.T, path string, want bool) {
	t.Helper()
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) == want {
		t.Errorf("%s is there: %t, want %t", filepath.Base(path), !want, want)
	}
}

func TestBootstrap(t *testing.T) {
	p, folder := newParts(t), t.TempDir()
	s := p.server(t, nil)
	made, err := s.Bootstrap(t.Context(), folder, nil)
	if err != nil || made == nil {
		t.Fatal(err)
	}
	final := filepath.Join(folder, BootstrapName)
	if got := read(t, final); got != *made || made.UserName != "admin" || made.AccountName != "home" {
		t.Errorf("%+v, %+v", got, made)
	}
	if info := must[os.FileInfo](t)(os.Stat(final)); info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %o", info.Mode().Perm())
	}
	exists(t, final+".new", false)
	if w := ask(t, s, made.AccessKeyID, made.SecretAccessKey, nil); w.Code != 200 || !strings.Contains(w.Body.String(), "user/admin") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if a, err := s.View().Account(made.AccountID); err != nil || !a.Home {
		t.Errorf("%+v, %v", a, err)
	}
	// Once and for all: neither again, nor after a restart, nor with a prepared key.
	revision := s.db.Revision()
	for _, given := range []*FirstAdmin{nil, {AccessKeyID: "x", SecretAccessKey: "y"}} {
		again, err := p.server(t, nil).Bootstrap(t.Context(), folder, given)
		if again != nil || err != nil {
			t.Errorf("%+v, %v", again, err)
		}
	}
	if p.server(t, nil).db.Revision() != revision {
		t.Error("the state changed")
	}
}

func TestBootstrapWithAGivenKey(t *testing.T) {
	p, folder := newParts(t), t.TempDir()
	s := p.server(t, nil)
	id := must[string](t)(iam.NewKeyID(iam.PrefixAccessKey, "123456789012", strings.NewReader("0123456789")))
	given := &FirstAdmin{AccountID: "123456789012", AccountName: "Corp", UserName: "boss", AccessKeyID: id, SecretAccessKey: strings.Repeat("s", 40)}
	// What an attempt before this one left behind opens nothing, and must not be handed over later.
	draft := filepath.Join(folder, BootstrapName+".new")
	if err := os.WriteFile(draft, []byte(`{"access_key_id":"AKIAOLD"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	made, err := s.Bootstrap(t.Context(), folder, given)
	if err != nil || *made != *given {
		t.Fatalf("%+v, %v", made, err)
	}
	if w := ask(t, s, id, given.SecretAccessKey, nil); w.Code != 200 || !strings.Contains(w.Body.String(), "arn:aws:iam::123456789012:user/boss") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if _, err := p.server(t, nil).Bootstrap(t.Context(), folder, nil); err != nil {
		t.Fatal(err)
	}
	// The operator has the key already: it is written nowhere.
	exists(t, draft, false)
	exists(t, filepath.Join(folder, BootstrapName), false)
}

func TestBootstrapNamesWithoutAKey(t *testing.T) {
	folder := t.TempDir()
	made, err := newParts(t).server(t, nil).Bootstrap(t.Context(), folder, &FirstAdmin{AccountID: "123456789012", UserName: "boss"})
	if err != nil || made.AccountID != "123456789012" || made.UserName != "boss" || made.AccountName != "home" || read(t, filepath.Join(folder, BootstrapName)) != *made {
		t.Errorf("%+v, %v", made, err)
	}
}

// failing is an engine that fails from a given commit on: before it is made, or after.
type failing struct {
	store.Engine
	left int
	made bool
}

func (f *failing) Commit(ctx context.Context, after store.Position, batches ...store.Batch) (store.Position, error) {
	if f.left--; f.left >= 0 {
		return f.Engine.Commit(ctx, after, batches...)
	}
	if f.made {
		_, _ = f.Engine.Commit(ctx, after, batches...)
	}
	return store.Position{}, errors.New("the power went out")
}

// Wherever the power goes out, the next start ends with one account and a key that opens it in the file.
func TestBootstrapSurvivesACrash(t *testing.T) {
	for name, crash := range map[string]func(t *testing.T, p *parts, folder string){
		"before the state is made": func(t *testing.T, p *parts, folder string) {
			engine := p.engine
			p.engine = &failing{Engine: engine, left: 1} // the first is the key ring's
			if _, err := p.server(t, nil).Bootstrap(t.Context(), folder, nil); err == nil {
				t.Fatal("no crash")
			}
			p.engine = engine
			exists(t, filepath.Join(folder, BootstrapName+".new"), true)
		},
		"after the state was made": func(t *testing.T, p *parts, folder string) {
			engine := p.engine
			p.engine = &failing{Engine: engine, left: 1, made: true}
			if _, err := p.server(t, nil).Bootstrap(t.Context(), folder, nil); err == nil {
				t.Fatal("no crash")
			}
			p.engine = engine
			exists(t, filepath.Join(folder, BootstrapName), false)
		},
		"before the draft is whole": func(t *testing.T, p *parts, folder string) {
			if err := os.WriteFile(filepath.Join(folder, BootstrapName+".new"), []byte(`{"account_`), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"after the last rename": func(t *testing.T, p *parts, folder string) {
			if _, err := p.server(t, nil).Bootstrap(t.Context(), folder, nil); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, folder := newParts(t), t.TempDir()
			crash(t, p, folder)
			s := p.server(t, nil)
			if _, err := s.Bootstrap(t.Context(), folder, nil); err != nil {
				t.Fatal(err)
			}
			exists(t, filepath.Join(folder, BootstrapName+".new"), false)
			a := read(t, filepath.Join(folder, BootstrapName))
			if w := ask(t, s, a.AccessKeyID, a.SecretAccessKey, nil); w.Code != 200 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if list, _ := s.View().Accounts("", 10); len(list) != 1 {
				t.Errorf("%d accounts", len(list))
			}
		})
	}
}

func TestBootstrapWithoutAPlaceMakesNothing(t *testing.T) {
	s := newParts(t).server(t, nil)
	if _, err := s.Bootstrap(t.Context(), filepath.Join(t.TempDir(), "missing"), nil); err == nil {
		t.Error("a key was made that nobody can have")
	}
	if list, _ := s.View().Accounts("", 1); len(list) != 0 {
		t.Error("and so was an account")
	}
}

func TestReadFirstAdmin(t *testing.T) {
	long := strings.Repeat("s", 40)
	for text, want := range map[string]string{
		`{}`:                   "",
		`{"user_name":"boss"}`: "",
		`{"access_key_id":"AKIAX","secret_access_key":"` + long + `"}`:                     "",
		`{"access_key_id":"AKIAX"}`:                                                        "or neither",
		`{"secret_access_key":"` + long + `"}`:                                             "or neither",
		`{"access_key_id":"AKIAX","secret_access_key":"short"}`:                            "32 to 128",
		`{"access_key_id":"AKIAX","secret_access_key":"` + strings.Repeat("s", 129) + `"}`: "32 to 128",
		`{"user":"boss"}`: "unknown field",
		`[]`:              "cannot unmarshal",
		``:                "EOF",
		`{"user_name":"` + strings.Repeat("x", 17<<10) + `"}`: "EOF",
	} {
		path := filepath.Join(t.TempDir(), "first.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadFirstAdmin(path)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v", text, err)
		}
		if err != nil && strings.Contains(err.Error(), long) {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
	if _, err := ReadFirstAdmin(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestSeed(t *testing.T) {
	s := newParts(t).server(t, dev)
	report := must[*SeedReport](t)(s.Seed(t.Context()))
	if w := ask(t, s, report.Root.AccessKeyID, report.Root.SecretAccessKey, nil); w.Code != 200 || !strings.Contains(w.Body.String(), "000000000000:root") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if len(report.Users) != 1 || report.Users[0].Name != DevUser {
		t.Fatalf("%+v", report)
	}
	if w := ask(t, s, report.Users[0].AccessKeyID, report.Users[0].SecretAccessKey, nil); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, name := range []string{DevUploader, DevReader} {
		if _, err := s.View().Role(DevAccount, name); err != nil {
			t.Error(err)
		}
	}
	if err := s.View().Check(); err != nil {
		t.Error(err)
	}
	if _, err := s.Seed(t.Context()); err == nil {
		t.Error("seeded twice")
	}
}
