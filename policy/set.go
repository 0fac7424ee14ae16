package policy

import "slices"

// Set is the policies of one layer, compiled together: those that speak for a
// principal, those of one level of an organization, those of a session. A nil
// Set has no policies. It is immutable; any number of goroutines and Layers may
// share one, and whoever decides often keeps it.
type Set struct {
	sources []Source
	index   *index // nil: the policies are of several grammars
}

// NewSet makes a set of policies. Their order is the one in which decisions
// and traces name them.
func NewSet(sources ...Source) *Set {
	s := &Set{sources: slices.Clone(sources)}
	s.index = newIndex(s.sources, indexFrom)
	return s
}

// Sources returns the policies of the set in their order. Nobody may change
// the slice.
func (s *Set) Sources() []Source {
	if s == nil {
		return nil
	}
	return s.sources
}
