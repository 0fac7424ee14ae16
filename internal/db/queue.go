package db

import (
	"context"
	"sync"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

// maxGroup is how many updates are committed together at the most.
const maxGroup = 64

// update is one caller's change on its way to the engine.
type update struct {
	cause store.Cause
	fn    func(*iam.Tx) error

	done chan struct{} // closed when revision and err are set
	lead chan struct{} // told once that this caller is in charge of the next group

	// refused is the error of fn at its last run. It is the verdict only once the changes that fn ran on top of are stored; firm says
	// that there were none.
	refused error
	firm    bool

	revision uint64
	err      error
}

func (u *update) settle(revision uint64, err error) {
	u.revision, u.err = revision, err
	close(u.done)
}

// abandon settles u unless it is settled already.
func (u *update) abandon(err error) {
	select {
	case <-u.done:
	default:
		u.settle(0, err)
	}
}

// queue lines updates up. There is no writer goroutine: the first waiting caller carries a whole group to the engine and then
// puts the next waiting one in charge, so that nobody serves others for longer than one commit.
type queue struct {
	mu      sync.Mutex
	waiting []*update
	led     bool // somebody is in charge, or was told to be
}

// join lines u up and says whether its caller is in charge at once.
func (q *queue) join(u *update) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, u)
	if q.led {
		return false
	}
	q.led = true
	return true
}

// take removes the next group from the line.
func (q *queue) take() []*update {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.waiting), maxGroup)
	group := append([]*update(nil), q.waiting[:n]...)
	q.waiting = append(q.waiting[:0], q.waiting[n:]...)
	return group
}

// back puts updates that did not fit into a commit in front of the line again.
func (q *queue) back(rest []*update) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(append([]*update(nil), rest...), q.waiting...)
}

// pass gives charge to the next waiting caller, if there is one.
func (q *queue) pass() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.passLocked()
}

func (q *queue) passLocked() {
	if len(q.waiting) == 0 {
		q.led = false
		return
	}
	q.waiting[0].lead <- struct{}{}
}

// leave takes u out of the line if it is still there; its caller has given up. Charge it was given passes on.
func (q *queue) leave(u *update) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, w := range q.waiting {
		if w != u {
			continue
		}
		q.waiting = append(q.waiting[:i], q.waiting[i+1:]...)
		select {
		case <-u.lead:
			q.passLocked()
		default:
		}
		return true
	}
	return false
}

// await returns once u is settled; in charge, it calls serve first. A caller that gives up before its update was taken leaves
// the line; afterwards it waits for the outcome, because only the outcome says what happened.
func (q *queue) await(ctx context.Context, u *update, serve func()) error {
	select {
	case <-u.done:
	case <-u.lead:
		serve()
		<-u.done
	case <-ctx.Done():
		if q.leave(u) {
			return ctx.Err()
		}
		select {
		case <-u.done:
		case <-u.lead: // put in charge between the two looks
			serve()
			<-u.done
		}
	}
	return nil
}
