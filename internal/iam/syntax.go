package iam

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/fault"
)

// The doors hold every field against their API model before it comes here. These checks keep the records well formed whatever
// the door did: what gets past them could spoil a row key, a resource name or an index.

// checkName holds a name against [\w+=,.@-]{1,max} (userNameType and its siblings in the IAM API model).
func checkName(parameter, name string, most int) error {
	if name == "" || len(name) > most {
		return fault.BadParameter(parameter, name)
	}
	for i := range len(name) {
		if !isNameByte(name[i]) {
			return fault.BadParameter(parameter, name)
		}
	}
	return nil
}

func isNameByte(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return strings.IndexByte("_+=,.@-", c) >= 0
}

// checkPath holds a path against pathType of the IAM API model: "/", or printable ASCII between slashes, 512 at most. An empty
// path stands for "/".
func checkPath(path string) (string, error) {
	if path == "" {
		return "/", nil
	}
	if len(path) > 512 || path[0] != '/' || path[len(path)-1] != '/' || path == "//" {
		return "", fault.BadParameter("path", path)
	}
	for i := range len(path) {
		if path[i] < 0x21 || path[i] > 0x7e {
			return "", fault.BadParameter("path", path)
		}
	}
	return path, nil
}

// isDisplayName accepts 1 to most printable characters.
func isDisplayName(s string, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= 1 && n <= most && isPrintable(s)
}

func isPrintable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' && r != 0xA0 && r != 0xAD {
			return false
		}
	}
	return true
}

// checkDescription accepts up to 1,000 printable characters, none included.
func checkDescription(s string) error {
	if len(s) > 4000 || utf8.RuneCountInString(s) > 1000 || !isPrintable(s) {
		return fault.BadParameter("description", s)
	}
	return nil
}

// fold is the form under which names are compared. Names are ASCII, so lowering them is all there is to it.
func fold(name string) string { return strings.ToLower(name) }
