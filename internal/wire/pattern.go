package wire

import (
	"regexp"
	"regexp/syntax"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// Pattern is a regular expression of a service model. Models write them for Java; Source keeps that text, because error messages
// quote it. It is compiled at the first match, so a table of a thousand rules costs nothing at start.
type Pattern struct {
	Source string
	// Go replaces Source for matching where Go's engine cannot express it, such as a lookahead.
	Go string

	once sync.Once
	m    matcher
}

// Match reports whether the whole of s matches. A pattern that does not compile matches nothing; the generator and its tests
// refuse such a pattern before it gets here.
func (p *Pattern) Match(s string) bool {
	p.once.Do(func() { p.m, _ = compile(p.expression()) })
	return p.m.match(s)
}

// Err says why the pattern does not compile, or nil.
func (p *Pattern) Err() error {
	_, err := compile(p.expression())
	return err
}

func (p *Pattern) expression() string {
	if p.Go != "" {
		return p.Go
	}
	return fromJava(p.Source)
}

// fromJava rewrites the one escape of Java that Go lacks: \uXXXX, exactly four digits, a UTF-16 unit.
func fromJava(src string) string {
	var b strings.Builder
	for i := 0; i < len(src); i++ {
		if src[i] != '\\' || i+1 >= len(src) {
			b.WriteByte(src[i])
			continue
		}
		if src[i+1] == 'u' && i+6 <= len(src) {
			b.WriteString(`\x{` + src[i+2:i+6] + `}`)
			i += 5
			continue
		}
		b.WriteString(src[i : i+2])
		i++
	}
	return b.String()
}

// matcher is a regular expression, or, for the frequent form of one repeated character class, a table.
type matcher struct {
	re    *regexp.Regexp
	class bool
	min   int // least number of characters, class only
	ascii [2]uint64
	wide  []rune // pairs of ends of the ranges beyond ASCII, ascending
}

func compile(expr string) (matcher, error) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return matcher{}, err
	}
	if m, ok := compileClass(tree); ok {
		return m, nil
	}
	re, err := regexp.Compile(`^(?:` + expr + `)$`)
	if err != nil {
		return matcher{}, err
	}
	return matcher{re: re}, nil
}

func compileClass(tree *syntax.Regexp) (matcher, bool) {
	min := 0
	switch tree.Op {
	case syntax.OpStar:
	case syntax.OpPlus:
		min = 1
	default:
		return matcher{}, false
	}
	sub := tree.Sub[0]
	if sub.Op != syntax.OpCharClass {
		return matcher{}, false
	}
	m := matcher{class: true, min: min}
	for i := 0; i+1 < len(sub.Rune); i += 2 {
		lo, hi := sub.Rune[i], sub.Rune[i+1]
		for r := lo; r <= hi && r < utf8.RuneSelf; r++ {
			m.ascii[r>>6] |= 1 << (r & 63)
		}
		if hi >= utf8.RuneSelf {
			m.wide = append(m.wide, max(lo, utf8.RuneSelf), hi)
		}
	}
	return m, true
}

func (m *matcher) match(s string) bool {
	if !m.class {
		return m.re != nil && m.re.MatchString(s)
	}
	if len(s) < m.min {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			return m.matchWide(s[i:])
		}
		if m.ascii[c>>6]&(1<<(c&63)) == 0 {
			return false
		}
	}
	return true
}

func (m *matcher) matchWide(s string) bool {
	for _, r := range s {
		if r < utf8.RuneSelf {
			if m.ascii[r>>6]&(1<<(r&63)) == 0 {
				return false
			}
			continue
		}
		i := sort.Search(len(m.wide)/2, func(i int) bool { return m.wide[2*i+1] >= r })
		if 2*i >= len(m.wide) || m.wide[2*i] > r {
			return false
		}
	}
	return true
}
