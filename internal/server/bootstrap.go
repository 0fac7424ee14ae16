package server

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/secret"
)

// FirstAdmin is the first account and its administrator, as an operator gives them for an unattended install or as the server
// hands them over. The secret is shown in no log.
type FirstAdmin struct {
	AccountID       string `json:"account_id,omitempty"`   // twelve digits; empty: chosen by the server
	AccountName     string `json:"account_name,omitempty"` // empty: "home"
	UserName        string `json:"user_name,omitempty"`    // empty: "admin"
	AccessKeyID     string `json:"access_key_id,omitempty"`
	SecretAccessKey string `json:"secret_access_key,omitempty"`
}

// BootstrapName is the file in the data folder in which the first administrator's key is handed over.
const BootstrapName = "bootstrap.json"

// ReadFirstAdmin reads what an operator prepared. Unknown members are refused.
func ReadFirstAdmin(path string) (*FirstAdmin, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the bootstrap file: %w", err)
	}
	defer f.Close()
	d := json.NewDecoder(io.LimitReader(f, 16<<10))
	d.DisallowUnknownFields()
	var in FirstAdmin
	if err := d.Decode(&in); err != nil {
		return nil, fmt.Errorf("the bootstrap file %s: %w", path, err)
	}
	if (in.AccessKeyID == "") != (in.SecretAccessKey == "") {
		return nil, fmt.Errorf("the bootstrap file %s must have both access_key_id and secret_access_key, or neither", path)
	}
	if n := len(in.SecretAccessKey); n > 0 && (n < 32 || n > 128) {
		return nil, fmt.Errorf("the bootstrap file %s: secret_access_key must have 32 to 128 characters", path)
	}
	return &in, nil
}

// Bootstrap makes the first account and its administrator when the state is empty, once and for all. With a key given by the
// operator nothing is handed over. Else a key is made and put into the file [BootstrapName] in folder, readable by its owner
// alone, before the account exists: whatever happens in between, nobody is locked out and no key is lost. It returns nil when
// there was nothing to do.
func (s *Server) Bootstrap(ctx context.Context, folder string, given *FirstAdmin) (*FirstAdmin, error) {
	final := filepath.Join(folder, BootstrapName)
	draft := final + ".new"
	if accounts, _ := s.View().Accounts("", 1); len(accounts) > 0 {
		// A crash between making the account and the last rename left the key in the draft.
		if err := os.Rename(draft, final); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("hand over the first key: %w", err)
		}
		return nil, nil
	}
	first := FirstAdmin{AccountName: "home", UserName: "admin"}
	own := given == nil || given.AccessKeyID == ""
	if given != nil {
		first.AccountID, first.AccessKeyID, first.SecretAccessKey = given.AccountID, given.AccessKeyID, given.SecretAccessKey
		first.AccountName, first.UserName = or(given.AccountName, "home"), or(given.UserName, "admin")
	}
	if !own {
		// A draft of an earlier attempt belongs to an account that was never made.
		if err := os.Remove(draft); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("hand over the first key: %w", err)
		}
	}
	err := s.change(ctx, "Bootstrap", func(tx *iam.Tx) error {
		if err := s.makeAccount(tx, &first); err != nil {
			return err
		}
		if own {
			return writeDraft(draft, &first)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("make the first account: %w", err)
	}
	if own {
		if err := os.Rename(draft, final); err != nil {
			return nil, fmt.Errorf("hand over the first key: %w", err)
		}
	}
	return &first, nil
}

func or(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

// makeAccount adds an account with an administrator and his key, and completes a with what was chosen.
func (s *Server) makeAccount(tx *iam.Tx, a *FirstAdmin) error {
	account, err := credential.NewAccount(tx, a.AccountID, a.AccountName, a.UserName)
	if err != nil {
		return err
	}
	a.AccountID = account.ID
	if a.AccessKeyID != "" {
		_, err = credential.Add(tx, s.root, account.ID, a.UserName, a.AccessKeyID, secret.New(a.SecretAccessKey))
		return err
	}
	k, key, err := credential.Make(tx, s.root, rand.Reader, account.ID, a.UserName)
	if err != nil {
		return err
	}
	a.AccessKeyID, a.SecretAccessKey = k.ID, key.Reveal()
	return nil
}

// writeDraft puts the key on disk for good before the account that it opens exists.
func writeDraft(path string, a *FirstAdmin) error {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(strings.TrimSpace(string(text)) + "\n")
	return errors.Join(err, f.Sync(), f.Close())
}
