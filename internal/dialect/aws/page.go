package aws

import (
	"encoding/base64"
	"strings"

	"github.com/daypass/daypass/internal/fault"
)

// defaultItems is how many items a page has when the caller does not say (IAM API Reference, MaxItems).
const defaultItems = 100

// page is where a listing goes on and how far. A marker is the sort key of the last item shown, not a number: what is created or
// deleted meanwhile neither repeats nor skips anything else.
type page struct {
	after string
	limit int
}

// markerForm is in front of every marker, so that a marker of another kind or version is refused and not misread.
const markerForm = "1:"

func pageOf(marker *string, items *int64) (page, error) {
	p := page{limit: defaultItems}
	if items != nil {
		p.limit = int(*items)
	}
	if marker == nil {
		return p, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(*marker)
	after, ok := strings.CutPrefix(string(raw), markerForm)
	if err != nil || !ok || after == "" {
		return p, fault.New(fault.Invalid, fault.Marker, "")
	}
	p.after = after
	return p, nil
}

// more words the end of a page: last is the sort key of its last item if more follow, else "".
func more(last string) (truncated *bool, marker *string) {
	if last == "" {
		return ptr(false), nil
	}
	return ptr(true), ptr(base64.RawURLEncoding.EncodeToString([]byte(markerForm + last)))
}

// each maps a list; the result is never nil, for AWS shows empty lists as such.
func each[T, S any](list []T, f func(T) S) []S {
	out := make([]S, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

func self[T any](v T) T { return v }
