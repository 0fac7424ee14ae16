package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/store"
)

func openAt(t *testing.T, folder string) *Engine {
	t.Helper()
	e, err := Open(t.Context(), Options{Folder: folder, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func batch(id, key, value string) store.Batch {
	return store.Batch{Cause: store.Cause{ID: id}, Rows: []store.Row{{Key: key, Value: []byte(value)}}}
}

// where is the newest position.
func where(t *testing.T, e *Engine) store.Position {
	t.Helper()
	at, rows := e.Load(t.Context())
	for _, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
	}
	return at
}

func TestRights(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("rights are access lists there")
	}
	folder := filepath.Join(t.TempDir(), "a", "data")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, stateFile), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	e := openAt(t, folder)
	if _, err := e.Commit(t.Context(), where(t, e), batch("1", "k", "v")); err != nil {
		t.Fatal(err)
	}
	want := map[string]os.FileMode{".": 0o700, stateFile: 0o600, stateFile + "-wal": 0o600, stateFile + "-shm": 0o600, lockFile: 0o600}
	for name, mode := range want {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			t.Error(err)
		} else if info.Mode().Perm() != mode {
			t.Errorf("%s has %s, want %s", name, info.Mode().Perm(), mode)
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != len(want)-1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

func TestFolderNames(t *testing.T) {
	for _, name := range []string{"with space", "a?mode=memory", "per%20cent", "ha#sh", "am&p=er", "ünï"} {
		folder := filepath.Join(t.TempDir(), name)
		e := openAt(t, folder)
		at, err := e.Commit(t.Context(), where(t, e), batch("1", "k", "v"))
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(filepath.Join(folder, stateFile)); err != nil || info.Size() == 0 {
			t.Errorf("%q: the state is not where it should be: %v", name, err)
		}
		if now := where(t, openAt(t, folder)); now != at {
			t.Errorf("%q: reopened at %s, want %s", name, now, at)
		}
	}
}

func TestFolderIsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Folder: path, Random: rand.Reader}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("opening a file as a folder gave %v", err)
	}
}

func TestSecondOpenNamesTheFirst(t *testing.T) {
	folder := t.TempDir()
	openAt(t, folder)
	_, err := Open(t.Context(), Options{Folder: folder, Random: rand.Reader})
	if !errors.Is(err, store.ErrInUse) {
		t.Fatalf("got %v, want ErrInUse", err)
	}
	for _, word := range []string{folder, fmt.Sprint("process ", os.Getpid())} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the message does not name %q: %v", word, err)
		}
	}
}

// raw runs SQL on a state file behind the engine's back.
func raw(t *testing.T, folder string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(folder, stateFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change []string
		want   error
		word   string
	}{
		"newer schema":    {[]string{"UPDATE meta SET schema = 2"}, store.ErrForeign, "newer version"},
		"no such schema":  {[]string{"UPDATE meta SET schema = 0"}, store.ErrForeign, "schema 0"},
		"other program":   {[]string{"PRAGMA application_id = 1"}, store.ErrForeign, "another program"},
		"no program":      {[]string{"PRAGMA application_id = 0"}, store.ErrForeign, "another program"},
		"no meta row":     {[]string{"DELETE FROM meta"}, store.ErrCorrupt, "meta"},
		"negative":        {[]string{"UPDATE meta SET compacted = -1"}, store.ErrCorrupt, "meta"},
		"short lineage":   {[]string{"UPDATE meta SET lineage = x'00'"}, store.ErrCorrupt, "meta"},
		"revision ahead":  {[]string{"UPDATE meta SET rev = 9"}, store.ErrCorrupt, "revision 9"},
		"nonce too short": {[]string{"UPDATE log SET nonce = x'00'"}, store.ErrCorrupt, "nonce"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			e := openAt(t, folder)
			if _, err := e.Commit(t.Context(), where(t, e), batch("1", "k", "v")); err != nil {
				t.Fatal(err)
			}
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			raw(t, folder, c.change...)
			e, err := Open(t.Context(), Options{Folder: folder, Random: rand.Reader})
			if err == nil {
				_, rows := e.Load(t.Context())
				for _, err = range rows {
				}
				e.Close()
			}
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), folder) || !strings.Contains(err.Error(), c.word) {
				t.Errorf("got %v, want %v naming %s and %q", err, c.want, folder, c.word)
			}
		})
	}
}

// TestForeignUntouched: what is refused is not changed.
func TestForeignUntouched(t *testing.T) {
	folder := t.TempDir()
	raw(t, folder, "CREATE TABLE theirs (x)", "INSERT INTO theirs VALUES (1)")
	before, err := os.ReadFile(filepath.Join(folder, stateFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Folder: folder, Random: rand.Reader}); !errors.Is(err, store.ErrForeign) {
		t.Fatalf("got %v, want ErrForeign", err)
	}
	if after, err := os.ReadFile(filepath.Join(folder, stateFile)); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed (%v)", err)
	}
}

// TestReplacedWhileOpen: an acknowledgement of what is written to a file that
// nobody will find again is a lie.
func TestReplacedWhileOpen(t *testing.T) {
	for name, replace := range map[string]func(path string) error{
		"removed":  os.Remove,
		"replaced": func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)) },
	} {
		folder := t.TempDir()
		e := openAt(t, folder)
		at := where(t, e)
		if err := replace(filepath.Join(folder, stateFile)); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Commit(t.Context(), at, batch("1", "k", "v")); !errors.Is(err, store.ErrLineage) {
			t.Errorf("%s: commit gave %v, want ErrLineage", name, err)
		}
		if _, err := e.Compact(t.Context(), 1); !errors.Is(err, store.ErrLineage) {
			t.Errorf("%s: compact gave %v, want ErrLineage", name, err)
		}
	}
}

func TestStart(t *testing.T) {
	folder := t.TempDir()
	if _, err := Open(t.Context(), Options{Folder: folder, Random: rand.Reader, Start: maxStart + 1}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a start beyond the end gave %v", err)
	}
	e, err := Open(t.Context(), Options{Folder: folder, Random: rand.Reader, Start: 1000})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	origin := where(t, e)
	at, err := e.Commit(t.Context(), origin, batch("1", "k", "v"))
	if err != nil || at.Revision != 1001 {
		t.Fatalf("the first commit gave %s, %v", at, err)
	}
	for b, err := range e.Follow(t.Context(), origin) {
		if err != nil || b.Position != at {
			t.Errorf("followed to %s, %v", b.Position, err)
		}
		break
	}
	for _, err := range e.Follow(t.Context(), store.Position{Lineage: origin.Lineage}) {
		if !errors.Is(err, store.ErrCompacted) {
			t.Errorf("following from before the start gave %v", err)
		}
		break
	}
}

// TestFailedFlush: only a failure that leaves no trace is called clean, and
// after any other nothing more is written.
func TestFailedFlush(t *testing.T) {
	e := openAt(t, t.TempDir())
	at := where(t, e)
	if err := e.failed(coded(codeFull)); !errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrUnknown) || e.broken != nil {
		t.Errorf("a full disk gave %v", err)
	}
	const ioErrFsync = 10 | 4<<8
	if err := e.failed(coded(ioErrFsync)); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("a failed flush gave %v, want ErrUnknown", err)
	}
	if _, err := e.Commit(t.Context(), at, batch("1", "k", "v")); err == nil || errors.Is(err, store.ErrUnknown) {
		t.Errorf("commit after a failed flush gave %v", err)
	}
	if now := where(t, e); now != at {
		t.Errorf("reading ended too, or moved to %s", now)
	}
}

type coded int

func (c coded) Error() string { return fmt.Sprintf("code %d", int(c)) }
func (c coded) Code() int     { return int(c) }

// TestCutLog is the loss of power at every point of writing, as far as a file
// shows it: a write-ahead log cut anywhere, or with its last bytes spoiled,
// gives a whole earlier revision, never a part of one.
func TestCutLog(t *testing.T) {
	source := t.TempDir()
	e := openAt(t, source)
	at := where(t, e)
	positions := map[store.Position]bool{at: true}
	for i := range 12 {
		var err error
		b := batch(fmt.Sprint(i), "first", fmt.Sprint(i))
		b.Rows = append(b.Rows, store.Row{Key: "large", Value: []byte(strings.Repeat("x", i*700))}, store.Row{Key: "last", Value: []byte(fmt.Sprint(i))})
		if at, err = e.Commit(t.Context(), at, b); err != nil {
			t.Fatal(err)
		}
		positions[at] = true
	}
	main, err := os.ReadFile(filepath.Join(source, stateFile))
	if err != nil {
		t.Fatal(err)
	}
	wal, err := os.ReadFile(filepath.Join(source, stateFile+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[uint64]bool{}
	step := 1021 // a prime, so that cuts fall everywhere within frames
	if testing.Short() {
		step *= 8
	}
	for cut := len(wal); cut >= 0; cut -= step {
		for _, spoil := range []int{0, 40} {
			kept := append([]byte{}, wal[:cut]...)
			for i := max(0, len(kept)-spoil); i < len(kept); i++ {
				kept[i] ^= 0x55
			}
			if at := opened(t, main, kept); positions[at] || at.Revision == 0 {
				seen[at.Revision] = true
			} else {
				t.Fatalf("cut at %d: at %s, which was never committed", cut, at)
			}
		}
	}
	if len(seen) < 10 && !testing.Short() {
		t.Errorf("the cuts gave only the revisions %v", seen)
	}
}

// opened opens a store of two files and checks that it is whole.
func opened(t *testing.T, main, wal []byte) store.Position {
	t.Helper()
	folder := t.TempDir()
	for name, b := range map[string][]byte{stateFile: main, stateFile + "-wal": wal} {
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e, err := Open(context.Background(), Options{Folder: folder, Random: rand.Reader})
	if err != nil {
		t.Fatalf("open after the cut: %v", err)
	}
	defer e.Close()
	if err := e.Check(t.Context()); err != nil {
		t.Fatalf("check after the cut: %v", err)
	}
	at, rows := e.Load(t.Context())
	state := map[string]string{}
	for r, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		state[r.Key] = string(r.Value)
	}
	if at.Revision == 0 && len(state) == 0 {
		return at
	}
	if want := fmt.Sprint(at.Revision - 1); state["first"] != want || state["last"] != want || len(state["large"]) != int(at.Revision-1)*700 {
		t.Fatalf("revision %d holds first=%s last=%s", at.Revision, state["first"], state["last"])
	}
	return at
}

func TestCheck(t *testing.T) {
	for name, change := range map[string]string{
		"gap":         "DELETE FROM log WHERE rev = 3",
		"end missing": "DELETE FROM log WHERE rev > 5",
		"stray":       "UPDATE state SET rev = 99",
	} {
		folder := t.TempDir()
		e := openAt(t, folder)
		at := where(t, e)
		for i := range 6 {
			var err error
			if at, err = e.Commit(t.Context(), at, batch(fmt.Sprint(i), "k", "v")); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if err := e.Check(t.Context()); !errors.Is(err, store.ErrClosed) {
			t.Errorf("checking a closed store gave %v", err)
		}
		raw(t, folder, change)
		if err := openAt(t, folder).Check(t.Context()); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%s: got %v, want ErrCorrupt", name, err)
		}
	}
}

// TestBrokenHistory: a follower stops at a gap instead of stepping over it.
func TestBrokenHistory(t *testing.T) {
	for name, change := range map[string]string{
		"gap":           "DELETE FROM log WHERE rev = 3",
		"first row":     "DELETE FROM log WHERE rev = 3 AND seq = 0",
		"middle row":    "DELETE FROM log WHERE rev = 3 AND seq = 1",
		"strange cause": "UPDATE log SET cause = '{\"id\":1}' WHERE rev = 3 AND seq = 0",
	} {
		folder := t.TempDir()
		e := openAt(t, folder)
		origin := where(t, e)
		at := origin
		for i := range 6 {
			b := batch(fmt.Sprint(i), "a", "v")
			b.Rows = append(b.Rows, store.Row{Key: "b"}, store.Row{Key: "c", Value: []byte{}})
			var err error
			if at, err = e.Commit(t.Context(), at, b); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		raw(t, folder, change)
		e = openAt(t, folder)
		var last error
		for b, err := range e.Follow(t.Context(), origin) {
			if last = err; b.Position.Revision >= 3 {
				t.Errorf("%s: followed to %d", name, b.Position.Revision)
			}
		}
		if !errors.Is(last, store.ErrCorrupt) {
			t.Errorf("%s: got %v, want ErrCorrupt", name, last)
		}
	}
}
