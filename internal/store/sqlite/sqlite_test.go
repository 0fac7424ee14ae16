package sqlite

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/store/storetest"
)

func subject() storetest.Subject {
	return storetest.Subject{
		Open: func(folder string) (store.Engine, error) {
			e, err := Open(context.Background(), Options{Folder: folder, Random: rand.Reader})
			if err != nil {
				return nil, err
			}
			return e, nil
		},
		Copy: copyFolder,
		Fill: fill,
		Damage: map[string]func(*testing.T, string){
			"first bytes": damage(func(b []byte) []byte { copy(b, "not a database"); return b }),
			"text file":   damage(func([]byte) []byte { return []byte("hello\n") }),
			"cut short":   damage(func(b []byte) []byte { return b[:len(b)/3/4096*4096] }),
			"zeroed": damage(func(b []byte) []byte {
				clear(b[4096:])
				return b
			}),
			"noise": damage(func(b []byte) []byte {
				for at := 4096; at < len(b); at += 4096 {
					rand.Read(b[at : at+200])
				}
				return b
			}),
		},
	}
}

func TestMain(m *testing.M) { os.Exit(storetest.Main(m, subject())) }

func TestEngine(t *testing.T) { storetest.Run(t, subject()) }

func BenchmarkEngine(b *testing.B) { storetest.Bench(b, subject()) }

func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// fill lets the file grow by a few pages only.
func fill(t *testing.T, engine store.Engine) func() {
	t.Helper()
	e := engine.(*Engine)
	limit := func(pages int) {
		if _, err := e.write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	var pages int
	if err := e.write.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit(pages + 30)
	return func() { limit(1 << 30) }
}

// damage changes the bytes of the state file.
func damage(change func([]byte) []byte) func(*testing.T, string) {
	return func(t *testing.T, folder string) {
		t.Helper()
		path := filepath.Join(folder, stateFile)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, change(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
