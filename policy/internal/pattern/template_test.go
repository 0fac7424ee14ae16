package pattern

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTemplate(t *testing.T) {
	text := func(s string) Piece { return Piece{Kind: Text, Text: s} }
	star, one := Piece{Kind: Star}, Piece{Kind: One}
	name := Piece{Kind: Var, Text: "aws:username"}
	for _, c := range []struct {
		template string
		wild     bool
		want     []Piece
	}{
		{"", true, nil},
		{"a*?b", true, []Piece{text("a"), star, one, text("b")}},
		{"a*?b", false, []Piece{text("a*?b")}},
		{"a***b", true, []Piece{text("a"), star, text("b")}},
		{"${aws:UserName}/*", true, []Piece{name, text("/"), star}},
		{"${ aws:username , 'no one' }", true, []Piece{{Kind: Var, Text: "aws:username", Def: "no one", Has: true}}},
		{"${k, '}'}", true, []Piece{{Kind: Var, Text: "k", Def: "}", Has: true}}},
		{"x${*}${?}${$}y", true, []Piece{text("x*?$y")}},
		{"${}", true, []Piece{text("${}")}},
		{"$ {a}$", true, []Piece{text("$ {a}$")}},
	} {
		got, bad := Template(c.template, c.wild)
		if bad != "" {
			t.Errorf("%q: %s", c.template, bad)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q: %s", c.template, diff)
		}
	}
	for _, broken := range []string{"${", "${a", "a${b${c}}", "${a b}", "${,'x'}", "${a,x}", "${a,'x}", "${a,'x'y'}", "${a*}", "${ }"} {
		if pieces, bad := Template(broken, true); bad == "" {
			t.Errorf("%q is read as %v", broken, pieces)
		}
	}
}

func TestHasVariable(t *testing.T) {
	for s, want := range map[string]bool{
		"": false, "a$b": false, "${*}": false, "${}": false, "${aws:username}": true, "x${k,'d'}": true,
		"${": true, // the broken beginning of one
	} {
		if got := HasVariable(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

// A name never gains an ASCII letter from a foreign one, or one tag key could pass for another.
func TestFoldKey(t *testing.T) {
	for key, want := range map[string]string{
		"aws:PrincipalTag/Team": "aws:principaltag/team",
		"plain":                 "plain",
		"tag/ÄÖ":                "tag/äö",
		"tag/\u212a":            "tag/\u212a", // the Kelvin sign is no k
		"tag/\u0130":            "tag/\u0130", // nor is the dotted I an i
	} {
		if got := FoldKey(key); got != want {
			t.Errorf("%q: %q, want %q", key, got, want)
		}
		if again := FoldKey(FoldKey(key)); again != FoldKey(key) {
			t.Errorf("%q is not folded at once: %q", key, again)
		}
	}
}

// What is cut can be put together again.
func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"a*${k}?", "${k, 'd'}", "${", "${${a}}", "${*}", strings.Repeat("*a", 50)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		pieces, bad := Template(s, true)
		if bad != "" {
			return
		}
		for i, p := range pieces {
			if p.Kind == Text && p.Text == "" {
				t.Fatalf("%q: an empty piece", s)
			}
			if i > 0 && p.Kind == pieces[i-1].Kind && (p.Kind == Text || p.Kind == Star) {
				t.Fatalf("%q: two pieces of a kind side by side", s)
			}
			if p.Kind == Var && p.Text != FoldKey(p.Text) {
				t.Fatalf("%q: the key %q is not folded", s, p.Text)
			}
		}
		if _, broken := Template(s, false); broken != bad {
			t.Fatalf("%q can be read with wildcards only", s)
		}
	})
}
