package obs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/secret"
)

const clear = "hunter2"

type shape struct{ Inner string }

type broken struct{}

func (broken) MarshalText() ([]byte, error) { return nil, errors.New(clear) }

func logged(t *testing.T, format string, args ...any) string {
	t.Helper()
	var b bytes.Buffer
	log, err := NewLogger(&b, "debug", format)
	if err != nil {
		t.Fatal(err)
	}
	log.Info("said", args...)
	return b.String()
}

func TestNoSecretIsLogged(t *testing.T) {
	for _, format := range []string{"json", "text"} {
		for name, args := range map[string][]any{
			"key":          {"secret_access_key", clear},
			"header":       {"X-Amz-Security-Token", clear},
			"camel":        {"accessKeySecret", clear},
			"bytes":        {"body", []byte(clear)},
			"struct":       {"request", shape{clear}},
			"pointer":      {"request", &shape{clear}},
			"map":          {"form", map[string]string{"a": clear}},
			"headers":      {"headers", http.Header{"A": {clear}}},
			"group":        {slog.Group("authorization", "value", clear)},
			"nested group": {slog.Group("a", slog.Group("Cookies", slog.Group("b", "value", clear)))},
			"in a group":   {slog.Group("a", "password", clear)},
			"number":       {"password", 8675309},
			"own type":     {"x", secret.New(clear)},
			"in error":     {"x", broken{}},
		} {
			got := logged(t, format, args...)
			if strings.Contains(got, clear) || strings.Contains(got, "8675309") {
				t.Errorf("%s, %s: %s", format, name, got)
			}
			if !strings.Contains(got, "said") {
				t.Errorf("%s, %s: nothing was logged: %s", format, name, got)
			}
		}
	}
	var b bytes.Buffer
	log, err := NewLogger(&b, "info", "json")
	if err != nil {
		t.Fatal(err)
	}
	log.With("token", clear).WithGroup("credentials").Info("said", "id", clear)
	if strings.Contains(b.String(), clear) {
		t.Errorf("with attributes: %s", b.String())
	}
}

func TestWhatIsLogged(t *testing.T) {
	var nilAddr *shape
	line := logged(t, "json", "operation", "AssumeRole", "access_key_id", "AKIDEXAMPLE", "took", 1500*time.Millisecond, "n", 3, "ok", true,
		"error", fmt.Errorf("because: %w", errors.New("disk")), "peer", netip.MustParseAddr("10.0.0.1"), "keys", []string{"a", "b"},
		"token", "", "token_type", "session", "none", nil, "gone", nilAddr, "level", "mine", slog.Group("g", "time", "then"))
	var got map[string]any
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	if _, err := time.Parse(time.RFC3339Nano, fmt.Sprint(got["time"])); err != nil {
		t.Error(err)
	}
	delete(got, "time")
	delete(got, "level") // given twice
	want := map[string]any{"msg": "said", "operation": "AssumeRole", "access_key_id": "AKIDEXAMPLE", "took": 1.5e9, "n": 3.0, "ok": true,
		"error": "because: disk", "peer": "10.0.0.1", "keys": "a b", "token": "", "token_type": "session", "none": nil,
		"gone": "[*obs.shape]", "g": map[string]any{"time": "then"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLongValuesAreCut(t *testing.T) {
	long := strings.Repeat("ü", maxText)
	for _, v := range []any{long, errors.New(long), []string{long, long}} {
		line := logged(t, "json", "v", v)
		var got struct{ V string }
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.V) > maxText+40 || !strings.HasSuffix(got.V, " bytes more)") || strings.ContainsRune(got.V, '\uFFFD') {
			t.Errorf("%T: %d bytes, ending in %q", v, len(got.V), got.V[len(got.V)-30:])
		}
	}
	if got := shorten(strings.Repeat("\x80", 2*maxText)); len(got) > maxText+40 {
		t.Errorf("%d bytes of what is not UTF-8", len(got))
	}
}

func TestOneLinePerRecord(t *testing.T) {
	for _, format := range []string{"json", "text"} {
		if got := logged(t, format, "user-agent", "a\nlevel=ERROR msg=forged\r\n{\"msg\":1}"); strings.Count(got, "\n") != 1 {
			t.Errorf("%s: %q", format, got)
		}
	}
}

func TestLevels(t *testing.T) {
	for level, want := range map[string]int{"debug": 4, "info": 3, "warn": 2, "error": 1} {
		var b bytes.Buffer
		log, err := NewLogger(&b, level, "text")
		if err != nil {
			t.Fatal(err)
		}
		log.Debug("x")
		log.Info("x")
		log.Warn("x")
		log.Error("x")
		if got := strings.Count(b.String(), "\n"); got != want {
			t.Errorf("%s: %d lines, want %d", level, got, want)
		}
	}
	for _, c := range [][2]string{{"loud", "json"}, {"", "json"}, {"INFO+2", "json"}, {"info", "xml"}, {"info", ""}} {
		if _, err := NewLogger(&bytes.Buffer{}, c[0], c[1]); err == nil {
			t.Errorf("level %q, format %q was taken", c[0], c[1])
		}
	}
}

func FuzzSensitive(f *testing.F) {
	for _, s := range []string{"secret", "X-Amz-Signature", "token_id", "", "\xff", "SeCrEt"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !Sensitive(name + "-Secret-") {
			t.Errorf("%q with a secret in its name is not sensitive", name)
		}
		if Sensitive(name) != Sensitive(strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r - 'a' + 'A'
			}
			return r
		}, name)) {
			t.Errorf("%q depends on case", name)
		}
	})
}
