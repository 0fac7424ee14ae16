package storetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/store"
)

// placeVariable tells the test binary to be the process that is killed.
const placeVariable = "DAYPASS_STORETEST_PLACE"

// parts is how many keys every batch of the victim sets to its revision.
const parts = 5

// Main is called by TestMain: os.Exit(storetest.Main(m, subject)).
func Main(m *testing.M, s Subject) int {
	place, victim := os.LookupEnv(placeVariable)
	if !victim {
		return m.Run()
	}
	if err := s.write(place, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// write commits until it is killed. It says so before each commit, and
// afterwards where it stands.
func (s Subject) write(place string, out io.Writer) error {
	e, err := s.Open(place)
	if err != nil {
		return err
	}
	ctx := context.Background()
	at, _, err := drain(e.Load(ctx))
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		group := make([]store.Batch, 1+n%3)
		for i := range group {
			rev := at.Revision + 1 + uint64(i)
			group[i].Cause = cause(fmt.Sprintf("%s-%d", at.Nonce, rev))
			for p := range parts {
				group[i].Rows = append(group[i].Rows, store.Row{Key: fmt.Sprint("part", p), Value: fmt.Appendf(nil, "%0*d", 1+n*131%3000, rev)})
			}
		}
		if _, err := fmt.Fprintln(out, "begin"); err != nil {
			return err
		}
		if at, err = e.Commit(ctx, at, group...); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, at); err != nil {
			return err
		}
		if n%8 == 7 {
			if _, err := e.(store.Compactor).Compact(ctx, 100); err != nil {
				return err
			}
		}
	}
}

// testCrash kills a writing process again and again.
func testCrash(t *testing.T, s Subject) {
	place := t.TempDir()
	d := dice(t)
	rounds, amid := fewer(40), 0
	e := open(t, s, place)
	var before found
	before.at, before.state = load(t, e)
	shut(t, e)
	for round := range rounds {
		last, begun := s.kill(t, place, d.IntN(30), d.IntN(400))
		if begun {
			amid++
		}
		e, err := s.Open(place)
		if err != nil {
			t.Fatalf("round %d: open after the kill: %v", round, err)
		}
		before = inspect(t, e, last, before)
		shut(t, e)
	}
	t.Logf("%d of %d were killed with a commit begun", amid, rounds)
}

// kill starts the victim, reads some of its lines and a moment later kills it.
// It returns the last acknowledged position and whether a commit had begun.
func (s Subject) kill(t *testing.T, place string, lines, moment int) (last string, begun bool) {
	t.Helper()
	victim := exec.Command(os.Args[0])
	victim.Env = append(os.Environ(), placeVariable+"="+place)
	var complaint strings.Builder
	victim.Stderr = &complaint
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	told := bufio.NewScanner(out)
	hear := func() bool {
		if !told.Scan() {
			return false
		}
		if begun = told.Text() == "begin"; !begun {
			last = told.Text()
		}
		return true
	}
	for n := 0; n <= lines && hear(); n++ {
	}
	if begun || last != "" { // it has the store open by now
		if e, err := s.Open(place); !errors.Is(err, store.ErrInUse) {
			if err == nil {
				e.Close()
			}
			t.Errorf("a second process was not kept out: %v", err)
		}
	}
	for range moment {
		runtime.Gosched()
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatalf("the victim ended by itself: %v: %s", err, complaint.String())
	}
	for hear() { // what it said before it died counts too
	}
	if err := victim.Wait(); err == nil || complaint.Len() > 0 {
		t.Fatalf("the victim was not killed: %v: %s", err, complaint.String())
	}
	return last, begun
}

// number reads a revision padded with zeros.
func number(text string) (uint64, error) { return strconv.ParseUint(text, 10, 64) }

// found is what was there after a kill.
type found struct {
	at    store.Position
	state map[string]string
}

// inspect checks that nothing acknowledged is lost and nothing is halfway.
func inspect(t *testing.T, e store.Engine, last string, before found) found {
	t.Helper()
	at, state := load(t, e)
	if last != "" {
		text, _, _ := strings.Cut(last, ".")
		acknowledged, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("the victim said %q", last)
		}
		if at.Revision < acknowledged || at.Revision == acknowledged && at.String() != last {
			t.Fatalf("acknowledged up to %s, found %s", last, at)
		}
	}
	if at.Revision == 0 {
		return found{at, state}
	}
	for p := range parts {
		value := state[fmt.Sprint("part", p)]
		if n, err := number(value); err != nil || n != at.Revision || value != state["part0"] {
			t.Fatalf("part %d is %q at revision %d", p, value, at.Revision)
		}
	}
	// From where the last round ended, history leads to the state, unless the
	// victim had compacted it.
	batches, err := until(patience(t), e, before.at, at.Revision)
	if errors.Is(err, store.ErrCompacted) {
		return found{at, state}
	}
	if err != nil {
		t.Fatalf("history from %s to %s: %v", before.at, at, err)
	}
	told := maps.Clone(before.state)
	replay(told, batches)
	if diff := cmp.Diff(state, told); diff != "" {
		t.Fatalf("the snapshot (-) and the history (+) differ:\n%s", diff)
	}
	return found{at, state}
}
