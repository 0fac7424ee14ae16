package usage

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// Kept is how long an access is remembered (IAM User Guide, "Refine permissions using last accessed information": 400 days).
const Kept = 400 * 24 * time.Hour

// Bounds of what one principal can make the log remember: beyond them an access still counts for its service, then no more.
const (
	maxActions  = 2000
	maxServices = 200
	maxAction   = 128 // bytes of a name
)

// Access is the last attempt to use something.
type Access struct {
	At     time.Time `json:"at"` // whole seconds, UTC
	Region string    `json:"region"`
}

// ServiceAccess is the last attempt to use a service, and each of its actions by name.
type ServiceAccess struct {
	Access
	Actions map[string]Access `json:"actions,omitempty"`
}

// Accesses holds when which user or role, by unique id, last tried to use which service and action. The zero Accesses is empty and
// ready; it is safe for concurrent use. A nil one remembers nothing.
type Accesses struct {
	mu         sync.RWMutex
	principals map[string]*trace
	dirty      atomic.Bool
}

// trace is what one principal did.
type trace struct {
	mu       sync.Mutex
	services map[string]*ServiceAccess
	actions  int // in all services
}

// Note records that a principal tried to use an action of a service. Of several attempts in one second the first stays.
func (a *Accesses) Note(principal, service, action string, u Access) {
	if a == nil || principal == "" || service == "" || len(service) > maxText || len(u.Region) > maxText {
		return
	}
	u.At = u.At.UTC().Truncate(time.Second)
	a.mu.RLock()
	t := a.principals[principal]
	a.mu.RUnlock()
	if t == nil {
		t = a.begin(principal)
	}
	if t.note(service, action, u) && !a.dirty.Load() {
		a.dirty.Store(true)
	}
}

func (a *Accesses) begin(principal string) *trace {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.principals[principal]; t != nil {
		return t
	}
	if a.principals == nil {
		a.principals = map[string]*trace{}
	}
	t := &trace{services: map[string]*ServiceAccess{}}
	a.principals[principal] = t
	return t
}

// note says whether anything is new.
func (t *trace) note(service, action string, u Access) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.services[service]
	if s == nil {
		if len(t.services) >= maxServices {
			return false
		}
		s = &ServiceAccess{Actions: map[string]Access{}}
		t.services[service] = s
	}
	changed := false
	if u.At.After(s.At) {
		s.Access, changed = u, true
	}
	old, known := s.Actions[action]
	if !known && (t.actions >= maxActions || action == "" || len(action) > maxAction) || !u.At.After(old.At) {
		return changed
	}
	if !known {
		t.actions++
	}
	s.Actions[action] = u
	return true
}

// Services gives what a principal used since a time, by service. The caller may keep it.
func (a *Accesses) Services(principal string, since time.Time) map[string]ServiceAccess {
	out := map[string]ServiceAccess{}
	t := a.of(principal)
	if t == nil {
		return out
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for name, s := range t.services {
		if s.At.Before(since) {
			continue
		}
		c := ServiceAccess{Access: s.Access, Actions: maps.Clone(s.Actions)}
		maps.DeleteFunc(c.Actions, func(_ string, u Access) bool { return u.At.Before(since) })
		out[name] = c
	}
	return out
}

// Service gives when a principal last used one service since a time.
func (a *Accesses) Service(principal, service string, since time.Time) (Access, bool) {
	t := a.of(principal)
	if t == nil {
		return Access{}, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.services[service]
	if s == nil || s.At.Before(since) {
		return Access{}, false
	}
	return s.Access, true
}

// Last gives when a principal last used anything since a time.
func (a *Accesses) Last(principal string, since time.Time) (last Access, ok bool) {
	t := a.of(principal)
	if t == nil {
		return last, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.services {
		if !s.At.Before(since) && s.At.After(last.At) {
			last, ok = s.Access, true
		}
	}
	return last, ok
}

func (a *Accesses) of(principal string) *trace {
	if a == nil {
		return nil
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.principals[principal]
}

// Read takes over what Snapshot gave.
func (a *Accesses) Read(r io.Reader) error {
	var all map[string]map[string]*ServiceAccess
	if err := json.NewDecoder(io.LimitReader(r, maxFile)).Decode(&all); err != nil {
		return fmt.Errorf("usage: %w", err)
	}
	principals := make(map[string]*trace, len(all))
	for id, services := range all {
		t := &trace{services: map[string]*ServiceAccess{}}
		for name, s := range services {
			if s == nil {
				continue
			}
			if s.Actions == nil {
				s.Actions = map[string]Access{}
			}
			t.services[name] = s
			t.actions += len(s.Actions)
		}
		principals[id] = t
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.principals = principals
	return nil
}

// Snapshot gives what there is to write if anything changed since the last Snapshot, without the principals that are gone and
// without what is too old to be told. It keeps nobody waiting for longer than it takes to copy what one principal did.
func (a *Accesses) Snapshot(alive func(principal string) bool, now time.Time) (data []byte, changed bool, err error) {
	if !a.dirty.Swap(false) {
		return nil, false, nil
	}
	a.mu.RLock()
	ids := make([]string, 0, len(a.principals))
	for id := range a.principals {
		ids = append(ids, id)
	}
	a.mu.RUnlock()
	all := make(map[string]map[string]ServiceAccess, len(ids))
	for _, id := range ids {
		if services := a.Services(id, now.Add(-Kept)); len(services) > 0 && alive(id) {
			all[id] = services
			continue
		}
		a.mu.Lock()
		delete(a.principals, id)
		a.mu.Unlock()
	}
	if data, err = json.Marshal(all); err != nil {
		a.dirty.Store(true)
	}
	return data, true, err
}
