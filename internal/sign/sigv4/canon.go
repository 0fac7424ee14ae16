package sigv4

import (
	"slices"
	"strconv"
	"strings"

	"github.com/daypass/daypass/internal/sign"
)

const upperHex = "0123456789ABCDEF"

// unreserved are the bytes that stay as they are (RFC 3986, section 2.3).
func unreserved(c byte) bool {
	return c-'a' < 26 || c-'A' < 26 || c-'0' < 10 || c == '-' || c == '.' || c == '_' || c == '~'
}

// plain reports whether s consists of unreserved bytes and, if slash, slashes.
func plain(s string, slash bool) bool {
	for i := 0; i < len(s); i++ {
		if !unreserved(s[i]) && !(slash && s[i] == '/') {
			return false
		}
	}
	return true
}

// encode percent-encodes every byte that is not unreserved; with slash, slashes stay.
func encode(s string, slash bool) string {
	if plain(s, slash) {
		return s
	}
	out := make([]byte, 0, len(s)+len(s)/2+8)
	for i := 0; i < len(s); i++ {
		if c := s[i]; unreserved(c) || slash && c == '/' {
			out = append(out, c)
		} else {
			out = append(out, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return string(out)
}

func nibble(c byte) (byte, bool) {
	switch {
	case c-'0' < 10:
		return c - '0', true
	case c-'a' < 6:
		return c - 'a' + 10, true
	case c-'A' < 6:
		return c - 'A' + 10, true
	}
	return 0, false
}

// decode undoes percent-encoding once; with plus, + is a space. False when an escape is not two hex digits.
func decode(s string, plus bool) (string, bool) {
	if strings.IndexByte(s, '%') < 0 && !(plus && strings.IndexByte(s, '+') >= 0) {
		return s, true
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+' && plus:
			out = append(out, ' ')
		case c == '%':
			if i+2 >= len(s) {
				return "", false
			}
			hi, ok1 := nibble(s[i+1])
			lo, ok2 := nibble(s[i+2])
			if !ok1 || !ok2 {
				return "", false
			}
			out = append(out, hi<<4|lo)
			i += 2
		default:
			out = append(out, c)
		}
	}
	return string(out), true
}

// normal removes empty and dot segments. A trailing slash stays unless nothing is left; no segment is decoded.
func normal(path string) string {
	if !strings.Contains(path, "//") && !strings.Contains(path, "/.") {
		return path
	}
	var kept []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			if len(kept) > 0 {
				kept = kept[:len(kept)-1]
			}
		default:
			kept = append(kept, segment)
		}
	}
	out := "/" + strings.Join(kept, "/")
	if strings.HasSuffix(path, "/") && len(kept) > 0 {
		out += "/"
	}
	return out
}

// paths returns the canonical forms under which a client may have signed the path, the usual one first.
func paths(raw string, s3 bool) ([2]string, int, error) {
	if !s3 {
		usual, asSent := encode(normal(raw), true), encode(raw, true)
		if usual == asSent {
			return [2]string{usual}, 1, nil
		}
		return [2]string{usual, asSent}, 2, nil
	}
	decoded, ok := decode(raw, false)
	if !ok {
		return [2]string{}, 0, &sign.Problem{Kind: sign.Malformed, Field: "path", Given: raw}
	}
	// Clients that send a byte bare sign it escaped, and the other way round; both forms decode to the same key.
	again := encode(decoded, true)
	if raw == again {
		return [2]string{raw}, 1, nil
	}
	return [2]string{raw, again}, 2, nil
}

// param is one query parameter: name and value in canonical encoding.
type param struct{ name, value string }

// params splits the raw query on & alone and brings each part into canonical encoding, in received order.
// The second result says whether that changed anything.
func params(query string) (list []param, changed bool, err error) {
	if query == "" {
		return nil, false, nil
	}
	if n := strings.Count(query, "&") + 1; n > MaxParameters {
		return nil, false, &sign.Problem{Kind: sign.TooLarge, Field: "query parameters", Limit: MaxParameters}
	}
	list = make([]param, 0, strings.Count(query, "&")+1)
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		sentName, sentValue, _ := strings.Cut(part, "=")
		name, ok1 := recode(sentName)
		value, ok2 := recode(sentValue)
		if !ok1 || !ok2 {
			return nil, false, &sign.Problem{Kind: sign.Malformed, Field: "query"}
		}
		changed = changed || name != sentName || value != sentValue
		list = append(list, param{name, value})
	}
	return list, changed, nil
}

// verbatim returns the parameters as sent, not brought into canonical encoding. Some signers sort the query and leave its escapes
// alone; both forms decode to the same parameters.
func verbatim(query string) []param {
	out := make([]param, 0, strings.Count(query, "&")+1)
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		out = append(out, param{name, value})
	}
	return out
}

func recode(s string) (string, bool) {
	if plain(s, false) {
		return s, true
	}
	s, ok := decode(s, true)
	return encode(s, false), ok
}

// appendQuery appends the canonical query without the parameter named skip. It sorts list.
func appendQuery(out []byte, list []param, skip string) []byte {
	slices.SortFunc(list, func(a, b param) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	first := true
	for _, p := range list {
		if p.name == skip {
			continue
		}
		if !first {
			out = append(out, '&')
		}
		first = false
		out = append(append(append(out, p.name...), '='), p.value...)
	}
	return out
}

// appendFolded appends a header value trimmed, with runs of blanks folded into one.
func appendFolded(out []byte, value string) []byte {
	value = strings.Trim(value, " \t")
	if !strings.Contains(value, "  ") && strings.IndexByte(value, '\t') < 0 {
		return append(out, value...)
	}
	blank := false
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c == ' ' || c == '\t' {
			blank = true
			continue
		}
		if blank {
			out, blank = append(out, ' '), false
		}
		out = append(out, c)
	}
	return out
}

// canonicalKey writes the lower-case name in http.Header's spelling into buf, so that looking it up allocates nothing.
func canonicalKey(buf []byte, name string) []byte {
	upper := true
	for i := 0; i < len(name); i++ {
		c := name[i]
		if upper && c-'a' < 26 {
			c -= 'a' - 'A'
		}
		upper = c == '-'
		buf = append(buf, c)
	}
	return buf
}

// appendHeader appends one canonical header line. False when the request has no such header.
func (d *Request) appendHeader(out []byte, name string) ([]byte, bool) {
	out = append(append(out, name...), ':')
	if name == "host" {
		return append(appendFolded(out, d.Host), '\n'), d.Host != ""
	}
	var room [64]byte
	values := d.Header[string(canonicalKey(room[:0], name))]
	if len(values) == 0 {
		switch {
		case name == "content-length" && d.ContentLength >= 0:
			return append(strconv.AppendInt(out, d.ContentLength, 10), '\n'), true
		case name == "transfer-encoding":
			values = d.TransferEncoding
		case name == "trailer":
			values = d.Trailer
		}
	}
	for i, v := range values {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendFolded(out, v)
	}
	return append(out, '\n'), len(values) != 0
}

// canonical appends everything of the canonical request that follows the path. It sorts list.
func (d *Request) canonical(out []byte, list []param, signed []string, signedList, payload string) ([]byte, error) {
	out = appendQuery(append(out, '\n'), list, querySignature)
	out = append(out, '\n')
	for _, name := range signed {
		var present bool
		if out, present = d.appendHeader(out, name); !present {
			return nil, &sign.Problem{Kind: sign.AbsentHeader, Field: name}
		}
	}
	out = append(append(out, '\n'), signedList...)
	return append(append(out, '\n'), payload...), nil
}
