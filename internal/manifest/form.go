package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Format is the version of the form, the member "daypass" of the document.
const Format = 1

// MaxSize bounds a document in bytes.
const MaxSize = 64 << 20

// maxDepth bounds the nesting of a document. A policy needs about eight levels.
const maxDepth = 64

// Manifest is an account's identities. Lists are in order of the names.
type Manifest struct {
	Format  int    `json:"daypass"`
	Account string `json:"account"` // the account whose number stands in the resource names of this document
	Alias   string `json:"alias,omitempty"`

	Policies         []Policy          `json:"policies,omitempty"`
	OIDCProviders    []OIDCProvider    `json:"oidcProviders,omitempty"`
	SAMLProviders    []SAMLProvider    `json:"samlProviders,omitempty"`
	Groups           []Group           `json:"groups,omitempty"`
	Users            []User            `json:"users,omitempty"`
	Roles            []Role            `json:"roles,omitempty"`
	InstanceProfiles []InstanceProfile `json:"instanceProfiles,omitempty"`
}

// Document is a policy document as JSON.
type Document = json.RawMessage

// Policy is a managed policy of the account.
type Policy struct {
	Name        string            `json:"name"`
	Path        string            `json:"path,omitempty"` // empty for "/", here and below
	Description string            `json:"description,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Document    Document          `json:"document"` // of the default version

	versions []string // ids of the others, oldest first; only of what a server has
}

// Grants are what a user, group or role has policies of.
type Grants struct {
	Attached []string            `json:"attachedPolicies,omitempty"` // resource names
	Inline   map[string]Document `json:"inlinePolicies,omitempty"`
}

// Group is a group. Its members are told with the users.
type Group struct {
	Name string `json:"name"`
	Path string `json:"path,omitempty"`
	Grants
}

// User is a user without credentials.
type User struct {
	Name     string            `json:"name"`
	Path     string            `json:"path,omitempty"`
	Tags     map[string]string `json:"tags,omitempty"`
	Boundary string            `json:"permissionsBoundary,omitempty"`
	Groups   []string          `json:"groups,omitempty"`
	Grants
}

// Role is a role.
type Role struct {
	Name        string            `json:"name"`
	Path        string            `json:"path,omitempty"`
	Description string            `json:"description,omitempty"`
	MaxSession  int64             `json:"maxSessionDuration,omitempty"` // seconds; 0: what it is, for a new role an hour
	Tags        map[string]string `json:"tags,omitempty"`
	Boundary    string            `json:"permissionsBoundary,omitempty"`
	Trust       Document          `json:"assumeRolePolicy"`
	Grants
}

// InstanceProfile is a container for a role.
type InstanceProfile struct {
	Name string            `json:"name"`
	Path string            `json:"path,omitempty"`
	Tags map[string]string `json:"tags,omitempty"`
	Role string            `json:"role,omitempty"`
}

// OIDCProvider is an issuer of web identity tokens.
type OIDCProvider struct {
	URL         string            `json:"url"` // https://…
	ClientIDs   []string          `json:"clientIds,omitempty"`
	Thumbprints []string          `json:"thumbprints,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// SAMLProvider is an issuer of SAML assertions.
type SAMLProvider struct {
	Name     string            `json:"name"`
	Metadata string            `json:"metadata"` // XML
	Tags     map[string]string `json:"tags,omitempty"`
}

// Read reads a document. It is strict: an unknown member, a member given twice, trailing data or another version is an error.
func Read(r io.Reader) (*Manifest, error) {
	b, err := readAll(r)
	if err != nil {
		return nil, err
	}
	m := new(Manifest)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(m); err != nil {
		return nil, fmt.Errorf("%w%s", err, at(b, err))
	}
	if m.Format != Format {
		return nil, fmt.Errorf(`member "daypass": want %d, the version of the form, not %d`, Format, m.Format)
	}
	return m, m.settle()
}

// settle leaves out paths that say nothing, so that manifests compare, and demands the documents that must be there.
func (m *Manifest) settle() error {
	for i := range m.Policies {
		m.Policies[i].Path = tidy(m.Policies[i].Path)
		if len(m.Policies[i].Document) == 0 {
			return fmt.Errorf("policy %q has no document", m.Policies[i].Name)
		}
	}
	for i := range m.Groups {
		m.Groups[i].Path = tidy(m.Groups[i].Path)
	}
	for i := range m.Users {
		m.Users[i].Path = tidy(m.Users[i].Path)
	}
	for i := range m.Roles {
		m.Roles[i].Path = tidy(m.Roles[i].Path)
		if len(m.Roles[i].Trust) == 0 {
			return fmt.Errorf("role %q has no assumeRolePolicy", m.Roles[i].Name)
		}
	}
	for i := range m.InstanceProfiles {
		m.InstanceProfiles[i].Path = tidy(m.InstanceProfiles[i].Path)
	}
	return nil
}

// Write writes a document, one member per line.
func (m *Manifest) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(m)
}

// readAll reads a bounded JSON text, of one value, in which no object has a member twice.
func readAll(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(b) > MaxSize {
		return nil, fmt.Errorf("the document is longer than %d bytes", MaxSize)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if err := unique(d, 0); err != nil {
		return nil, fmt.Errorf("%w%s", err, at(b, err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("data after the document%s", line(b, d.InputOffset()))
	}
	return b, nil
}

// unique reads one value and demands that the members of its objects have different names.
func unique(d *json.Decoder, depth int) error {
	t, err := d.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		return err
	}
	open, nested := t.(json.Delim)
	if !nested {
		return nil
	}
	if depth == maxDepth {
		return fmt.Errorf("nested deeper than %d levels at offset %d", maxDepth, d.InputOffset())
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			text, _ := name.(string)
			if seen[text] {
				return fmt.Errorf("member %q comes twice at offset %d", text, d.InputOffset())
			}
			seen[text] = true
		}
		if err := unique(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// at words where in b an error of the JSON decoder happened, if it says.
func at(b []byte, err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return line(b, syntax.Offset)
	case errors.As(err, &kind):
		return line(b, kind.Offset)
	}
	return ""
}

func line(b []byte, offset int64) string {
	return fmt.Sprintf(" (line %d)", 1+bytes.Count(b[:min(int(offset), len(b))], []byte("\n")))
}

// same says whether two documents are the same but for white space.
func same(a, b Document) bool { return bytes.Equal(compact(a), compact(b)) }

func compact(d Document) []byte {
	var b bytes.Buffer
	if err := json.Compact(&b, d); err != nil {
		return d
	}
	return b.Bytes()
}
