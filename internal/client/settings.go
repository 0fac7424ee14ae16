package client

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/daypass/daypass/internal/secret"
)

// DefaultRegion is signed with when nobody names a region.
const DefaultRegion = "daypass-1"

// Choice is what the user said on the command line; empty parts are looked for elsewhere.
type Choice struct {
	Endpoint, Region, Profile string
}

// Settings are where to call and as whom.
type Settings struct {
	Endpoint    string
	Region      string
	Credentials Credentials
}

// ErrNoCredentials and ErrNoEndpoint say that nothing in reach names credentials or a server.
var (
	ErrNoCredentials = errors.New("no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY " +
		"(and AWS_SESSION_TOKEN for temporary ones), or name a profile with --profile or AWS_PROFILE")
	ErrNoEndpoint = errors.New("no endpoint: name the server with --endpoint, DAYPASS_ENDPOINT or AWS_ENDPOINT_URL, " +
		"or with endpoint_url in the profile")
)

// Find gathers the settings for calls to service ("sts", "iam", "daypass"), in the order of the AWS command line: the
// command line's own choice, variables, the profile's part of the credentials and config files.
//
// A profile named on the command line goes before credentials in variables; one named by AWS_PROFILE comes after them.
func Find(choice Choice, service string, getenv func(string) string) (Settings, error) {
	files := &profiles{getenv: getenv, name: first(choice.Profile, getenv("AWS_PROFILE"), "default")}
	var s Settings
	var err error
	if s.Credentials, err = credentials(choice, files, getenv); err != nil {
		return Settings{}, err
	}
	if s.Endpoint, err = endpoint(choice, service, files, getenv); err != nil {
		return Settings{}, err
	}
	s.Region = first(choice.Region, getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION"))
	if s.Region == "" {
		p, err := files.profile()
		if err != nil {
			return Settings{}, err
		}
		s.Region = first(p["region"], DefaultRegion)
	}
	return s, nil
}

func credentials(choice Choice, files *profiles, getenv func(string) string) (Credentials, error) {
	if choice.Profile == "" {
		id, key := getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY")
		switch {
		case id != "" && key != "":
			return Credentials{id, secret.New(key), secret.New(getenv("AWS_SESSION_TOKEN"))}, nil
		case id != "":
			return Credentials{}, errors.New("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not")
		case key != "":
			return Credentials{}, errors.New("AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not")
		}
	}
	p, err := files.profile()
	if err != nil {
		return Credentials{}, err
	}
	named := choice.Profile != "" || getenv("AWS_PROFILE") != ""
	if p == nil && !named {
		return Credentials{}, ErrNoCredentials
	}
	if p == nil {
		return Credentials{}, fmt.Errorf("profile %s is neither in %s nor in %s", files.name, files.credentialsFile(), files.configFile())
	}
	id, key := p["aws_access_key_id"], p["aws_secret_access_key"]
	if id == "" || key == "" {
		for _, other := range []string{"role_arn", "credential_process", "sso_session", "sso_start_url", "web_identity_token_file"} {
			if p[other] != "" {
				return Credentials{}, fmt.Errorf("profile %s gets its keys by %s, which daypass does not follow; use a profile with aws_access_key_id and aws_secret_access_key", files.name, other)
			}
		}
		if !named {
			return Credentials{}, ErrNoCredentials
		}
		return Credentials{}, fmt.Errorf("profile %s lacks aws_access_key_id or aws_secret_access_key", files.name)
	}
	return Credentials{id, secret.New(key), secret.New(p["aws_session_token"])}, nil
}

func endpoint(choice Choice, service string, files *profiles, getenv func(string) string) (string, error) {
	found := first(choice.Endpoint, getenv("DAYPASS_ENDPOINT"), getenv("AWS_ENDPOINT_URL_"+strings.ToUpper(service)))
	if found == "" && service == "daypass" {
		// The AWS tools know no variable for our own operations; they are answered where STS and IAM are.
		found = first(getenv("AWS_ENDPOINT_URL_STS"), getenv("AWS_ENDPOINT_URL_IAM"))
	}
	if found = first(found, getenv("AWS_ENDPOINT_URL")); found == "" {
		p, err := files.profile()
		if err != nil {
			return "", err
		}
		found = p["endpoint_url"]
	}
	if found == "" {
		return "", ErrNoEndpoint
	}
	return checkEndpoint(found)
}

// profiles reads the part of one profile in the shared files, once.
type profiles struct {
	getenv func(string) string
	name   string

	read  bool
	found map[string]string
	err   error
}

func (p *profiles) credentialsFile() string {
	return first(p.getenv("AWS_SHARED_CREDENTIALS_FILE"), filepath.Join(p.home(), ".aws", "credentials"))
}

func (p *profiles) configFile() string {
	return first(p.getenv("AWS_CONFIG_FILE"), filepath.Join(p.home(), ".aws", "config"))
}

func (p *profiles) home() string { return first(p.getenv("HOME"), p.getenv("USERPROFILE")) }

// profile returns the profile's settings, those of the credentials file first; nil when no file has it.
func (p *profiles) profile() (map[string]string, error) {
	if p.read {
		return p.found, p.err
	}
	p.read = true
	inConfig := "profile " + p.name
	if p.name == "default" {
		inConfig = p.name
	}
	for _, file := range []struct{ path, section string }{
		{p.configFile(), inConfig},
		{p.credentialsFile(), p.name},
	} {
		section, err := readSection(file.path, file.section)
		if err != nil {
			p.found, p.err = nil, err
			return nil, err
		}
		if section != nil && p.found == nil {
			p.found = make(map[string]string)
		}
		// A key and its secret go together: they never come from two files.
		if section["aws_access_key_id"] != "" {
			delete(p.found, "aws_secret_access_key")
			delete(p.found, "aws_session_token")
		}
		for key, value := range section {
			p.found[key] = value
		}
	}
	return p.found, nil
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
