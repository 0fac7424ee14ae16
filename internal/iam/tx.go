package iam

import (
	"io"
	"maps"
	"slices"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

// Tx is a state that can be written. It reads like a View, sees its own changes, and is for one goroutine. A verb that fails
// leaves it unchanged. Nothing outside sees what it did until its changes are stored and its View is published.
type Tx struct {
	tables
	now     time.Time
	random  io.Reader
	quotas  Quotas
	linting linting
	changed map[string]change
}

type change struct {
	value   []byte // nil: deleted
	existed bool   // in the View the Tx began with
}

// NewTx begins a transaction over a View. Records that it creates carry now, in whole seconds of UTC; ids are drawn from random.
// The quotas are the default ones.
func NewTx(base *View, now time.Time, random io.Reader) *Tx {
	return &Tx{
		tables: base.tables, now: now.UTC().Truncate(time.Second), random: random,
		quotas: DefaultQuotas(), changed: map[string]change{},
	}
}

// SetQuotas replaces the quotas that the verbs enforce from here on.
func (t *Tx) SetQuotas(q Quotas) { t.quotas = q }

// Now is the time that new records carry.
func (t *Tx) Now() time.Time { return t.now }

// View is the state with all changes so far, under a revision.
func (t *Tx) View(revision uint64) *View {
	v := &View{t.tables}
	v.revision = revision
	return v
}

// Changes lists what differs from the View the Tx began with, in byte order of the keys. It is empty when the verbs changed
// nothing, and a thing created and deleted again leaves no trace.
func (t *Tx) Changes() []Row {
	rows := make([]Row, 0, len(t.changed))
	for _, key := range slices.Sorted(maps.Keys(t.changed)) {
		c := t.changed[key]
		if c.value == nil && !c.existed {
			continue
		}
		rows = append(rows, Row{Key: key, Value: c.value})
	}
	return rows
}

// put stores a new or changed record. It is the last step of a verb: nothing has changed when it fails, which it does with
// TooLarge when the record's row would be longer than [MaxRow].
func put[R record](t *Tx, r R) (R, error) {
	var none R
	value, err := encode(r)
	if err != nil {
		return none, fault.Broken(err)
	}
	if len(value) > MaxRow {
		return none, &fault.Error{Kind: fault.TooLarge, What: fault.Record, Name: r.rowKey(), Limit: MaxRow}
	}
	t.note(r.rowKey(), value)
	r.prepare()
	t.enter(r)
	return r, nil
}

// drop deletes a record.
func (t *Tx) drop(r record) {
	t.note(r.rowKey(), nil)
	t.leave(r)
}

func (t *Tx) note(key string, value []byte) {
	c, touched := t.changed[key]
	if !touched {
		c.existed = t.has(key)
	}
	c.value = value
	t.changed[key] = c
}
