package pattern

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// FoldASCII lowers A–Z and nothing else: no other letter may become an ASCII one.
func FoldASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				b[j] = FoldByte(b[j])
			}
			return string(b)
		}
	}
	return s
}

// FoldByte is FoldASCII for one byte.
func FoldByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// FoldKey lowers the name of a condition key, the tag key in it included.
func FoldKey(key string) string {
	for i := 0; i < len(key); i++ {
		if key[i] >= utf8.RuneSelf {
			return strings.Map(foldRune, key)
		}
	}
	return FoldASCII(key)
}

// foldRune lowers a letter, but never a foreign one to an ASCII one: the Kelvin
// sign must not become a k, or a tag key could pass for another.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		return rune(FoldByte(byte(r)))
	}
	if l := unicode.ToLower(r); l >= utf8.RuneSelf {
		return l
	}
	return r
}

// FoldLetter lowers a letter of a value, as AWS was observed to do: the Kelvin
// sign is a k, the dotted capital I is no i, and letters beyond the Basic
// Multilingual Plane stay as they are.
func FoldLetter(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return rune(FoldByte(byte(r)))
	case r == '\u0130' || r > 0xffff:
		return r
	}
	return unicode.ToLower(r)
}
