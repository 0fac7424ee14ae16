package client

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Bounds of a shared file.
const (
	maxFile  = 1 << 20
	maxLines = 20_000
)

// readSection reads one section of the file. It is nil when there is no such file or section.
func readSection(path, section string) (map[string]string, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	found, err := parseSection(string(text), section)
	if err != nil {
		return nil, fmt.Errorf("read profile: %s: %w", path, err)
	}
	return found, nil
}

// parseSection reads "[section]" and the "key = value" lines below it. Lines that begin with # or ; are comments, lines
// that begin with white space belong to a nested setting and are skipped. Keys compare without case; a key or a section
// that is there twice is an error, because readers differ in which one counts. Errors name the line and never show it.
func parseSection(text, section string) (map[string]string, error) {
	if len(text) > maxFile {
		return nil, fmt.Errorf("more than %d bytes", maxFile)
	}
	var found map[string]string
	inside, number := false, 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		if number++; number > maxLines {
			return nil, fmt.Errorf("more than %d lines", maxLines)
		}
		plain := strings.TrimSpace(line)
		switch {
		case plain == "" || plain[0] == '#' || plain[0] == ';' || line[0] == ' ' || line[0] == '\t':
		case plain[0] == '[':
			name, ok := strings.CutSuffix(plain[1:], "]")
			if !ok {
				return nil, fmt.Errorf("line %d: a section's name ends with ]", number)
			}
			inside = strings.Join(strings.Fields(name), " ") == section
			if inside && found != nil {
				return nil, fmt.Errorf("line %d: section %s is there twice", number, section)
			}
			if inside {
				found = make(map[string]string)
			}
		default:
			key, value, ok := strings.Cut(plain, "=")
			key = strings.ToLower(strings.TrimSpace(key))
			if !ok || key == "" {
				return nil, fmt.Errorf("line %d: expected key = value", number)
			}
			if !inside {
				continue
			}
			if _, double := found[key]; double {
				return nil, fmt.Errorf("line %d: the key is there twice", number)
			}
			found[key] = strings.TrimSpace(value)
		}
	}
	return found, nil
}
