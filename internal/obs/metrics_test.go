package obs

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func declared(dialect, service, operation string) bool {
	return dialect == "aws" && service == "sts" && (operation == "" || operation == "AssumeRole")
}

// scrape returns the daypass lines of what a scraper sees.
func scrape(t *testing.T, m *Metrics) map[string]string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler(nil).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Fatalf("status %d, %s", w.Code, w.Header())
	}
	lines := map[string]string{}
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "daypass_") {
			i := strings.LastIndex(line, " ")
			lines[line[:i]] = strings.TrimSpace(line[i:])
		}
	}
	return lines
}

func TestMetrics(t *testing.T) {
	m := NewMetrics(Build{Version: "1.2.3", Commit: "abc"}, declared)
	m.Request(Request{"aws", "sts", "AssumeRole", "", 300 * time.Microsecond})
	m.Request(Request{"aws", "sts", "AssumeRole", "AccessDenied", time.Millisecond})
	m.Request(Request{"aws", "sts", "Invented<script>", "InvalidAction", time.Second})
	m.Request(Request{"klingon", "x", "y", "a code\nwith lines", time.Second})
	m.Decision("allow")
	m.Decision("explicit-deny")
	m.Decision("allow")
	m.SessionIssued()
	m.AuthFailure("signature")
	m.StoreRevision(42)
	m.StoreCommit(700 * time.Microsecond)
	m.AuditWriteError()
	got := scrape(t, m)
	for line, want := range map[string]string{
		`daypass_requests_total{code="ok",dialect="aws",operation="AssumeRole",service="sts"}`:           "1",
		`daypass_requests_total{code="AccessDenied",dialect="aws",operation="AssumeRole",service="sts"}`: "1",
		`daypass_requests_total{code="InvalidAction",dialect="aws",operation="other",service="sts"}`:     "1",
		`daypass_requests_total{code="other",dialect="other",operation="other",service="other"}`:         "1",
		`daypass_request_duration_seconds_bucket{dialect="aws",service="sts",le="0.0005"}`:               "1",
		`daypass_request_duration_seconds_count{dialect="aws",service="sts"}`:                            "3",
		`daypass_decisions_total{verdict="allow"}`:                                                       "2",
		`daypass_decisions_total{verdict="explicit-deny"}`:                                               "1",
		`daypass_sessions_issued_total`:                                                                  "1",
		`daypass_auth_failures_total{reason="signature"}`:                                                "1",
		`daypass_store_revision`:                           "42",
		`daypass_store_commit_seconds_bucket{le="0.001"}`:  "1",
		`daypass_store_commit_seconds_bucket{le="0.0005"}`: "0",
		`daypass_audit_write_errors_total`:                 "1",
	} {
		if got[line] != want {
			t.Errorf("%s is %q, want %s", line, got[line], want)
		}
	}
	info := 0
	for line := range got {
		if strings.HasPrefix(line, "daypass_build_info{") && strings.Contains(line, `version="1.2.3"`) && strings.Contains(line, `commit="abc"`) {
			info++
		}
	}
	if info != 1 {
		t.Errorf("build_info is there %d times", info)
	}
}

// TestSeriesAreBounded: whatever clients send, memory does not grow with it.
func TestSeriesAreBounded(t *testing.T) {
	m := NewMetrics(Build{}, declared)
	var wait sync.WaitGroup
	for g := range 4 {
		wait.Go(func() {
			for i := range 2000 {
				s := fmt.Sprintf("v%d-%d", g, i)
				m.Request(Request{s, s, s, s, 0})
				m.Request(Request{"aws", "sts", s, s, 0})
				m.Request(Request{"aws", s, s, s, 0})
				m.AuthFailure(s)
				m.Decision(s)
			}
		})
	}
	wait.Wait()
	counts := map[string]int{}
	for line := range scrape(t, m) {
		name, _, _ := strings.Cut(line, "{")
		counts[name]++
	}
	for name, most := range map[string]int{
		"daypass_requests_total":                 2 * (maxCodes + 1),
		"daypass_request_duration_seconds_count": 2,
		"daypass_auth_failures_total":            maxReasons + 1,
		"daypass_decisions_total":                maxVerdicts + 1,
	} {
		if n := counts[name]; n == 0 || n > most {
			t.Errorf("%s has %d series, at most %d are allowed", name, n, most)
		}
	}
}

func TestNothingKnown(t *testing.T) {
	m := NewMetrics(Build{}, nil)
	m.Request(Request{Dialect: "aws", Service: "sts", Operation: "AssumeRole"})
	if got := scrape(t, m)[`daypass_requests_total{code="ok",dialect="other",operation="other",service="other"}`]; got != "1" {
		t.Errorf("counted %q", got)
	}
}

func BenchmarkRequest(b *testing.B) {
	m := NewMetrics(Build{}, declared)
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			m.Request(Request{"aws", "sts", "AssumeRole", "", time.Millisecond})
		}
	})
}
