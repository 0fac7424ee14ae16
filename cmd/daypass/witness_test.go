package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/daypass/daypass/policy/policytest"
)

// The case that comes with a witness is one for policy test: it wants a denial and gets the grant.
func TestWitnessesAreCases(t *testing.T) {
	const head = `{"Version":"2012-10-17","Statement":`
	for use, doc := range map[string]string{
		"inline":   `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}/*","Condition":{"ForAnyValue:StringLike":{"aws:TagKeys":["a*","b*"]}}}`,
		"session":  `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`,
		"scp":      `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`,
		"trust":    `{"Effect":"Allow","Principal":{"AWS":"arn:aws:sts::111122223333:federated-user/f"},"Action":"sts:AssumeRole"}`,
		"resource": `{"Effect":"Allow","Principal":{"AWS":["111122223333","AIDAALICE00000000001"],"Service":"logs.example.com"},"Action":"s3:*","Resource":"arn:aws:s3:::b"}`,
	} {
		dir := t.TempDir()
		empty, name := filepath.Join(dir, "empty.json"), filepath.Join(dir, "new.json")
		if err := os.WriteFile(empty, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(head+doc+"}"), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, words bytes.Buffer
		e := &env{in: bytes.NewReader(nil), out: &out, err: &words}
		if code := run(t.Context(), e, []string{"policy", "diff", empty, name, "--use", use, "--output", "json"}); code != exitFindings {
			t.Fatalf("%s: exit code %d: %s", use, code, &words)
		}
		var d difference
		if err := json.Unmarshal(out.Bytes(), &d); err != nil || len(d.Witnesses) == 0 {
			t.Fatalf("%s: %v, %d witnesses", use, err, len(d.Witnesses))
		}
		for _, w := range d.Witnesses {
			var line bytes.Buffer
			if err := json.Compact(&line, w.Case); err != nil {
				t.Fatal(err)
			}
			passed, failed, err := policytest.Run(&line, use, func(r policytest.Result) {
				if r.Want != "deny" || r.Got != "allow" {
					t.Errorf("%s: want %q, got %q: %v in %s", use, r.Want, r.Got, r.Err, w.Case)
				}
			})
			if passed != 0 || failed != 1 || err != nil {
				t.Errorf("%s: %d passed, %d failed, %v", use, passed, failed, err)
			}
		}
	}
}
