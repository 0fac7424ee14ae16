package session

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/daypass/daypass/internal/iam"
)

// anySession draws a session with whatever texts.
func anySession(t *rapid.T) *Session {
	text := rapid.String()
	s := &Session{
		Kind: Kind(rapid.IntRange(0, int(kinds)-1).Draw(t, "kind")), KeyID: "ASIAX", Account: text.Draw(t, "account"), RoleID: text.Draw(t, "role"), Name: text.Draw(t, "name"),
		Issued:         time.Unix(rapid.Int64Range(0, 1<<40).Draw(t, "issued"), 0).UTC(),
		SourceIdentity: text.Draw(t, "identity"), Policy: text.Draw(t, "policy"), Parent: text.Draw(t, "parent"),
		Origin:  Origin{Account: text.Draw(t, "origin"), UserID: text.Draw(t, "user"), KeyID: text.Draw(t, "key"), Provider: text.Draw(t, "provider")},
		Chained: rapid.Bool().Draw(t, "chained"),
	}
	s.Expires = s.Issued.Add(time.Duration(rapid.Int64Range(0, 1<<32).Draw(t, "life")) * time.Second)
	for range rapid.IntRange(0, 4).Draw(t, "arns") {
		s.PolicyARNs = append(s.PolicyARNs, text.Draw(t, "arn"))
	}
	for range rapid.IntRange(0, 4).Draw(t, "transitive") {
		s.Transitive = append(s.Transitive, text.Draw(t, "transitive key"))
	}
	for range rapid.IntRange(0, 4).Draw(t, "links") {
		s.Via = append(s.Via, Link{text.Draw(t, "link"), time.Unix(rapid.Int64Range(0, 1<<40).Draw(t, "link issued"), 0).UTC()})
	}
	for range rapid.IntRange(0, 60).Draw(t, "tags") {
		s.Tags = append(s.Tags, iam.Tag{Key: text.Draw(t, "tag"), Value: text.Draw(t, "value")})
	}
	if rapid.Bool().Draw(t, "mfa") {
		s.MFA = s.Issued.Add(-time.Duration(rapid.Int64Range(0, min(s.Issued.Unix(), 1<<32)).Draw(t, "age")) * time.Second)
	}
	for range rapid.IntRange(0, 3).Draw(t, "facts") {
		f := Fact{Name: text.Draw(t, "fact"), Multi: rapid.Bool().Draw(t, "multi")}
		for range rapid.IntRange(0, 3).Draw(t, "values") {
			f.Values = append(f.Values, text.Draw(t, "fact value"))
		}
		s.Facts = append(s.Facts, f)
	}
	return s
}

func TestClaimsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySession(t)
		got, err := decode(s.KeyID, encode(s))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(s, got); d != "" {
			t.Fatal(d)
		}
	})
}

func full() *Session {
	return &Session{Kind: OfFederated, MFA: noon.Add(-time.Minute), Facts: []Fact{{"x:sub", []string{"s"}, false}, {"x:amr", []string{"a", "b"}, true}},
		KeyID: "ASIAX", Account: home, RoleID: "AROAX", Name: "desk", Issued: noon, Expires: noon.Add(time.Hour), SourceIdentity: "ann",
		Tags: []iam.Tag{{Key: "team", Value: "blue"}, {Key: "x", Value: ""}}, Transitive: []string{"team"}, Policy: "{}",
		PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}, Origin: Origin{other, "AIDAX", "AKIAX", "arn:p"}, Parent: "ASIAY", Chained: true,
		Via: []Link{{"AROAY", noon.Add(-time.Hour)}, {"AROAZ", noon.Add(-time.Minute)}}}
}

func TestClaimsAreRefused(t *testing.T) {
	whole := encode(full())
	for n := range whole {
		if _, err := decode("ASIAX", whole[:n]); err == nil {
			t.Errorf("the first %d of %d bytes are a session", n, len(whole))
		}
	}
	for _, more := range []string{"\x00", "\x01", "xyz"} {
		if _, err := decode("ASIAX", append(slices.Clone(whole), more...)); err == nil {
			t.Errorf("%d bytes after the claims are accepted", len(more))
		}
	}
	head := []byte{claimsFormat, 0}
	for what, b := range map[string][]byte{
		"nothing":            {},
		"another format":     append([]byte{1}, whole[1:]...),
		"another kind":       append([]byte{claimsFormat, byte(kinds)}, whole[2:]...),
		"an unknown flag":    {claimsFormat, 0, 1, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		"older than time":    {claimsFormat, 0, 1, 1, flagMFA, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		"issue beyond time":  binary.AppendUvarint(slices.Clone(head), 1<<41),
		"number that is cut": {claimsFormat, 0, 0x80},
		"number too long":    append(slices.Clone(head), bytes.Repeat([]byte{0xff}, 11)...),
		"text beyond the end": append(binary.AppendUvarint(binary.AppendUvarint(slices.Clone(head), 1), 1),
			0, 0xff, 0xff, 0xff, 0xff, 0x0f),
	} {
		if s, err := decode("ASIAX", b); err == nil {
			t.Errorf("%s: %+v", what, s)
		}
	}
}

// FuzzClaims: whatever the bytes, decoding them ends, takes memory in proportion to them, and what it accepts is what encode writes of it.
func FuzzClaims(f *testing.F) {
	f.Add(encode(full()))
	f.Add(encode(&Session{Issued: noon, Expires: noon}))
	f.Add([]byte{claimsFormat, 0, 1, 1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := decode("ASIAX", b)
		if err != nil {
			return
		}
		if n := s.Packed() + len(s.PolicyARNs) + len(s.Tags) + len(s.Transitive) + len(s.Via) + len(s.Facts); n > len(b) {
			t.Fatalf("%d bytes became %d", len(b), n)
		}
		again, err := decode("ASIAX", encode(s))
		if d := cmp.Diff(s, again); err != nil || d != "" {
			t.Fatalf("%v %s", err, d)
		}
	})
}

func TestPacked(t *testing.T) {
	s := &Session{Policy: strings.Repeat("p", 100), PolicyARNs: []string{"12345", "678"}, Tags: []iam.Tag{{Key: "key", Value: "value"}},
		Facts: []Fact{{"x:sub", []string{"ann"}, false}}, Name: "not counted", SourceIdentity: "neither"}
	if n := s.Packed(); n != 124 {
		t.Errorf("%d", n)
	}
}

// A session that uses all of its allotment still has a token that fits into one header line of 8 KiB.
func TestLargestTokenFitsAHeader(t *testing.T) {
	w := newWorld(t)
	s := w.session(noon)
	long := strings.Repeat("x", 64)
	s.Name, s.SourceIdentity, s.Parent, s.Chained = long, long, "ASIAQNZGKIQY56JQ7WML", true
	s.Tags, s.Transitive = nil, nil
	for range MaxLinks {
		s.Via = append(s.Via, Link{s.RoleID, noon})
	}
	left := Allotment - 2048
	s.Policy = strings.Repeat("p", 2048)
	for i := range 50 {
		// Eleven bytes of key, which come twice when the tag is transitive.
		s.Tags = append(s.Tags, iam.Tag{Key: strings.Repeat("k", 10) + string(rune('A'+i)), Value: strings.Repeat("v", left/50-22)})
		s.Transitive = append(s.Transitive, s.Tags[i].Key)
	}
	if n := s.Packed(); n > Allotment || n < Allotment-50 {
		t.Fatalf("packed %d", n)
	}
	c := must[Credentials](t)(w.mint.Issue(w.view, s))
	if n := len(c.Token.Reveal()); n > 8<<10 {
		t.Errorf("the token has %d characters", n)
	}
}
