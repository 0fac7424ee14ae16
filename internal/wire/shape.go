package wire

import "time"

// Shape is a message or a part of one. Walk hands every member to w in the order of the service model. The same method serves
// reading and writing; it must not depend on the member values themselves.
type Shape interface {
	Walk(w Walker)
}

// Walker is told the members of a shape one by one. A walker that reads stores into the pointers, a walker that writes loads
// from them. Names are the exact names on the wire. A nil rule means: no constraint.
//
// Shapes call the leaf methods directly and use [Struct], [OptStruct] and [List] for nested shapes; Begin, BeginList, Item, End
// are the steps these three functions are made of.
type Walker interface {
	Text(name string, v *string, r *Rule)
	OptText(name string, v **string, r *Rule)
	Int(name string, v *int64, r *Rule)
	OptInt(name string, v **int64, r *Rule)
	Bool(name string, v *bool, r *Rule)
	OptBool(name string, v **bool, r *Rule)
	Time(name string, v *time.Time, r *Rule)
	OptTime(name string, v **time.Time, r *Rule)
	// Blob is a run of bytes, base64 on the wire. Nil is absent.
	Blob(name string, v *[]byte, r *Rule)
	// Raw is one JSON value kept as it was written; in forms and XML it is a text. Nil is absent.
	Raw(name string, v *[]byte, r *Rule)
	// Texts is a list of text. Nil is absent. The elements obey r.Each.
	Texts(name string, v *[]string, r *Rule)
	// TextMap and IntMap are maps from text. Nil is absent.
	TextMap(name string, v *map[string]string, r *Rule)
	IntMap(name string, v *map[string]int64, r *Rule)

	// Begin enters the nested shape called name and reports whether to walk its members; if so, End must follow. present says
	// whether the Go value has it, which only a walker that writes cares about.
	Begin(name string, present bool, r *Rule) bool
	// BeginList enters a list of shapes that has n elements in Go, or -1 for absent, and returns how many elements to walk.
	// A negative answer means absent: nothing to walk and no End. Otherwise End must follow the last element.
	BeginList(name string, n int, r *Rule) int
	// Item enters element i (from 0) of the list entered last. End must follow.
	Item(i int)
	// End leaves what Begin, BeginList or Item entered last.
	End()
}

type shapeOf[T any] interface {
	*T
	Shape
}

// Struct walks a required nested shape.
func Struct[T any, P shapeOf[T]](w Walker, name string, v *T, r *Rule) {
	if w.Begin(name, true, r) {
		P(v).Walk(w)
		w.End()
	}
}

// OptStruct walks an optional nested shape; nil is absent.
func OptStruct[T any, P shapeOf[T]](w Walker, name string, v **T, r *Rule) {
	if !w.Begin(name, *v != nil, r) {
		return
	}
	if *v == nil {
		*v = new(T)
	}
	P(*v).Walk(w)
	w.End()
}

// List walks a list of shapes; nil is absent, an empty slice is present and empty.
func List[T any, P shapeOf[T]](w Walker, name string, v *[]T, r *Rule) {
	n := -1
	if *v != nil {
		n = len(*v)
	}
	if n = w.BeginList(name, n, r); n < 0 {
		return
	}
	if *v == nil || len(*v) != n {
		*v = make([]T, n)
	}
	for i := range *v {
		w.Item(i)
		P(&(*v)[i]).Walk(w)
		w.End()
	}
	w.End()
}

// Operation is one row of a service model.
type Operation struct {
	Name string
	// ResultWrapper is the element that holds the output inside the answer, empty when the operation has no output.
	ResultWrapper string
	// NewInput is never nil; an operation without parameters has an input without members.
	NewInput func() Shape
	// NewOutput is nil when the operation has no output.
	NewOutput func() Shape
	// Errors are the wire codes the model declares, sorted.
	Errors []string
}
