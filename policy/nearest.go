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
		if t.Decision.Verdict == ImplicitDeny && lt.Layer != t.Decision.Layer {
			continue
		}
		for j := range lt.Policies {
			list = append(list, lt.Policies[j].misses(lt.Layer)...)
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Near > list[j].Near })
	return list[:min(max(n, 0), len(list))]
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

// nearness rates a statement: one small miss is nearer than one big one, and
// every further miss costs. An action of another service is hardly what
// somebody was looking for.
func nearness(failed []ElementMiss) int {
	rate := 100
	for i := range failed {
		weight := 25
		switch failed[i].Element {
		case "Action", "NotAction":
			weight = 45
		case "Resource", "NotResource", "Principal", "NotPrincipal":
			weight = 35
		}
		rate -= max(weight*(100-failed[i].Near)/100, 5)
	}
	return max(rate, 0)
}

// near rates from 0 to 99 how much of two texts agrees, from both ends. It
// looks at wildcards as at other characters: it only has to order lists.
func near(a, b string) int {
	most := max(len(a), len(b))
	if most == 0 {
		return 0
	}
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	m := 0
	for m < len(a)-n && m < len(b)-n && a[len(a)-1-m] == b[len(b)-1-m] {
		m++
	}
	return min(99, 100*(n+m)/most)
}
