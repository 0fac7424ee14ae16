package config

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Print writes all settings as a file that gives exactly them when it is read,
// each with a line on what it means. Nothing in it is secret.
func (c *Config) Print(w io.Writer) error {
	b := bufio.NewWriter(w)
	section := ""
	for _, f := range c.Fields() {
		of, name, nested := strings.Cut(f.Key, ".")
		indent := ""
		if !nested {
			of, name = "", f.Key
		} else {
			indent = "  "
		}
		if of != section && nested {
			fmt.Fprintf(b, "%s:\n", of)
		}
		section = of
		fmt.Fprintf(b, "%s# %s\n%s%s: %s\n", indent, f.Usage, indent, name, f.yaml())
	}
	return b.Flush()
}

// yaml is the value as it stands in a file.
func (f Field) yaml() string {
	switch f.kind {
	case text, duration:
		return quote(f.get())
	case list:
		var all []string
		if s := f.get(); s != "" {
			for item := range strings.SplitSeq(s, ",") {
				all = append(all, quote(item))
			}
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	return f.get()
}

// quote writes a text as a double-quoted scalar. Texts hold no control
// characters, so that only quotes and backslashes need care ("YAML 1.2.2", 7.3.1).
func quote(s string) string {
	if plain(s) {
		return s
	}
	if !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7e }) {
		return strconv.Quote(s)
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// plain says that a text cannot be taken for anything but itself: it begins
// with a letter or a slash, is none of the words with a meaning, and has only
// harmless characters.
func plain(s string) bool {
	switch strings.ToLower(s) {
	case "", "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return false
	}
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '/'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789-_.", r)) {
			return false
		}
	}
	return true
}
