package server

import (
	"encoding/json"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/devissuer"
	"github.com/daypass/daypass/internal/issuer"
)

// ServeHTTP sends a request to its door. No http.ServeMux stands here: it answers //a and .. by itself, and what was signed must be
// what is served.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == "/healthz":
		s.health(w, true)
	case path == "/readyz":
		s.health(w, s.ready.Load())
	case strings.HasPrefix(path, issuer.Prefix):
		s.oidcop.ServeHTTP(w, r)
	case s.demo != nil && (path == "/demo" || strings.HasPrefix(path, "/demo/")):
		s.demo.ServeHTTP(w, r)
	case s.devIssuer != nil && strings.HasPrefix(path, devissuer.Path+"/"):
		s.devIssuer.ServeHTTP(w, r)
	case s.demo != nil && path == "/_dev/clock":
		s.moveClock(w, r)
	default:
		s.gate.ServeHTTP(w, r)
	}
}

func (s *Server) health(w http.ResponseWriter, ok bool) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "not ready\n")
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

// moveClock advances the clock of development mode: POST {"advance": "1h"}. Web pages can reach loopback, so a request that a page
// could send without asking the browser's leave is refused.
func (s *Server) moveClock(w http.ResponseWriter, r *http.Request) {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Method != http.MethodPost:
		http.Error(w, "use POST", http.StatusMethodNotAllowed)
		return
	case r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" || !isLoopbackName(r.Host):
		http.Error(w, "not for browsers", http.StatusForbidden)
		return
	case media != "" && media != "application/json" && media != "application/x-www-form-urlencoded":
		http.Error(w, "send JSON", http.StatusUnsupportedMediaType)
		return
	}
	var in struct {
		Advance string `json:"advance"`
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		http.Error(w, `the body must be {"advance": "1h"}: `+err.Error(), http.StatusBadRequest)
		return
	}
	step, err := time.ParseDuration(in.Advance)
	if err != nil || step < 0 || step > 10*365*24*time.Hour {
		http.Error(w, `"advance" must be a duration such as 90s or 1h, from 0s to ten years`, http.StatusBadRequest)
		return
	}
	s.clock.ahead.Add(int64(step))
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(struct {
		Now time.Time `json:"now"`
	}{s.clock.Now().UTC()})
}

func isLoopbackName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// peer says who sent a request and whether it came over TLS: the socket's peer, unless that is a proxy the operator trusts. Of a
// trusted proxy's X-Forwarded-For the last entry that is not itself a trusted proxy counts; whatever stands before it was written by
// the client.
func (s *Server) peer(r *http.Request) (netip.Addr, bool) {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, r.TLS != nil
	}
	source := plain(at.Addr())
	if !s.trusts(source) {
		return source, r.TLS != nil
	}
	secure := r.TLS != nil
	if proto := r.Header.Values("X-Forwarded-Proto"); len(proto) == 1 {
		secure = strings.EqualFold(proto[0], "https")
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return source, secure
		}
		if source = plain(hop); !s.trusts(source) {
			break
		}
	}
	return source, secure
}

// plain is an address in the one form that conditions compare: IPv4 as such, no zone.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func (s *Server) trusts(a netip.Addr) bool {
	for _, p := range s.trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
