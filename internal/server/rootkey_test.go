package server

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

func TestRootFromFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "root.key")
	if _, err := RootFromFile(path, false); err == nil || !strings.Contains(err.Error(), "put the key back") {
		t.Errorf("a missing key beside a state: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Fatal("a key was made for a state that another key sealed")
	}
	first := must[*seal.Root](t)(RootFromFile(path, true))
	if info := must[os.FileInfo](t)(os.Stat(path)); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	if info := must[os.FileInfo](t)(os.Stat(filepath.Dir(path))); info.Mode().Perm() != 0o700 {
		t.Errorf("folder mode %o", info.Mode().Perm())
	}
	sealed := must[[]byte](t)(first.Wrap([]byte("x"), nil))
	for _, fresh := range []bool{true, false} {
		again := must[*seal.Root](t)(RootFromFile(path, fresh))
		if _, err := again.Unwrap(sealed, nil); err != nil {
			t.Errorf("read again (fresh %t), it is another key: %v", fresh, err)
		}
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o644, 0o610} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := RootFromFile(path, true); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := RootFromFile(path, false); err != nil {
		t.Errorf("mode 400: %v", err)
	}
}

func TestRootThatIsNone(t *testing.T) {
	good := must[secret.Text](t)(seal.GenerateRoot(rand.Reader)).Reveal()
	for what, text := range map[string]string{"empty": "", "short": good[:20], "zeros": seal.EncodeText(make([]byte, 32)), "text": "a password that somebody typed in",
		"a long file": good + strings.Repeat(" ", 5000) + "x"} {
		path := filepath.Join(t.TempDir(), "root.key")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		// A damaged key is never replaced, not even where there is no state yet: it may open a backup.
		_, err := RootFromFile(path, true)
		if what == "a long file" {
			continue // what follows the blanks is not read
		}
		if !errors.Is(err, seal.ErrRootKey) {
			t.Errorf("%s: %v", what, err)
		}
		if err != nil && len(text) > 10 && strings.Contains(err.Error(), text[:10]) {
			t.Errorf("the error shows the key: %v", err)
		}
		if _, err := RootFromText("KEY", text); err == nil || !strings.Contains(err.Error(), "KEY") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := RootFromText("KEY", good); err != nil {
		t.Error(err)
	}
}

// A state that was sealed under another root key is refused at the start.
func TestOtherRootIsRefused(t *testing.T) {
	p := newParts(t)
	p.server(t, nil)
	p.root = must[*seal.Root](t)(NewRoot())
	if _, err := New(t.Context(), p.options(nil)); !errors.Is(err, seal.ErrOtherRoot) {
		t.Errorf("%v", err)
	}
}
