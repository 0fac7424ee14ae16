package config

import (
	"strings"
	"testing"
)

// TestQuotas: every quota can be set in the file, within its bounds, and a fault names the place.
func TestQuotas(t *testing.T) {
	c := Default()
	if err := c.decode("c.yaml", []byte("quotas:\n  users_per_account: 3\n  keys_per_user: 4\n  inline_role: 100\n")); err != nil {
		t.Fatal(err)
	}
	if q := c.Quotas; q.UsersPerAccount != 3 || q.KeysPerUser != 4 || q.InlineRole != 100 || q.RolesPerAccount != 1_000_000 {
		t.Errorf("%+v", q)
	}
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	for text, want := range map[string]string{
		"quotas:\n  users_per_acount: 3\n":    "c.yaml:2:3: quotas.users_per_acount: there is no such setting; is it quotas.users_per_account?",
		"quotas:\n  keys_per_user: many\n":    "c.yaml:2:18: quotas.keys_per_user: ",
		"quotas:\n  keys_per_user: -1\n":      "quotas.keys_per_user: -1 is not between 0 and 10000000",
		"quotas:\n  managed: 131073\n":        "quotas.managed: 131073 is not between 0 and 131072",
		"quotas:\n  seal_keys: 2\n":           "quotas.seal_keys: 2 is not between 16 and 10000000",
		"quotas: {tags: 10, tags: 11}\n":      "c.yaml:1:",
		"quotas:\n  groups_per_user: 1_0\n":   "quotas.groups_per_user: ",
		"quotas:\n  groups_per_user: \"2\"\n": "quotas.groups_per_user: ",
	} {
		c := Default()
		err := c.decode("c.yaml", []byte(text))
		if err == nil {
			err = c.Validate()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
