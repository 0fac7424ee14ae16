package sigv4_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/daypass/daypass/internal/sign/sigv4"
)

type recorded struct {
	Name, Service, Method, Target, Host, Body string
	S3                                        bool
	Headers                                   [][2]string
}

func readRecorded(tb testing.TB) []recorded {
	tb.Helper()
	data, err := os.ReadFile("testdata/botocore.json")
	if err != nil {
		tb.Fatal(err)
	}
	var file struct{ Requests []recorded }
	if err := json.Unmarshal(data, &file); err != nil {
		tb.Fatal(err)
	}
	if len(file.Requests) == 0 {
		tb.Fatal("no requests")
	}
	return file.Requests
}

func (v *recorded) request(tb testing.TB) *sigv4.Request {
	tb.Helper()
	list := []sigv4.Field{}
	for _, h := range v.Headers {
		list = append(list, sigv4.Field{Name: h[0], Value: h[1]})
	}
	d, err := sigv4.FromFields(v.Method, v.Target, v.Host, list)
	if err != nil {
		tb.Fatal(err)
	}
	d.Body = []byte(v.Body)
	return d
}

// TestBotocore verifies requests as botocore signs them; the file says which version and classes.
func TestBotocore(t *testing.T) {
	for _, v := range readRecorded(t) {
		t.Run(v.Name, func(t *testing.T) {
			rules := sigv4.Rules{Services: []string{v.Service}, S3: v.S3}
			if err := judge(rules, v.request(t), noon); err != nil {
				t.Error(err)
			}
			altered := v.request(t)
			altered.Method = "DELETE"
			if err := judge(rules, altered, noon); err == nil {
				t.Error("another method verifies")
			}
		})
	}
}
