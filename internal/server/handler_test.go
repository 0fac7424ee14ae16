package server

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// Where a request comes from is the socket's word, unless the socket is a proxy that the operator trusts.
func TestAttack26_SourceIPSpoof(t *testing.T) {
	type headers map[string][]string
	one := func(xff ...string) headers { return headers{"X-Forwarded-For": xff} }
	for _, c := range []struct {
		trusted []string
		remote  string
		headers headers
		tls     bool
		source  string
		secure  bool
	}{
		{nil, "203.0.113.9:1234", nil, false, "203.0.113.9", false},
		{nil, "203.0.113.9:1234", nil, true, "203.0.113.9", true},
		// From a peer who is not trusted nothing is believed.
		{nil, "203.0.113.9:1234", one("10.0.0.1"), false, "203.0.113.9", false},
		{[]string{"192.0.2.0/24"}, "203.0.113.9:1234", one("10.0.0.1", "10.0.0.2"), false, "203.0.113.9", false},
		{[]string{"192.0.2.0/24"}, "203.0.113.9:1234", headers{"X-Forwarded-Proto": {"https"}}, false, "203.0.113.9", false},
		{[]string{"192.0.2.0/24"}, "203.0.113.9:1234", headers{"X-Real-Ip": {"10.0.0.1"}, "Forwarded": {"for=10.0.0.1"}, "True-Client-Ip": {"10.0.0.1"}}, false, "203.0.113.9", false},
		{[]string{"192.0.2.0/24"}, "192.0.2.1:1234", headers{"X-Real-Ip": {"10.0.0.1"}, "Forwarded": {"for=10.0.0.1"}}, false, "192.0.2.1", false},
		// A trusted proxy names who came to it.
		{[]string{"192.0.2.0/24"}, "192.0.2.1:1234", one("198.51.100.7"), false, "198.51.100.7", false},
		{[]string{"192.0.2.1/32"}, "192.0.2.1:1234", headers{"X-Forwarded-For": {"198.51.100.7"}, "X-Forwarded-Proto": {"https"}}, false, "198.51.100.7", true},
		{[]string{"192.0.2.1/32"}, "192.0.2.1:1234", headers{"X-Forwarded-For": {"198.51.100.7"}, "X-Forwarded-Proto": {"http"}}, true, "198.51.100.7", false},
		{[]string{"192.0.2.1/32"}, "192.0.2.1:1234", headers{"X-Forwarded-Proto": {"http", "https"}}, false, "192.0.2.1", false},
		{[]string{"192.0.2.1/32"}, "192.0.2.1:1234", headers{"X-Forwarded-Proto": {"http, https"}}, false, "192.0.2.1", false},
		// What the client wrote in front stands in front.
		{[]string{"192.0.2.0/24"}, "192.0.2.1:1234", one("10.0.0.1, 198.51.100.7"), false, "198.51.100.7", false},
		{[]string{"192.0.2.0/24"}, "192.0.2.1:1234", one("10.0.0.1", "198.51.100.7"), false, "198.51.100.7", false},
		{[]string{"192.0.2.0/24"}, "192.0.2.1:1234", one("10.0.0.1", "192.0.2.44"), false, "10.0.0.1", false}, // a chain of trusted proxies
		{[]string{"192.0.2.0/24"}, "192.0.2.1:1234", one("10.0.0.1, 198.51.100.7, 192.0.2.44 ,192.0.2.45"), false, "198.51.100.7", false},
		{[]string{"192.0.2.0/24"}, "192.0.2.1:1234", one("192.0.2.50, 192.0.2.51"), false, "192.0.2.50", false},
		// What can not be read ends the search; the last that vouched counts.
		{[]string{"192.0.2.0/24"}, "192.0.2.1:1234", one("198.51.100.7, unknown"), false, "192.0.2.1", false},
		{[]string{"192.0.2.0/24"}, "192.0.2.1:1234", one("198.51.100.7:80"), false, "192.0.2.1", false},
		{[]string{"192.0.2.0/24"}, "192.0.2.1:1234", one("unknown, 192.0.2.44"), false, "192.0.2.44", false},
		{[]string{"192.0.2.0/24"}, "192.0.2.1:1234", one(""), false, "192.0.2.1", false},
		{[]string{"192.0.2.0/24"}, "192.0.2.1:1234", one("198.51.100.7,"), false, "192.0.2.1", false},
		// One address has one form.
		{nil, "[::ffff:203.0.113.9]:1234", nil, false, "203.0.113.9", false},
		{nil, "[fe80::1%eth0]:1234", nil, false, "fe80::1", false},
		{[]string{"192.0.2.0/24"}, "[::ffff:192.0.2.1]:1234", one("::ffff:198.51.100.7"), false, "198.51.100.7", false},
		{[]string{"2001:db8::/32"}, "[2001:db8::1]:1234", one("fe80::2%eth0"), false, "fe80::2", false},
		{[]string{"::/0"}, "203.0.113.9:1234", one("10.0.0.1"), false, "203.0.113.9", false}, // all of IPv6 is not all of IPv4
		{nil, "@", one("10.0.0.1"), false, "invalid IP", false},
		{nil, "", nil, true, "invalid IP", true},
	} {
		s := newParts(t).server(t, trust(c.trusted...))
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr, r.TLS = c.remote, nil
		if c.tls {
			r.TLS = &tls.ConnectionState{}
		}
		for name, values := range c.headers {
			r.Header[name] = values
		}
		source, secure := s.peer(r)
		if source.String() != c.source || secure != c.secure {
			t.Errorf("%s through %v with %v: %s, %t; want %s, %t", c.remote, c.trusted, c.headers, source, secure, c.source, c.secure)
		}
	}
}

func get(h http.Handler, method, target string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestDoors(t *testing.T) {
	plain, loose := newParts(t).server(t, nil), newParts(t).server(t, dev)
	for _, c := range []struct {
		path        string
		plain, dev  int
		holds, miss string
	}{
		{"/healthz", 200, 200, "ok", ""},
		{"/readyz", 503, 503, "not ready", ""},
		{"/", 403, 403, "MissingAuthenticationToken", ""},
		{"//", 404, 404, "no API", ""},
		{"/x", 404, 404, "no API", ""},
		{"/healthz/", 404, 404, "no API", ""},
		{"/metrics", 404, 404, "no API", ""}, // only at the operators' listener
		{"/demo", 404, 200, "", "no API"},
		{"/demo/notes/x", 404, 401, "", ""},
		{"/demonstration", 404, 404, "no API", ""},
		{"/_dev/clock", 404, 405, "", ""},
	} {
		for s, want := range map[*Server]int{plain: c.plain, loose: c.dev} {
			w := get(s, http.MethodGet, c.path, nil)
			if w.Code != want || !strings.Contains(w.Body.String(), c.holds) {
				t.Errorf("%s (dev %t): %d %s", c.path, s == loose, w.Code, w.Body)
			}
			// Nothing is moved or cleaned: what was signed is what is served.
			if w.Header().Get("Location") != "" {
				t.Errorf("%s is sent elsewhere", c.path)
			}
		}
	}
	plain.ready.Store(true)
	if w := get(plain, http.MethodGet, "/readyz", nil); w.Code != 200 || w.Body.String() != "ok\n" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	admin := plain.Admin()
	for path, want := range map[string]int{"/metrics": 200, "/healthz": 200, "/readyz": 200, "/": 404, "/demo": 404} {
		if w := get(admin, http.MethodGet, path, nil); w.Code != want {
			t.Errorf("admin %s: %d", path, w.Code)
		}
	}
	if w := get(admin, http.MethodGet, "/metrics", nil); !strings.Contains(w.Body.String(), "daypass_") {
		t.Errorf("%.300s", w.Body)
	}
}

func TestDevClock(t *testing.T) {
	s := newParts(t).server(t, dev)
	post := func(body string, change func(*http.Request)) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/_dev/clock", strings.NewReader(body))
		r.Host = "127.0.0.1:8080"
		r.Header.Set("Content-Type", "application/json")
		if change != nil {
			change(r)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, c := range map[string]struct {
		body   string
		change func(*http.Request)
		status int
	}{
		"an hour":              {`{"advance": "1h"}`, nil, 200},
		"nothing":              {`{"advance": "0s"}`, nil, 200},
		"by name":              {`{"advance": "0s"}`, func(r *http.Request) { r.Host = "localhost:1" }, 200},
		"by IPv6":              {`{"advance": "0s"}`, func(r *http.Request) { r.Host = "[::1]:1" }, 200},
		"without a type":       {`{"advance": "0s"}`, func(r *http.Request) { r.Header.Del("Content-Type") }, 200},
		"curl's type":          {`{"advance": "0s"}`, set("Content-Type", "application/x-www-form-urlencoded"), 200},
		"back":                 {`{"advance": "-1h"}`, nil, 400},
		"too far":              {`{"advance": "100000h"}`, nil, 400},
		"not a time":           {`{"advance": "tomorrow"}`, nil, 400},
		"another member":       {`{"advance": "1h", "x": 1}`, nil, 400},
		"no JSON":              {`1h`, nil, 400},
		"empty":                {``, nil, 400},
		"long":                 {`{"advance": "` + strings.Repeat("1", 2000) + `h"}`, nil, 400},
		"from a page":          {`{"advance": "1h"}`, set("Origin", "http://localhost"), 403},
		"from a page, silent":  {`{"advance": "1h"}`, set("Sec-Fetch-Site", "same-origin"), 403},
		"by another name":      {`{"advance": "1h"}`, func(r *http.Request) { r.Host = "evil.test" }, 403}, // DNS rebinding
		"by no name":           {`{"advance": "1h"}`, func(r *http.Request) { r.Host = "" }, 403},
		"a page's simple type": {`{"advance": "1h"}`, set("Content-Type", "text/plain"), 415},
		"GET":                  {``, func(r *http.Request) { r.Method = http.MethodGet }, 405},
	} {
		before := s.clock.ahead.Load()
		w := post(c.body, c.change)
		moved := time.Duration(s.clock.ahead.Load() - before)
		if want := map[string]time.Duration{"an hour": time.Hour}[name]; w.Code != c.status || moved != want {
			t.Errorf("%s: %d %s, moved by %s", name, w.Code, w.Body, moved)
		}
	}
	if ahead := time.Until(s.clock.Now()); ahead < 59*time.Minute {
		t.Errorf("the clock is %s ahead", ahead)
	}
	if w := get(newParts(t).server(t, nil), http.MethodPost, "/_dev/clock", nil); w.Code != 404 {
		t.Errorf("there is a clock outside development mode: %d", w.Code)
	}
}

func TestIDs(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := newID()
		if seen[id] || len(id) != 36 || id[14] != '4' || !strings.ContainsRune("89ab", rune(id[19])) || strings.Count(id, "-") != 4 || strings.ToLower(id) != id {
			t.Fatalf("%s", id)
		}
		seen[id] = true
	}
}
