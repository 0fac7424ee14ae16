package question

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/policy"
)

// Bound limits an answer. The zero Bound is what interactive use can wait for.
type Bound struct {
	// Steps is how much may be looked at: characters of patterns, and statements
	// of a decision. Zero means 20 million, some seconds at most.
	Steps int
	// Witnesses is how many requests of different statements Diff looks for.
	// Zero means ten.
	Witnesses int
}

func (b Bound) steps() int {
	if b.Steps > 0 {
		return b.Steps
	}
	return 20_000_000
}

func (b Bound) witnesses() int {
	if b.Witnesses > 0 {
		return b.Witnesses
	}
	return 10
}

// Answer to whether something can be.
type Answer uint8

// The answers. The zero Answer claims nothing.
const (
	Perhaps   Answer = iota // neither proved nor shown: count it as possible
	Never                   // proved
	Sometimes               // there is a request that is, and perhaps one that is not
	Always                  // every request that was asked about
)

var answerWords = [...]string{"perhaps", "never", "sometimes", "always"}

// String returns the answer in one lower-case word.
func (a Answer) String() string {
	if int(a) < len(answerWords) {
		return answerWords[a]
	}
	return "unknown answer"
}

// MarshalText implements encoding.TextMarshaler.
func (a Answer) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Example is a request, with what the evaluator says to it.
type Example struct {
	Principal       *policy.Principal // nil: an anonymous caller
	Action          string
	Resource        string
	ResourceAccount string
	Scope           string
	Keys            []KeyValue // the keys it has, in the order of their names
	Decision        policy.Decision
}

// KeyValue is a condition key of an example.
type KeyValue struct {
	Key    string // as the documents write it
	Values policy.Values
}

// Request is the example as the evaluator takes it.
func (x *Example) Request() *policy.Request {
	keys := policy.MapKeys{}
	for _, kv := range x.Keys {
		keys[policy.FoldKey(kv.Key)] = kv.Values
	}
	return &policy.Request{Principal: x.Principal, Action: x.Action, Resource: x.Resource, ResourceAccount: x.ResourceAccount, Scope: x.Scope, Keys: keys}
}

// example writes a request down, decided by layers.
func (m *model) example(r *policy.Request, l *policy.Layers) *Example {
	x := &Example{
		Principal: r.Principal, Action: r.Action, Resource: r.Resource, ResourceAccount: r.ResourceAccount, Scope: r.Scope, Decision: policy.Decide(l, r),
	}
	keys, _ := r.Keys.(policy.MapKeys)
	for name, v := range keys {
		if shown := m.spelling[name]; shown != "" {
			name = shown
		}
		x.Keys = append(x.Keys, KeyValue{name, v})
	}
	slices.SortFunc(x.Keys, func(a, b KeyValue) int { return strings.Compare(a.Key, b.Key) })
	return x
}
