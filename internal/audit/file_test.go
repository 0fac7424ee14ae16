package audit

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func open(t *testing.T, path string, opts FileOptions) *File {
	t.Helper()
	f, err := Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func write(t *testing.T, s Sink, events ...*Event) {
	t.Helper()
	for _, e := range events {
		if err := s.Write(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func find(t *testing.T, f Finder, id string) {
	t.Helper()
	if e, err := f.Find(t.Context(), id); err != nil {
		t.Errorf("%s: %v", id, err)
	} else if e.RequestID != id {
		t.Errorf("looked for %s, found %s", id, e.RequestID)
	}
}

func missing(t *testing.T, f Finder, id string) {
	t.Helper()
	if e, err := f.Find(t.Context(), id); !errors.Is(err, ErrNotFound) {
		t.Errorf("%s: found %v, %v", id, e, err)
	}
}

func TestFileKeepsEvents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	f := open(t, path, FileOptions{})
	write(t, f, assumed("r1"), denied("r2"), assumed("r3"))
	find(t, f, "r1")
	find(t, f, "r2")
	missing(t, f, "r4")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(t.Context(), assumed("r4")); !errors.Is(err, ErrClosed) {
		t.Errorf("written after the end: %v", err)
	}
	find(t, f, "r3")

	again := open(t, path, FileOptions{})
	write(t, again, assumed("r5"))
	for _, id := range []string{"r1", "r2", "r3", "r5"} {
		find(t, again, id)
	}
}

func TestFileRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	size := len(mustAppend(t, denied("r00")))
	f := open(t, path, FileOptions{MaxBytes: int64(3 * size), Keep: 2})
	for i := range 14 {
		write(t, f, denied(fmt.Sprintf("r%02d", i)))
		find(t, f, fmt.Sprintf("r%02d", i))
	}
	// Files of three: 0-2 and 3-5 are deleted, 6-8 and 9-11 are put aside, 12-13 are in the current one.
	for i := range 6 {
		missing(t, f, fmt.Sprintf("r%02d", i))
	}
	for i := 6; i < 14; i++ {
		find(t, f, fmt.Sprintf("r%02d", i))
	}
	f.index = denials{limit: 1}
	for i := 6; i < 14; i++ {
		find(t, f, fmt.Sprintf("r%02d", i))
	}
	names, err := filepath.Glob(path + "*")
	if err != nil || len(names) != 3 {
		t.Errorf("files %v, %v", names, err)
	}
	for _, name := range names {
		if data, _ := os.ReadFile(name); len(data) > 3*size {
			t.Errorf("%s has %d bytes", name, len(data))
		}
	}

	none := open(t, path+"-none", FileOptions{MaxBytes: int64(size), Keep: -1})
	write(t, none, denied("r00"), denied("r01"))
	missing(t, none, "r00")
	find(t, none, "r01")
}

// A rotation that failed half-way goes on where it stopped.
func TestFileRotationResumes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.jsonl")
	size := int64(len(mustAppend(t, denied("r00"))))
	f := open(t, path, FileOptions{MaxBytes: size, Keep: 3})
	write(t, f, denied("r00"), denied("r01"))
	// A directory in the way that cannot be replaced by a file: with .1 there, .1 must go to .2 first.
	if err := os.MkdirAll(filepath.Join(path+".2", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path+".3", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path+".3", "y"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.Write(t.Context(), denied("r02")); err == nil {
			t.Fatal("the trail could not be put aside and the event was taken all the same")
		}
	}
	for _, name := range []string{path + ".2", path + ".3"} {
		if err := os.RemoveAll(name); err != nil {
			t.Fatal(err)
		}
	}
	write(t, f, denied("r03"))
	for _, id := range []string{"r00", "r01", "r03"} {
		find(t, f, id)
	}
	missing(t, f, "r02")
}

func TestFileTornRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	record := mustAppend(t, denied("r1"))
	if err := os.WriteFile(path, append(bytes.Clone(record), mustAppend(t, denied("r2"))[:200]...), 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, path, FileOptions{})
	write(t, f, denied("r3"))
	f.index = denials{limit: 1}
	find(t, f, "r1")
	find(t, f, "r3")
	missing(t, f, "r2")
}

func TestFileRefuses(t *testing.T) {
	dir := t.TempDir()
	if f, err := Open(dir, FileOptions{}); err == nil {
		t.Error("opened a directory", f)
	}
	if f, err := Open(os.DevNull, FileOptions{}); err == nil {
		t.Error("opened a device", f)
	}
	f := open(t, filepath.Join(dir, "audit.jsonl"), FileOptions{})
	if err := f.Write(t.Context(), &Event{RequestParameters: []byte("{")}); err == nil {
		t.Error("an event that cannot be encoded is taken")
	}
	// Stands for a disk that fails: the descriptor is gone.
	if err := f.file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(t.Context(), assumed("r1")); err == nil {
		t.Error("the write failed and nobody is told")
	}
	f.file = nil
}

// An event is recorded although the client has gone away.
func TestFileIgnoresEndOfRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := open(t, filepath.Join(t.TempDir(), "audit.jsonl"), FileOptions{})
	if err := f.Write(ctx, assumed("r1")); err != nil {
		t.Fatal(err)
	}
	find(t, f, "r1")
}

func TestFindIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	f := open(t, path, FileOptions{Scan: 1, Index: 2})
	write(t, f, assumed("old"))
	// Parameters as long as may be, so that a few events fill several windows.
	filler := assumed("filler")
	filler.RequestParameters = []byte(`"` + strings.Repeat("x", MaxBytes-4096) + `"`)
	for range 6 {
		write(t, f, filler)
	}
	write(t, f, denied("d1"), denied("d2"), denied("d3"))
	if _, ok := f.index.at["d3"]; !ok || len(f.index.at) != 2 || len(f.index.ids) != 2 {
		t.Errorf("the index holds %v", f.index.at)
	}
	find(t, f, "d3")
	find(t, f, "d1") // fell out of the index, is within the first window
	missing(t, f, "old")

	wide := open(t, path, FileOptions{})
	find(t, wide, "old")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := wide.Find(ctx, "old"); !errors.Is(err, context.Canceled) {
		t.Errorf("a search goes on after its caller is gone: %v", err)
	}
	for _, id := range []string{"", `old"`, "o\\ld", "o ld", strings.Repeat("x", 1000), "old\n"} {
		missing(t, wide, id)
	}
}

// Records lie across the borders of the parts that are read.
func TestFindAcrossWindows(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "audit.jsonl"), FileOptions{Index: 1, MaxBytes: 6 * window})
	var ids []string
	for i := 0; f.size < 3*window; i++ {
		id := fmt.Sprintf("r%04d", i)
		e := assumed(id)
		e.RequestParameters = []byte(`"` + strings.Repeat("x", (i*7919)%20000) + `"`)
		write(t, f, e)
		ids = append(ids, id)
	}
	for _, id := range ids {
		find(t, f, id)
	}
}

// What a client puts into its parameters is not taken for a record's own request id.
func TestFindIgnoresParameters(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "audit.jsonl"), FileOptions{})
	write(t, f, assumed("wanted"))
	e := assumed("other")
	e.RequestParameters = []byte(`{"requestID":"wanted"}`)
	e.UserAgent = `"requestID":"wanted"`
	write(t, f, e)
	find(t, f, "wanted")
}

func TestFileConcurrent(t *testing.T) {
	size := int64(len(mustAppend(t, denied("r0-000"))))
	f := open(t, filepath.Join(t.TempDir(), "audit.jsonl"), FileOptions{MaxBytes: 10 * size, Keep: 40})
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := range 50 {
				id := fmt.Sprintf("r%d-%03d", w, i)
				if err := f.Write(t.Context(), denied(id)); err != nil {
					t.Error(err)
				}
				if e, err := f.Find(t.Context(), id); err != nil || e.RequestID != id {
					t.Errorf("%s: %v, %v", id, e, err)
				}
				if err := f.Sync(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func TestRunSyncsEachSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, filepath.Join(t.TempDir(), "audit.jsonl"), FileOptions{})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- f.Run(ctx) }()
		write(t, f, assumed("r1"))
		time.Sleep(1100 * time.Millisecond)
		synctest.Wait()
		f.mu.Lock()
		dirty := f.dirty
		f.mu.Unlock()
		if dirty {
			t.Error("not synced after a second")
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// An event whose Write has returned is there after the process was killed.
func TestFileSurvivesKill(t *testing.T) {
	const variable = "DAYPASS_AUDIT_TEST_PATH"
	if path := os.Getenv(variable); path != "" {
		f, err := Open(path, FileOptions{MaxBytes: 64 << 10, Keep: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; ; i++ {
			if err := f.Write(t.Context(), assumed(fmt.Sprintf("r%d", i))); err != nil {
				t.Fatal(err)
			}
			fmt.Printf("wrote %d\n", i)
		}
	}
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	child := exec.Command(os.Args[0], "-test.run=^TestFileSurvivesKill$")
	child.Env = append(os.Environ(), variable+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	last := -1
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var n int
		if _, err := fmt.Sscanf(lines.Text(), "wrote %d", &n); err == nil {
			last = n
		}
		if n == 300 {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	if last < 300 {
		t.Fatalf("the child wrote only up to %d", last)
	}
	f := open(t, path, FileOptions{Keep: 1000})
	write(t, f, assumed("after"))
	for _, n := range []int{0, 1, 150, last - 1, last} {
		find(t, f, fmt.Sprintf("r%d", n))
	}
	find(t, f, "after")
}

func TestMemory(t *testing.T) {
	m := NewMemory(3)
	e := denied("r0")
	write(t, m, e)
	e.Name = "changed"
	for i := 1; i < 5; i++ {
		write(t, m, denied(fmt.Sprintf("r%d", i)))
	}
	missing(t, m, "r0")
	missing(t, m, "r1")
	missing(t, m, "")
	find(t, m, "r2")
	find(t, m, "r4")
	events, err := m.Events()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range events {
		ids = append(ids, e.RequestID)
	}
	if got := strings.Join(ids, " "); got != "r2 r3 r4" {
		t.Errorf("kept %s", got)
	}
}

func mustAppend(t *testing.T, e *Event) []byte {
	t.Helper()
	record, err := Append(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	return record
}
