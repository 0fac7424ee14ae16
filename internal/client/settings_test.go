package client

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const config = `# shared
[default]
region = from-default
endpoint_url = http://default:1
s3 =
    addressing_style = path
    region = nested

[profile dev]
endpoint_url=http://dev:1
aws_access_key_id = AKIDCONFIG
aws_secret_access_key = config-secret
aws_session_token = config-token

[profile role]
role_arn = arn:aws:iam::111122223333:role/x
[sso-session x]
a = b
`

const shared = `[default]
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = default=secret

[ dev ]
AWS_Access_Key_Id = AKIDDEV
aws_secret_access_key = dev-secret
; comment
`

func environment(t *testing.T, pairs ...string) func(string) string {
	t.Helper()
	home := t.TempDir()
	dir := filepath.Join(home, ".aws")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"config": config, "credentials": shared} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	values := map[string]string{"HOME": home}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return values[name] }
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name    string
		choice  Choice
		service string
		env     []string
		want    string // endpoint, region, key id, secret, token
	}{
		{"default profile", Choice{}, "sts", nil, "http://default:1 from-default AKIDDEFAULT default=secret "},
		{"profile of a flag", Choice{Profile: "dev"}, "sts", []string{"AWS_ACCESS_KEY_ID", "A", "AWS_SECRET_ACCESS_KEY", "B"},
			"http://dev:1 daypass-1 AKIDDEV dev-secret "},
		{"variables before AWS_PROFILE", Choice{}, "sts",
			[]string{"AWS_PROFILE", "dev", "AWS_ACCESS_KEY_ID", "A", "AWS_SECRET_ACCESS_KEY", "B", "AWS_SESSION_TOKEN", "C"},
			"http://dev:1 daypass-1 A B C"},
		{"AWS_PROFILE", Choice{}, "sts", []string{"AWS_PROFILE", "dev"}, "http://dev:1 daypass-1 AKIDDEV dev-secret "},
		{"flags first", Choice{Endpoint: "https://flag/", Region: "flag"}, "sts",
			[]string{"DAYPASS_ENDPOINT", "http://env", "AWS_REGION", "env"}, "https://flag flag AKIDDEFAULT default=secret "},
		{"ours before theirs", Choice{}, "sts", []string{"DAYPASS_ENDPOINT", "http://ours", "AWS_ENDPOINT_URL_STS", "http://theirs",
			"AWS_REGION", "one", "AWS_DEFAULT_REGION", "two"}, "http://ours one AKIDDEFAULT default=secret "},
		{"service before general", Choice{}, "iam", []string{"AWS_ENDPOINT_URL_STS", "http://sts", "AWS_ENDPOINT_URL_IAM", "http://iam",
			"AWS_ENDPOINT_URL", "http://general", "AWS_DEFAULT_REGION", "two"}, "http://iam two AKIDDEFAULT default=secret "},
		{"daypass goes where sts goes", Choice{}, "daypass", []string{"AWS_ENDPOINT_URL_STS", "http://sts", "AWS_ENDPOINT_URL", "http://general"},
			"http://sts from-default AKIDDEFAULT default=secret "},
		{"general", Choice{}, "daypass", []string{"AWS_ENDPOINT_URL", "http://general"}, "http://general from-default AKIDDEFAULT default=secret "},
	} {
		s, err := Find(c.choice, c.service, environment(t, c.env...))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := strings.Join([]string{s.Endpoint, s.Region, s.Credentials.AccessKeyID, s.Credentials.Secret.Reveal(),
			s.Credentials.SessionToken.Reveal()}, " ")
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestFindFails(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(bad, []byte("[default]\nhunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		choice Choice
		env    []string
		want   string
	}{
		{"nothing", Choice{}, []string{"HOME", t.TempDir()}, "AWS_ACCESS_KEY_ID"},
		{"half", Choice{}, []string{"AWS_ACCESS_KEY_ID", "A"}, "AWS_SECRET_ACCESS_KEY is not"},
		{"other half", Choice{}, []string{"AWS_SECRET_ACCESS_KEY", "A"}, "AWS_ACCESS_KEY_ID is not"},
		{"no such profile", Choice{Profile: "none"}, nil, "profile none is neither in"},
		{"no keys", Choice{Profile: "role"}, nil, "role_arn"},
		{"no endpoint", Choice{}, []string{"HOME", t.TempDir(), "AWS_ACCESS_KEY_ID", "A", "AWS_SECRET_ACCESS_KEY", "B"}, "DAYPASS_ENDPOINT"},
		{"bad endpoint", Choice{Endpoint: "localhost"}, nil, `"localhost"`},
		{"bad file", Choice{}, []string{"AWS_SHARED_CREDENTIALS_FILE", bad}, "line 2"},
		{"directory", Choice{}, []string{"AWS_CONFIG_FILE", t.TempDir()}, "directory"},
	} {
		s, err := Find(c.choice, "sts", environment(t, c.env...))
		if err == nil {
			t.Errorf("%s: found %+v", c.name, s)
		} else if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// The two halves of a key never come from two files.
func TestFindKeepsKeysTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(path, []byte("[dev]\naws_access_key_id = OTHER\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Find(Choice{Profile: "dev"}, "sts", environment(t, "AWS_SHARED_CREDENTIALS_FILE", path)); err == nil {
		t.Errorf("found %s with a secret of another key", s.Credentials.AccessKeyID)
	}
}

func TestParseSection(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"[a]\nk=1\n[a]\nk=2", "twice"},
		{"[a]\nk=1\nK=2", "twice"},
		{"[a\nk=1", "line 1"},
		{"=1", "line 1"},
		{"[a]\nno equals", "line 2"},
		{strings.Repeat("\n", maxLines+1), "lines"},
		{strings.Repeat("#", maxFile+1), "bytes"},
	} {
		if got, err := parseSection(c.text, "a"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20q: %v, %v", c.text, got, err)
		}
	}
	got, err := parseSection("\ufeff[b]\nk=no\n[ a ]\r\nk = v = w \r\n", "a")
	if err != nil || len(got) != 1 || got["k"] != "v = w" {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := parseSection("[b]\nk=1", "a"); got != nil || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func FuzzParseSection(f *testing.F) {
	f.Add(config, "default")
	f.Add(shared, "dev")
	f.Add("[a]\r\n = \n", "a")
	f.Fuzz(func(t *testing.T, text, section string) {
		found, err := parseSection(text, section)
		if err != nil && found != nil {
			t.Fatal("an error and a section")
		}
		for key, value := range found {
			if key == "" || key != strings.ToLower(key) || strings.ContainsAny(value, "\n") {
				t.Fatalf("%q = %q", key, value)
			}
		}
	})
}
