package seal_test

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/seal"
	"pgregory.net/rapid"
)

func TestRotationStepByStep(t *testing.T) {
	s := seal.DefaultSchedule()
	root := newRoot(t, 1)
	if due := s.Due(nil, start); !due.Equal(start) {
		t.Errorf("the first key is due at %s", due)
	}
	keys := newKeys(t, root, 2)
	first := keys[0]
	if id, err := newRing(t, root, keys).Primary(start); err != nil || id != first.ID {
		t.Errorf("the first key is not primary at once: %v", err)
	}
	due := s.Due(keys, start)
	if want := start.Add(s.Period - s.Lead); !due.Equal(want) {
		t.Errorf("the second key is due at %s and not %s", due, want)
	}
	two, err := s.Publish(root, chacha(3), keys, due)
	if err != nil {
		t.Fatal(err)
	}
	second := two[1]
	if !keys[0].Retired.IsZero() {
		t.Error("Publish changed the records that it was given")
	}
	ring := newRing(t, root, two)
	switchover := due.Add(s.Lead)
	for at, want := range map[time.Time]uint32{due: first.ID, switchover.Add(-time.Second): first.ID, switchover: second.ID} {
		if id, err := ring.Primary(at); err != nil || id != want {
			t.Errorf("at %s the primary is %08x: %v", at, id, err)
		}
	}
	// A node whose clock is ahead seals with the second key; others open it already.
	early, err := ring.Seal([]byte("x"), purpose, switchover.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Open(early, purpose, due); err != nil {
		t.Errorf("a published key does not open: %v", err)
	}
	last, err := ring.Seal([]byte("x"), purpose, switchover.Add(-time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Open(last, purpose, switchover.Add(seal.LongestSession)); err != nil {
		t.Errorf("the longest session died with its key: %v", err)
	}
	if _, err := ring.Open(last, purpose, switchover.Add(s.Overlap)); err != seal.ErrOpen {
		t.Errorf("a retired key opens: %v", err)
	}
	if got := s.Prune(two, switchover.Add(s.Overlap+s.Keep-time.Second)); len(got) != 2 {
		t.Error("dropped too early")
	}
	if got := s.Prune(two, switchover.Add(s.Overlap+s.Keep)); len(got) != 1 || got[0].ID != second.ID {
		t.Errorf("prune leaves %d", len(got))
	}
}

func TestRevokePendingKey(t *testing.T) {
	s := seal.DefaultSchedule()
	root := newRoot(t, 1)
	keys := newKeys(t, root, 2)
	two, err := s.Publish(root, chacha(3), keys, start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	back := s.Revoke(two, two[1].ID, start.Add(90*time.Minute))
	if !back[0].Retired.IsZero() {
		t.Errorf("the key whose successor is gone still ends at %s", back[0].Retired)
	}
	none := s.Revoke(back, back[0].ID, start.Add(91*time.Minute))
	now := start.Add(92 * time.Minute)
	if due := s.Due(none, now); !due.Equal(now) {
		t.Errorf("without a primary the next key is due at %s", due)
	}
	again, err := s.Publish(root, chacha(4), none, now)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := newRing(t, root, again).Primary(now); err != nil || id != again[2].ID {
		t.Errorf("the replacement does not seal at once: %v", err)
	}
}

func TestScheduleRefuses(t *testing.T) {
	good := seal.DefaultSchedule()
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*seal.Schedule){
		"short overlap": func(s *seal.Schedule) { s.Overlap = seal.LongestSession - 1 }, "negative lead": func(s *seal.Schedule) { s.Lead = -1 },
		"lead beyond period": func(s *seal.Schedule) { s.Lead = s.Period }, "negative keep": func(s *seal.Schedule) { s.Keep = -1 },
	} {
		s := good
		change(&s)
		if _, err := s.Publish(newRoot(t, 1), chacha(2), nil, start); err != seal.ErrSchedule {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := good.Publish(newRoot(t, 1), io.LimitReader(chacha(2), 33), nil, start); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a short random source: %v", err)
	}
}

// TestRotationNeverBreaksSessions drives random histories: whatever is published, revoked and pruned, a session lives its whole
// life unless its own key is revoked, and there is always a primary after the first key except between a revocation and the next key.
func TestRotationNeverBreaksSessions(t *testing.T) {
	root := newRoot(t, 1)
	random := chacha(5)
	type session struct {
		id    uint32
		token []byte
		until time.Time
	}
	rapid.Check(t, func(rt *rapid.T) {
		s := seal.DefaultSchedule()
		now, keys, live := start, []seal.Key(nil), []session(nil)
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40*3600).Draw(rt, "seconds")) * time.Second)
			switch rapid.IntRange(0, 5).Draw(rt, "what") {
			case 0:
				next, err := s.Publish(root, random, keys, now)
				if err != nil {
					rt.Fatal(err)
				}
				keys = next
			case 1:
				if len(keys) > 0 && rapid.IntRange(0, 3).Draw(rt, "revoke") == 0 {
					id := keys[rapid.IntRange(0, len(keys)-1).Draw(rt, "which")].ID
					keys = s.Revoke(keys, id, now)
					live = slices.DeleteFunc(live, func(x session) bool { return x.id == id })
				}
			case 2:
				keys = s.Prune(keys, now)
			}
			if !s.Due(keys, now).After(now) {
				next, err := s.Publish(root, random, keys, now)
				if err != nil {
					rt.Fatal(err)
				}
				keys = next
			}
			ring, err := seal.NewRing(root, keys)
			if err != nil {
				rt.Fatal(err)
			}
			token, err := ring.Seal([]byte("s"), purpose, now)
			if err != nil {
				rt.Fatalf("no primary after a due key was published: %v", err)
			}
			id, _ := seal.KeyOf(token)
			live = append(live, session{id, token, now.Add(seal.LongestSession)})
			for _, x := range live {
				if _, err := ring.Open(x.token, purpose, now); err != nil && now.Before(x.until) {
					rt.Fatalf("a session of key %08x died %s early", x.id, x.until.Sub(now))
				}
			}
		}
	})
}
