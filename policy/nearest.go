package policy

import "sort"

// Nearest returns up to n Allow statements that came closest to matching, in
// the layers whose missing Allow counts: for a denial the layer that refused,
// for anything else all layers that do not allow. The closest comes first; of
// equals, the first in the trace.
func (t *Trace) Nearest(n int) []NearMiss {
	var list []NearMiss
	for i := range t.Layers {
		lt := &t.Layers[i]
		if lt.Outcome != ImplicitDeny {
			continue
		}
		if t.Decision.Verdict == ImplicitDeny && !wouldHelp(lt.Layer, t.Decision.Layer) {
			continue
		}
		for j := range lt.Policies {
			list = append(list, lt.Policies[j].misses(lt.Layer)...)
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Near > list[j].Near })
	return list[:min(max(n, 0), len(list))]
}

// wouldHelp reports whether an Allow in a layer would have made up for the one
// that was missed in the layer that refused: identity policies, also those of
// the request's scope, and the policy of a resource can stand in for one another.
func wouldHelp(l, refused Layer) bool {
	switch refused {
	case LayerIdentity, LayerScoped:
		return l == LayerIdentity || l == LayerScoped || l == LayerResource
	}
	return l == refused
}

func (p *PolicyTrace) misses(l Layer) []NearMiss {
	var list []NearMiss
	for i := range p.Statements {
		s := &p.Statements[i]
		if s.Effect != EffectAllow || s.Matched {
			continue
		}
		list = append(list, NearMiss{
			Layer: l, Source: p.Source, Type: p.Type, Statement: s.Index, Sid: s.Sid, Pos: s.Pos,
			Failed: s.Failed, Near: nearness(s.Failed),
		})
	}
	return list
}

// What a miss costs a statement, of 100. What a statement is about (its
// action, resource and caller) says more of what its author meant than the
// conditions it is under; so all its conditions together cost no more than one
// resource that is not the right one.
const (
	costAction     = 80
	costResource   = 40
	costPrincipal  = 40
	costLeast      = 8 // of each of these, however near
	costAbsent     = 12
	costDiffers    = 10
	costConditions = 20 // all of them
)

// nearness rates a statement.
func nearness(failed []ElementMiss) int {
	rate, conditions := 100, 0
	cost := func(most, near int) { rate -= costLeast + (most-costLeast)*(100-near)/100 }
	for i := range failed {
		m := &failed[i]
		switch m.Element {
		case "Action", "NotAction":
			cost(costAction, m.Near)
		case "Resource", "NotResource":
			cost(costResource, m.Near)
		case "Principal", "NotPrincipal", "Scope":
			cost(costPrincipal, m.Near)
		default:
			if m.Absent {
				conditions += costAbsent
			} else {
				conditions += costDiffers - m.Near/20
			}
		}
	}
	return max(rate-min(conditions, costConditions), 0)
}
