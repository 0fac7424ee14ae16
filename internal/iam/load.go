package iam

import (
	"fmt"
	"iter"
	"runtime"
	"sync"
)

// Load builds the View of a snapshot. The rows may come in any order, none twice. It fails with the sequence's error, or with
// ErrRow, also when two records share an id or a name; all else that holds between records is for [View.Check] to find out.
func Load(rows iter.Seq2[Row, error], revision uint64) (*View, error) {
	l := &loader{realms: map[string]*realmLoader{}}
	if err := decodeAll(rows, l.add); err != nil {
		return nil, err
	}
	v := Empty()
	v.revision = revision
	l.finish(&v.tables)
	return v, nil
}

// chunk is a run of rows on its way through a decoder.
type chunk struct {
	rows    []Row
	records []record
	err     error
	done    chan struct{}
}

const chunkRows = 512

// decodeAll decodes on all processors and hands the records on one by one, in order. Its goroutines end before it returns.
func decodeAll(rows iter.Seq2[Row, error], enter func(record) error) error {
	workers := runtime.GOMAXPROCS(0)
	work := make(chan *chunk, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for c := range work {
				c.decode()
			}
		})
	}
	// Closing work on every way out is what ends the workers.
	defer wg.Wait()
	defer close(work)

	var waiting []*chunk
	settle := func(keep int) error {
		for len(waiting) > keep {
			c := waiting[0]
			waiting = waiting[1:]
			<-c.done
			if c.err != nil {
				return c.err
			}
			for _, r := range c.records {
				if err := enter(r); err != nil {
					return err
				}
			}
		}
		return nil
	}
	next := newChunk()
	for row, err := range rows {
		if err != nil {
			return err
		}
		next.rows = append(next.rows, row)
		if len(next.rows) == chunkRows {
			work <- next
			waiting = append(waiting, next)
			next = newChunk()
			if err := settle(2 * workers); err != nil {
				return err
			}
		}
	}
	work <- next
	waiting = append(waiting, next)
	return settle(0)
}

func newChunk() *chunk {
	return &chunk{rows: make([]Row, 0, chunkRows), done: make(chan struct{})}
}

func (c *chunk) decode() {
	defer close(c.done)
	c.records = make([]record, 0, len(c.rows))
	for _, row := range c.rows {
		r, err := decode(row)
		if err != nil {
			c.err = err
			return
		}
		r.prepare()
		c.records = append(c.records, r)
	}
}

// Apply gives the View after one batch of changes. All of them are taken or, when it fails, none. It fails with ErrRow when a
// row cannot be read, deletes what is not there or takes an id or name that is another's, and when the revision is not above
// the View's own: then this is not the next batch of this history.
func (v *View) Apply(rows []Row, revision uint64) (*View, error) {
	if revision <= v.revision {
		return nil, fmt.Errorf("%w: revision %d after %d", ErrRow, revision, v.revision)
	}
	next := &View{v.tables}
	next.revision = revision
	come := make([]record, 0, len(rows))
	touched := make(map[string]struct{}, len(rows))
	// All that goes or changes leaves before anything enters: within one batch a name may pass from one record to another.
	for _, row := range rows {
		if _, twice := touched[row.Key]; twice {
			return nil, fmt.Errorf("%w: %s comes twice", ErrRow, row.Key)
		}
		touched[row.Key] = struct{}{}
		old, exists := next.find(row.Key)
		if exists {
			next.leave(old)
		}
		if row.Value == nil {
			if !exists {
				return nil, fmt.Errorf("%w: %s is deleted and was not there", ErrRow, row.Key)
			}
			continue
		}
		r, err := decode(row)
		if err != nil {
			return nil, err
		}
		come = append(come, r)
	}
	for _, r := range come {
		if next.clashes(r) {
			return nil, fmt.Errorf("%w: the id or name of %s is taken", ErrRow, r.rowKey())
		}
		r.prepare()
		next.enter(r)
	}
	return next, nil
}

// clashes reports whether the id or the name of a record that is about to enter belongs to another one.
func (s *tables) clashes(r record) bool {
	var id, name bool
	switch r := r.(type) {
	case *User:
		_, id = s.users.Get(r.ID)
		_, name = s.realm(r.Account).users.Get(fold(r.Name))
	case *Group:
		_, id = s.groups.Get(r.ID)
		_, name = s.realm(r.Account).groups.Get(fold(r.Name))
	case *Role:
		_, id = s.roles.Get(r.ID)
		_, name = s.realm(r.Account).roles.Get(fold(r.Name))
	case *Policy:
		_, id = s.policies.Get(r.ID)
		_, name = s.realm(r.Account).policies.Get(fold(r.Name))
	case *AccessKey:
		_, id = s.keys.Get(r.ID)
	case shelved:
		id = s.shelfTaken(r)
	}
	return id || name
}
