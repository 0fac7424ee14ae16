package arn

import (
	"errors"
	"strings"
)

// MaxLength bounds a resource name in bytes (the arnType of the IAM API model).
const MaxLength = 2048

// Style is one cloud's spelling of resource names.
type Style uint8

// AWS is arn:partition:service:region:account:resource.
const AWS Style = 0

// ErrInvalid says that a text is not a resource name.
var ErrInvalid = errors.New("arn: not a resource name")

// Name is a parsed resource name. The zero Name is not valid.
type Name struct {
	Partition, Service, Region, Account, Resource string
}

// Parse reads a name strictly: six fields, the partition "aws" or one that begins with "aws-", a service of lower case letters,
// digits and "-", an account that is empty, twelve digits or "aws", a resource that is not empty, no control characters or white
// space at either end, at most [MaxLength] bytes. The fields are substrings of s.
func Parse(s string) (Name, error) {
	if len(s) > MaxLength {
		return Name{}, ErrInvalid
	}
	rest, ok := strings.CutPrefix(s, "arn:")
	if !ok {
		return Name{}, ErrInvalid
	}
	var n Name
	for _, field := range []*string{&n.Partition, &n.Service, &n.Region, &n.Account} {
		*field, rest, ok = strings.Cut(rest, ":")
		if !ok {
			return Name{}, ErrInvalid
		}
	}
	n.Resource = rest
	if !n.Valid() {
		return Name{}, ErrInvalid
	}
	return n, nil
}

// Valid reports whether the fields are ones that [Parse] accepts.
func (n Name) Valid() bool {
	if n.Partition != "aws" && (!strings.HasPrefix(n.Partition, "aws-") || !isWord(n.Partition[4:])) {
		return false
	}
	if !isWord(n.Service) || n.Region != "" && !isWord(n.Region) {
		return false
	}
	if n.Account != "" && n.Account != "aws" && !IsAccount(n.Account) {
		return false
	}
	return isResource(n.Resource)
}

// String prints the name; Parse reads it back.
func (n Name) String() string {
	return "arn:" + n.Partition + ":" + n.Service + ":" + n.Region + ":" + n.Account + ":" + n.Resource
}

// Entity splits the resource of a name into its kind, path and name: user/a/b/joe is user, /a/b/, joe. The root of an account is
// kind "root" with neither path nor name. A session arn:aws:sts::A:assumed-role/R/S is kind assumed-role, path "/R/" and name S.
// ok is false for a resource that has no kind.
func (n Name) Entity() (kind, path, name string, ok bool) {
	if n.Resource == "root" {
		return "root", "", "", true
	}
	kind, rest, found := strings.Cut(n.Resource, "/")
	if !found || kind == "" {
		return "", "", "", false
	}
	last := strings.LastIndexByte(rest, '/')
	name = rest[last+1:]
	if name == "" {
		return "", "", "", false
	}
	// The path begins at the slash that ends the kind.
	return kind, n.Resource[len(kind) : len(kind)+1+last+1], name, true
}

// Session splits a role session's name into the role's name and the session's; ok is false for other names.
func (n Name) Session() (role, session string, ok bool) {
	if n.Service != "sts" {
		return "", "", false
	}
	rest, found := strings.CutPrefix(n.Resource, "assumed-role/")
	if !found {
		return "", "", false
	}
	role, session, found = strings.Cut(rest, "/")
	if !found || role == "" || session == "" || strings.Contains(session, "/") {
		return "", "", false
	}
	return role, session, true
}

// IsAccount reports whether s is an account id: twelve digits.
func IsAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func isWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != ""
}

func isResource(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == 0x7f {
			return false
		}
	}
	return s != "" && s[0] != ' ' && s[len(s)-1] != ' '
}
