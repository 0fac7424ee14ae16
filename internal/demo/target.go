package demo

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/daypass/daypass/authz"
)

const (
	root     = "/demo/notes"
	maxPath  = 256 // bytes of a note's path, decoded
	maxParts = 16
)

// verb is what a request wants.
type verb uint8

const (
	put verb = iota
	get
	list
)

// wish is a request, understood.
type wish struct {
	verb verb
	path string // of a note, or the prefix of a listing; decoded
}

// parse understands a request. It reads the raw target and refuses every spelling that two readers could understand as
// two different notes. The error is an *authz.Refusal.
func parse(r *http.Request) (wish, error) {
	path, query, _ := strings.Cut(r.RequestURI, "?")
	rest, ok := strings.CutPrefix(path, root)
	if !ok || rest != "" && rest[0] != '/' {
		return wish{}, refuse(http.StatusNotFound, "NotFound", "There is nothing here. Notes are under "+root+".")
	}
	if rest == "" || rest == "/" {
		if r.Method != http.MethodGet {
			return wish{}, refuse(http.StatusMethodNotAllowed, "MethodNotAllowed", "The list of notes takes GET.")
		}
		prefix, err := readPrefix(query)
		return wish{verb: list, path: prefix}, err
	}
	if err := onlySignature(query); err != nil {
		return wish{}, err
	}
	name, err := readPath(rest[1:])
	if err != nil {
		return wish{}, err
	}
	switch r.Method {
	case http.MethodPut:
		return wish{verb: put, path: name}, nil
	case http.MethodGet:
		return wish{verb: get, path: name}, nil
	}
	return wish{}, refuse(http.StatusMethodNotAllowed, "MethodNotAllowed", "A note takes GET and PUT.")
}

// readPath decodes a note's path, part by part, so that an encoded slash cannot become a border.
func readPath(raw string) (string, error) {
	parts := strings.Split(raw, "/")
	if len(parts) > maxParts {
		return "", badPath("has too many parts")
	}
	for i, part := range parts {
		plain, err := decode(part)
		if err != nil {
			return "", err
		}
		switch plain {
		case "":
			return "", badPath("has an empty part")
		case ".", "..":
			return "", badPath("has a part . or ..")
		}
		parts[i] = plain
	}
	path := strings.Join(parts, "/")
	if len(path) > maxPath {
		return "", badPath("is too long")
	}
	return path, nil
}

// decode undoes percent-encoding once.
func decode(raw string) (string, error) {
	plain := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '%' {
			if i+2 >= len(raw) || !isHex(raw[i+1]) || !isHex(raw[i+2]) {
				return "", badPath("has a % without two hex digits")
			}
			c = unhex(raw[i+1])<<4 | unhex(raw[i+2])
			i += 2
		}
		plain = append(plain, c)
	}
	if !utf8.Valid(plain) {
		return "", badPath("is not UTF-8")
	}
	text := string(plain)
	for _, c := range text {
		// Separators in disguise, what patterns give a meaning to, and what cannot be seen.
		if strings.ContainsRune(`/\%*?`, c) || !unicode.IsPrint(c) {
			return "", badPath("has a character that notes cannot have in their names")
		}
	}
	return text, nil
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}

// readPrefix reads the query of a listing: prefix at most once, and the parameters of a signature.
func readPrefix(query string) (string, error) {
	prefix, seen := "", false
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		switch {
		case name == "prefix" && !seen:
			plain, err := readPartial(value)
			if err != nil {
				return "", err
			}
			prefix, seen = plain, true
		case name == "prefix":
			return "", refuse(http.StatusBadRequest, "InvalidParameter", "The parameter prefix is there twice.")
		default:
			if err := onlySignature(pair); err != nil {
				return "", err
			}
		}
	}
	return prefix, nil
}

// readPartial reads the beginning of a path: the last part may be incomplete or empty. In a query the slash may be
// encoded, and a plus is a space.
func readPartial(raw string) (string, error) {
	raw = strings.ReplaceAll(raw, "+", "%20")
	raw = strings.ReplaceAll(strings.ReplaceAll(raw, "%2F", "/"), "%2f", "/")
	if raw == "" {
		return "", nil
	}
	folder, last := "", raw
	if i := strings.LastIndexByte(raw, '/'); i >= 0 {
		var err error
		if folder, err = readPath(raw[:i]); err != nil {
			return "", err
		}
		folder, last = folder+"/", raw[i+1:]
	}
	last, err := decode(last)
	if err != nil {
		return "", err
	}
	if len(folder)+len(last) > maxPath {
		return "", badPath("is too long")
	}
	return folder + last, nil
}

// onlySignature refuses query parameters other than those of a presigned request: one that is ignored would be believed
// to have an effect.
func onlySignature(query string) error {
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if name != "" && !strings.HasPrefix(name, "X-Amz-") {
			return refuse(http.StatusBadRequest, "InvalidParameter", "There is a query parameter that this request does not take.")
		}
	}
	return nil
}

func badPath(what string) error {
	return refuse(http.StatusBadRequest, "InvalidPath", "The note's path "+what+".")
}

func refuse(status int, code, message string) error {
	return &authz.Refusal{Status: status, Code: code, Message: message}
}
