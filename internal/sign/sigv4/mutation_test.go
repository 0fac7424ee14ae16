package sigv4_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/sign/sigv4"
)

// TestMutations changes one thing at a time of a request that verifies. Every change is refused.
func TestMutations(t *testing.T) {
	for what, good := range map[string]*sigv4.Request{"header": signedPost(t), "query": presignedGet(t)} {
		if err := judge(stsRules, good, noon); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for name, change := range mutations(good) {
			c := clone(good)
			change(c)
			if err := judge(stsRules, c, noon); sign.KindOf(err) == 0 {
				t.Errorf("%s: %s: %v", what, name, err)
			}
		}
	}
}

// mutations lists changes of every single part of the request.
func mutations(d *sigv4.Request) map[string]func(*sigv4.Request) {
	list := map[string]func(*sigv4.Request){
		"method":         func(c *sigv4.Request) { c.Method = "PUT" },
		"method case":    func(c *sigv4.Request) { c.Method = strings.ToLower(c.Method) },
		"method empty":   func(c *sigv4.Request) { c.Method = "" },
		"host":           func(c *sigv4.Request) { c.Host += "x" },
		"host empty":     func(c *sigv4.Request) { c.Host = "" },
		"path":           func(c *sigv4.Request) { c.Target = "/x" + c.Target[1:] },
		"path escaped":   func(c *sigv4.Request) { c.Target = "/%2F" + c.Target[1:] },
		"query added":    func(c *sigv4.Request) { c.Target += "&x=y" },
		"query dropped":  func(c *sigv4.Request) { c.Target, _, _ = strings.Cut(c.Target, "?") },
		"query valuless": func(c *sigv4.Request) { c.Target += "&x" },
		"body":           func(c *sigv4.Request) { c.Body = append(c.Body, ' ') },
		"absolute form":  func(c *sigv4.Request) { c.Target = "https://" + c.Host + c.Target },
		"asterisk":       func(c *sigv4.Request) { c.Target = "*" },
	}
	for i := range d.Target {
		list[fmt.Sprintf("target byte %d", i)] = func(c *sigv4.Request) {
			b := byte('0')
			if c.Target[i] == b {
				b = '1'
			}
			c.Target = c.Target[:i] + string(b) + c.Target[i+1:]
		}
	}
	for i := range d.Body {
		list[fmt.Sprintf("body byte %d", i)] = func(c *sigv4.Request) { c.Body[i] ^= 1 }
	}
	for name, values := range d.Header {
		list["drop "+name] = func(c *sigv4.Request) { c.Header.Del(name) }
		list["empty "+name] = func(c *sigv4.Request) { c.Header.Set(name, "") }
		list["double "+name] = func(c *sigv4.Request) { c.Header.Add(name, values[0]) }
		for i := range values[0] {
			list[fmt.Sprintf("%s byte %d", name, i)] = func(c *sigv4.Request) {
				b := []byte(values[0])
				b[i] ^= 1
				c.Header.Set(name, string(b))
			}
		}
	}
	return list
}

// TestEquivalents lists the changes that the scheme itself allows, so that the list of what a caller must expect is written down.
func TestEquivalents(t *testing.T) {
	good := signedPost(t)
	for name, change := range map[string]func(*sigv4.Request){
		"slashes":          func(c *sigv4.Request) { c.Target = "//" + c.Target[1:] },
		"dot segment":      func(c *sigv4.Request) { c.Target = "/./" + c.Target[1:] },
		"plus for blank":   func(c *sigv4.Request) { c.Target = strings.Replace(c.Target, "%20", "+", 1) },
		"empty parameter":  func(c *sigv4.Request) { c.Target += "&" },
		"outer blanks":     func(c *sigv4.Request) { c.Header.Set("X-Custom", "  one ") },
		"unsigned header":  func(c *sigv4.Request) { c.Header.Set("User-Agent", "x") },
		"blanks in header": func(c *sigv4.Request) { *c = *replaceAuth(c, ", SignedHeaders", ",\t  SignedHeaders") },
		"no blanks":        func(c *sigv4.Request) { *c = *replaceAuth(replaceAuth(c, ", ", ","), ", ", ",") },
		"hash for body":    func(c *sigv4.Request) { c.Body, c.BodySHA256 = nil, sigv4.HashBody(c.Body) },
	} {
		c := clone(good)
		change(c)
		if err := judge(stsRules, c, noon); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBounds: too much of anything is refused before it costs anything.
func TestBounds(t *testing.T) {
	good := signedPost(t)
	long := func(n int) string { return strings.Repeat("a", n) }
	for name, change := range map[string]func(*sigv4.Request){
		"target":       func(c *sigv4.Request) { c.Target += "&x=" + long(sigv4.MaxTarget) },
		"parameters":   func(c *sigv4.Request) { c.Target += strings.Repeat("&a=b", sigv4.MaxParameters) },
		"header bytes": func(c *sigv4.Request) { c.Header.Set("X-Long", long(sigv4.MaxHeaderBytes)) },
		"header lines": func(c *sigv4.Request) { c.Header["X-Many"] = make([]string, sigv4.MaxHeaders) },
		"authorization": func(c *sigv4.Request) {
			c.Header.Set("Authorization", c.Header.Get("Authorization")+long(sigv4.MaxAuthorization))
		},
		"signed headers": func(c *sigv4.Request) {
			*c = *replaceAuth(c, "content-type", "a"+strings.Repeat(";a", sigv4.MaxSignedHeaders))
		},
	} {
		c := clone(good)
		change(c)
		wantKind(t, name, judge(stsRules, c, noon), sign.TooLarge)
	}
	if _, err := sigv4.FromFields("GET", "/", "h", make([]sigv4.Field, sigv4.MaxHeaders+1)); sign.KindOf(err) != sign.TooLarge {
		t.Errorf("described headers: %v", err)
	}
	for _, target := range []string{"", "x", "*", "http://h/", "/a b", "/\x00", "/\n", "/\x7f"} {
		d := &sigv4.Request{Method: http.MethodGet, Target: target, Host: "h", Header: http.Header{}}
		wantKind(t, fmt.Sprintf("target %q", target), judge(stsRules, d, noon), sign.Malformed)
	}
	for _, query := range []string{"%", "a=%", "a=%2", "a=%zz", "%g0=1"} {
		d := &sigv4.Request{Method: http.MethodGet, Target: "/?" + query, Host: "h", Header: http.Header{}}
		wantKind(t, query, judge(stsRules, d, noon), sign.Malformed)
	}
}
