package wire

import "time"

// sample has a member of every kind.
type sample struct {
	Name    string
	Note    *string
	Count   int64
	Size    *int64
	Yes     bool
	Maybe   *bool
	At      time.Time
	Until   *time.Time
	Data    []byte
	Doc     []byte
	Words   []string
	Secret  *string
	Labels  map[string]string
	Numbers map[string]int64
	Inner   inner
	Extra   *inner
	Parts   []inner
	Needed  []string
}

type inner struct {
	Key   string
	Value *string
	Deep  []leaf
}

type leaf struct{ X *string }

func (v *leaf) Walk(w Walker) { w.OptText("X", &v.X, nil) }

func (v *inner) Walk(w Walker) {
	w.Text("Key", &v.Key, ruleKey())
	w.OptText("value", &v.Value, nil)
	List(w, "Deep", &v.Deep, nil)
}

func ruleKey() *Rule {
	return &Rule{Size: &Range{1, 5}, Pattern: &Pattern{Source: `[\w+=,.@-]+`}}
}

func (v *sample) Walk(w Walker) {
	w.Text("Name", &v.Name, &Rule{Size: &Range{2, 8}})
	w.OptText("Note", &v.Note, &Rule{Enum: []string{"a", "b"}})
	w.Int("Count", &v.Count, &Rule{Size: &Range{0, 900}})
	w.OptInt("Size", &v.Size, nil)
	w.Bool("Yes", &v.Yes, nil)
	w.OptBool("Maybe", &v.Maybe, nil)
	w.Time("At", &v.At, nil)
	w.OptTime("Until", &v.Until, nil)
	w.Blob("Data", &v.Data, &Rule{Size: &Range{0, 16}})
	w.Raw("Doc", &v.Doc, nil)
	w.Texts("Words", &v.Words, &Rule{Size: &Range{0, 3}, Each: ruleKey()})
	w.OptText("Secret", &v.Secret, &Rule{Sensitive: true, Size: &Range{4, 6}})
	w.TextMap("Labels", &v.Labels, &Rule{Size: &Range{0, 2}, Each: &Rule{Size: &Range{0, 4}}})
	w.IntMap("Numbers", &v.Numbers, nil)
	Struct(w, "Inner", &v.Inner, nil)
	OptStruct(w, "Extra", &v.Extra, nil)
	List(w, "Parts", &v.Parts, &Rule{Size: &Range{0, 20}})
	w.Texts("Needed", &v.Needed, &Rule{Required: true})
}

func ptr[T any](v T) *T { return &v }

// whole is a valid sample with every member in use.
func whole() *sample {
	return &sample{
		Name: "né&<x>", Note: ptr("a"), Count: 7, Size: ptr(int64(-3)), Yes: true, Maybe: ptr(false),
		At: time.Unix(1700000000, 0).UTC(), Until: ptr(time.Unix(0, 0).UTC()),
		Data: []byte{0, 1, 255}, Doc: []byte(`{"a":[1]}`), Words: []string{"w1", "w2"}, Secret: ptr("hush"),
		Labels: map[string]string{"k": "v", "j": ""}, Numbers: map[string]int64{"n": 1},
		Inner: inner{Key: "ik"}, Extra: &inner{Key: "ek", Value: ptr(""), Deep: []leaf{{ptr("x")}, {}}},
		Parts: []inner{{Key: "p1", Deep: []leaf{}}, {Key: "p2", Deep: []leaf{{ptr("y")}}}}, Needed: []string{},
	}
}

// faults turns violations into short lines: path, kind, value.
func faults(vs []Violation) []string {
	names := map[Kind]string{
		Missing: "missing", TooShort: "short", TooLong: "long", TooSmall: "small", TooLarge: "large", NoMatch: "pattern",
		NotInEnum: "enum", NotInteger: "integer", NotBoolean: "boolean", NotTime: "time", NotBase64: "base64", WrongType: "type",
		BadIndex: "index", TooManyItems: "items",
	}
	var out []string
	for _, v := range vs {
		line := v.Path.String() + " " + names[v.Kind]
		if v.HasValue {
			line += " '" + v.Value + "'"
		}
		out = append(out, line)
	}
	return out
}
