package policy

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// How near a miss is: for the order of a list, and for nothing else. Everything
// here is linear in the texts.

// nearAction rates how near an action's pattern comes to an action. Another
// service is hardly ever what somebody meant; a slip of the pen is; another
// operation of the service lies between.
func nearAction(p, action string) int {
	p, action = pattern.FoldASCII(p), pattern.FoldASCII(action)
	vendor, name, _ := strings.Cut(p, ":")
	service, operation, _ := strings.Cut(action, ":")
	switch {
	case !fits(vendor, service, false):
		return near(p, action) / 10
	case slip(name, operation):
		return 90
	}
	return 30 + near(name, operation)*3/10
}

// nearName rates how near a resource's pattern comes to a name, field by field.
// A variable counts as whatever stands in its place: its value is what the
// author could not foresee.
func (e *evaluator) nearName(p string, variables bool) int {
	form := &e.grammar.resource
	if !e.arn().ok {
		return near(p, e.about) / 2
	}
	fields := pattern.FieldsOf(p, form.fields, variables)
	rate := 0
	for i := form.service(); i < form.fields; i++ {
		if i >= len(fields) { // what is missing covers everything
			rate += fieldWeight(i, form)
			continue
		}
		text, want := e.arn().field(i), fields[i]
		if i == form.fields-1 && variables {
			want = anything(want)
		}
		switch {
		case want == "" && slices.Contains(form.silent, i), fits(want, text, false):
			rate += fieldWeight(i, form)
		case i == form.service():
			return near(p, e.about) / 10
		case i == form.fields-1:
			rate += fieldWeight(i, form) * nearText(want, text) / 100
		}
	}
	return min(rate, 95)
}

// fieldWeight is how much a field of a name counts; together they make 100.
func fieldWeight(i int, form *nameForm) int {
	switch i {
	case form.service():
		return 25
	case form.account - 1:
		return 10
	case form.account:
		return 15
	}
	return 50 / (form.fields - 1 - form.account)
}

// anything writes a star for every variable of a text.
func anything(s string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "${")
		b.WriteString(before)
		end := -1
		if found {
			end = pattern.VariableEnd(rest, 0)
		}
		if end < 0 {
			return b.String()
		}
		b.WriteByte('*')
		s = rest[end+1:]
	}
}

// nearText rates a pattern and a text, of which the case is the least that can differ.
func nearText(p, text string) int {
	if onlyCase(p, text) {
		return 95
	}
	if slip(p, text) {
		return 90
	}
	return near(p, text)
}

// onlyCase reports whether a text that a pattern does not match differs from it
// in the case of its letters only.
func onlyCase(p, text string) bool { return fits(p, text, true) }

// fits matches one pattern, and takes the trouble to compile it only if what it
// begins with agrees.
func fits(p, text string, fold bool) bool {
	head := p
	if i := strings.IndexAny(p, "*?"); i >= 0 {
		head = p[:i]
	}
	if len(text) < len(head) {
		return false
	}
	for i := range len(head) {
		if head[i] != text[i] && (!fold || pattern.FoldByte(head[i]) != pattern.FoldByte(text[i])) {
			return false
		}
	}
	if len(head) == len(p) {
		return len(text) == len(p)
	}
	g := parseGlob(p, fold)
	var m matcher
	return m.match(&g, text)
}

// near rates from 0 to 99 how much of a pattern agrees with a text, from both
// ends. A pattern with wildcards is rated by the text it spells out before the
// first and after the last of them.
func near(p, text string) int {
	head, tail := p, p
	if i := strings.IndexAny(p, "*?"); i >= 0 {
		head, tail = p[:i], p[strings.LastIndexAny(p, "*?")+1:]
	}
	n := 0
	for n < len(head) && n < len(text) && head[n] == text[n] {
		n++
	}
	m := 0
	for m < len(tail) && m < len(text)-n && tail[len(tail)-1-m] == text[len(text)-1-m] {
		m++
	}
	most := max(len(p), len(text))
	if len(head) != len(p) {
		most = len(head) + len(tail)
	} else {
		m = min(m, len(p)-n)
	}
	if most == 0 {
		return 0
	}
	return min(99, 100*(n+m)/most)
}

// slip reports whether two texts of some length are a letter apart: one too
// many, one missing, one wrong. (Two would make Get and Put the same.)
func slip(a, b string) bool {
	const most = 1
	if min(len(a), len(b)) < 5 || len(a)-len(b) > most || len(b)-len(a) > most || strings.ContainsAny(a, "*?") {
		return false
	}
	// Of the table of edit distances only the diagonals that matter are filled:
	// row[d] is about b shifted by d-most.
	var row, next [2*most + 1]int
	for d := range row {
		row[d] = max(d-most, 0)
		if d < most {
			row[d] = most + 1
		}
	}
	for i := range len(a) {
		for d := range next {
			j := i + d - most
			best := row[d] + 1 // a letter of b that is not there
			if j >= 0 && j < len(b) {
				best = row[d]
				if a[i] != b[j] {
					best++
				}
			}
			if d+1 < len(row) {
				best = min(best, row[d+1]+1)
			}
			if d > 0 {
				best = min(best, next[d-1]+1)
			}
			next[d] = best
		}
		row = next
	}
	at := len(b) - len(a) + most
	return row[at] <= most
}
