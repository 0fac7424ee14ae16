package wire

import "time"

// Check checks a shape that was filled in Go, such as the input of our own client. A required text may be empty if its rule
// allows it; a required time must not be zero.
func Check(s Shape) []Violation {
	var w checkWalker
	s.Walk(&w)
	return w.out
}

type checkWalker struct{ checker }

func (w *checkWalker) need(name string, r *Rule) {
	if must(r) {
		w.missing(name, r)
	}
}

func (w *checkWalker) Text(name string, v *string, r *Rule) { w.text(name, *v, r) }

func (w *checkWalker) OptText(name string, v **string, r *Rule) {
	if *v != nil {
		w.text(name, **v, r)
	}
}

func (w *checkWalker) Int(name string, v *int64, r *Rule) { w.integer(name, *v, r) }

func (w *checkWalker) OptInt(name string, v **int64, r *Rule) {
	if *v != nil {
		w.integer(name, **v, r)
	}
}

func (w *checkWalker) Bool(string, *bool, *Rule)     {}
func (w *checkWalker) OptBool(string, **bool, *Rule) {}

func (w *checkWalker) Time(name string, v *time.Time, r *Rule) {
	if v.IsZero() {
		w.missing(name, r)
	}
}

func (w *checkWalker) OptTime(string, **time.Time, *Rule) {}

func (w *checkWalker) Blob(name string, v *[]byte, r *Rule) {
	if *v == nil {
		w.need(name, r)
		return
	}
	w.count(name, len(*v), nil, r)
}

func (w *checkWalker) Raw(name string, v *[]byte, r *Rule) { w.Blob(name, v, r) }

func (w *checkWalker) Texts(name string, v *[]string, r *Rule) {
	if *v == nil {
		w.need(name, r)
		return
	}
	w.texts(name, *v, r)
}

func (w *checkWalker) TextMap(name string, v *map[string]string, r *Rule) {
	if *v == nil {
		w.need(name, r)
		return
	}
	w.count(name, len(*v), nil, r)
	if r == nil || r.Each == nil {
		return
	}
	w.push(Step{Name: name})
	for _, k := range sortedKeys(*v) {
		w.text(k, (*v)[k], r.Each)
	}
	w.pop()
}

func (w *checkWalker) IntMap(name string, v *map[string]int64, r *Rule) {
	if *v == nil {
		w.need(name, r)
		return
	}
	w.count(name, len(*v), nil, r)
}

func (w *checkWalker) Begin(name string, present bool, r *Rule) bool {
	if !present {
		w.need(name, r)
		return false
	}
	w.push(Step{Name: name})
	return true
}

func (w *checkWalker) BeginList(name string, n int, r *Rule) int {
	if n < 0 {
		w.need(name, r)
		return n
	}
	w.count(name, n, nil, r)
	w.push(Step{Name: name})
	return n
}

func (w *checkWalker) Item(i int) { w.push(Step{Index: i + 1}) }
func (w *checkWalker) End()       { w.pop() }
