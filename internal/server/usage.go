package server

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/daypass/daypass/internal/iam"
)

// loadUsage reads who used what before the server was started.
func (s *Server) loadUsage(o RunOptions) error {
	for path, read := range map[string]func(io.Reader) error{o.UsageFile: s.usage.Read, o.AccessFile: s.access.Read} {
		if path == "" {
			continue
		}
		f, err := os.Open(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := read(f); err != nil {
			// Last uses are a convenience; a damaged file must not keep the server down.
			s.log.Error("last uses are lost", "file", path, "error", err)
		}
		f.Close()
	}
	return nil
}

// saveUsage writes out who used what, without those who are gone.
func (s *Server) saveUsage(o RunOptions) error {
	v := s.View()
	key := func(id string) bool { _, ok := v.Key(id); return ok }
	entity := func(id string) bool {
		if strings.HasPrefix(id, iam.PrefixUser) {
			_, ok := v.UserByID(id)
			return ok
		}
		_, ok := v.RoleByID(id)
		return ok
	}
	var faults error
	if o.UsageFile != "" {
		data, changed, err := s.usage.Snapshot(key)
		faults = replace(o.UsageFile, data, changed, err)
	}
	if o.AccessFile != "" {
		data, changed, err := s.access.Snapshot(entity, s.clock.Now())
		faults = errors.Join(faults, replace(o.AccessFile, data, changed, err))
	}
	return faults
}

// replace puts a new file in the place of an old one, whole or not at all.
func replace(path string, data []byte, changed bool, err error) error {
	if err != nil || !changed {
		return err
	}
	draft := path + ".new"
	if err := os.WriteFile(draft, data, 0o600); err != nil {
		return err
	}
	return os.Rename(draft, filepath.Clean(path))
}
