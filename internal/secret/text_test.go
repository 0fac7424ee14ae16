package secret_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/secret"
	"github.com/goccy/go-yaml"
)

const plain = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"

type exported struct{ Key secret.Text }

type unexported struct {
	key   secret.Text
	keys  []secret.Text
	named map[string]secret.Text
	ptr   *secret.Text
}

func TestTextNeverShows(t *testing.T) {
	text := secret.New(plain)
	values := map[string]any{
		"text": text, "pointer": &text, "exported": exported{text}, "exported pointer": &exported{text},
		"slice": []secret.Text{text}, "map": map[string]secret.Text{"a": text},
		"unexported": unexported{text, []secret.Text{text}, map[string]secret.Text{"a": text}, &text},
		"any":        []any{text}, "error": fmt.Errorf("bad: %v", text),
	}
	for name, value := range values {
		var outs []string
		for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%s", "%x", "%X", "%d", "%10s", "%T", "%#q", "%t"} {
			outs = append(outs, fmt.Sprintf(verb, value))
		}
		outs = append(outs, fmt.Sprint(value), fmt.Sprintln(value))
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("m", "v", value)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "v", value)
		outs = append(outs, log.String())
		if data, err := json.Marshal(value); err == nil {
			outs = append(outs, string(data))
		}
		if data, err := yaml.Marshal(value); err == nil {
			outs = append(outs, string(data))
		}
		if data, err := xml.Marshal(value); err == nil {
			outs = append(outs, string(data))
		}
		for _, out := range outs {
			if strings.Contains(out, plain) || strings.Contains(strings.ToLower(out), fmt.Sprintf("%x", plain[:8])) {
				t.Errorf("%s shows the secret: %s", name, out)
			}
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%s", "%x", "%d"} {
		if got := fmt.Sprintf(verb, text); got != secret.Hidden {
			t.Errorf("%s gives %q", verb, got)
		}
	}
	if data, err := json.Marshal(exported{text}); err != nil || string(data) != `{"Key":"[secret]"}` {
		t.Errorf("JSON gives %s, %v", data, err)
	}
}

func TestTextReveals(t *testing.T) {
	if got := secret.New(plain).Reveal(); got != plain {
		t.Errorf("Reveal gives %q", got)
	}
	var zero secret.Text
	if zero.Reveal() != "" || !zero.IsZero() || !secret.New("").IsZero() || secret.New("x").IsZero() {
		t.Error("the zero Text is not the empty text")
	}
}

func TestTextEqual(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"", "", true}, {plain, plain, true}, {plain, plain[1:], false}, {plain, "", false}, {"a", "b", false}} {
		if got := secret.New(c.a).Equal(secret.New(c.b)); got != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
	if reflect.TypeFor[secret.Text]().Comparable() {
		t.Error("a Text can be compared with ==")
	}
}

func TestTextReads(t *testing.T) {
	var got exported
	if err := json.Unmarshal([]byte(`{"Key":"abc"}`), &got); err != nil || got.Key.Reveal() != "abc" {
		t.Errorf("JSON: %q, %v", got.Key.Reveal(), err)
	}
	if err := yaml.Unmarshal([]byte("key: abc\n"), &got); err != nil || got.Key.Reveal() != "abc" {
		t.Errorf("YAML: %q, %v", got.Key.Reveal(), err)
	}
	if err := json.Unmarshal([]byte(`{"Key":"[secret]"}`), &got); !errors.Is(err, secret.ErrPlaceholder) {
		t.Errorf("the placeholder was read as a secret: %v", err)
	}
}
