package server

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

// RootFromFile reads the root key. When the file is missing and fresh says that there is no state yet which another key sealed, a key
// is made and written, readable by its owner alone.
func RootFromFile(path string, fresh bool) (*seal.Root, error) {
	text, err := readKey(path)
	if errors.Is(err, os.ErrNotExist) && fresh {
		text, err = makeKeyFile(path)
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the root key %s is missing, and the data folder holds a state that was sealed with it: put the key back, or name its place in root_key", path)
	}
	if err != nil {
		return nil, fmt.Errorf("the root key: %w", err)
	}
	root, err := seal.NewRoot(text)
	if err != nil {
		return nil, fmt.Errorf("the root key %s: %w", path, err)
	}
	return root, nil
}

// RootFromText reads a root key that came in an environment variable.
func RootFromText(name, value string) (*seal.Root, error) {
	if value == "" {
		return nil, fmt.Errorf("the root key: the environment variable %s is empty", name)
	}
	root, err := seal.NewRoot(secret.New(value))
	if err != nil {
		return nil, fmt.Errorf("the root key in %s: %w", name, err)
	}
	return root, nil
}

// NewRoot makes a root key that nobody keeps, for a state that is not kept either.
func NewRoot() (*seal.Root, error) {
	text, err := seal.GenerateRoot(rand.Reader)
	if err != nil {
		return nil, err
	}
	return seal.NewRoot(text)
}

func readKey(path string) (secret.Text, error) {
	f, err := os.Open(path)
	if err != nil {
		return secret.Text{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return secret.Text{}, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return secret.Text{}, fmt.Errorf("%s can be read by others than its owner (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	b, err := io.ReadAll(io.LimitReader(f, 4<<10))
	return secret.New(string(b)), err
}

func makeKeyFile(path string) (secret.Text, error) {
	text, err := seal.GenerateRoot(rand.Reader)
	if err != nil {
		return secret.Text{}, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return secret.Text{}, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return secret.Text{}, err
	}
	_, err = f.WriteString(text.Reveal() + "\n")
	return text, errors.Join(err, f.Sync(), f.Close())
}
