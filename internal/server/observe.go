package server

import (
	"net/http"

	"github.com/daypass/daypass/internal/dialect/aws"
	"github.com/daypass/daypass/internal/gate"
	"github.com/daypass/daypass/internal/obs"
)

// NewMetrics makes the metrics of a server whose doors are known.
func NewMetrics(build obs.Build) *obs.Metrics {
	known := map[[3]string]bool{}
	for _, c := range aws.Coverage() {
		known[[3]string{"aws", c.Service, c.Operation}] = true
		known[[3]string{"aws", c.Service, ""}] = true
	}
	return obs.NewMetrics(build, func(dialect, service, operation string) bool {
		return known[[3]string{dialect, service, operation}]
	})
}

// observe tells the metrics of one request.
func (s *Server) observe(o gate.Observation) {
	m := s.metrics
	m.Request(obs.Request{Dialect: o.Dialect, Service: o.Service, Operation: o.Operation, Code: o.Code, Took: o.Took})
	if o.Verdict != "" {
		m.Decision(o.Verdict)
	}
	if o.Issued {
		m.SessionIssued()
	}
	if o.Unauthenticated && o.Code != "" {
		m.AuthFailure(o.Code)
	}
	if o.Unrecorded {
		m.AuditWriteError()
	}
}

// Admin is the operators' handler: metrics, health and readiness.
func (s *Server) Admin() http.Handler {
	metrics := s.metrics.Handler(s.log)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/metrics":
			s.metrics.StoreRevision(s.db.Revision())
			metrics.ServeHTTP(w, r)
		case "/healthz":
			s.health(w, true)
		case "/readyz":
			s.health(w, s.ready.Load())
		default:
			http.NotFound(w, r)
		}
	})
}
