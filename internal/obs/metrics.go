package obs

import (
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Other stands for every value a label does not take.
const Other = "other"

// Bounds of vocabularies that are learned from what is told, not given.
const (
	maxCodes    = 200
	maxReasons  = 50
	maxVerdicts = 8
)

// Build is what build_info tells.
type Build struct {
	Version string // such as 0.1.0
	Commit  string // revision of the source, or empty
}

// Known says whether an operation is one the program declares. Requests for
// any other are counted under Other.
type Known func(dialect, service, operation string) bool

// Metrics are all measurements of the server. Its methods may be called from
// any goroutine and cost well under a microsecond.
type Metrics struct {
	registry *prometheus.Registry
	known    Known
	codes    *vocabulary
	reasons  *vocabulary
	verdicts *vocabulary

	requests      *prometheus.CounterVec
	duration      *prometheus.HistogramVec
	decisions     *prometheus.CounterVec
	sessions      prometheus.Counter
	authFailures  *prometheus.CounterVec
	revision      prometheus.Gauge
	commitTime    prometheus.Histogram
	auditFailures prometheus.Counter
}

// NewMetrics returns metrics that start at zero, in a registry of their own.
func NewMetrics(build Build, known Known) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		known:    known,
		codes:    newVocabulary(maxCodes),
		reasons:  newVocabulary(maxReasons),
		verdicts: newVocabulary(maxVerdicts),

		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "daypass_requests_total",
			Help: "Requests answered, by dialect, service, operation and result: ok, or the dialect's error code.",
		}, []string{"dialect", "service", "operation", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "daypass_request_duration_seconds",
			Help: "Time from the first byte of a request to the last of its reply, by dialect and service.",
			// Issuing takes well under a millisecond; a write waits for the disk.
			Buckets: []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"dialect", "service"}),
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "daypass_decisions_total",
			Help: "Authorization decisions, by verdict.",
		}, []string{"verdict"}),
		sessions: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "daypass_sessions_issued_total",
			Help: "Temporary credentials issued.",
		}),
		authFailures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "daypass_auth_failures_total",
			Help: "Requests whose caller could not be identified, by reason.",
		}, []string{"reason"}),
		revision: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "daypass_store_revision",
			Help: "Revision of the state this node answers from.",
		}),
		commitTime: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "daypass_store_commit_seconds",
			Help:    "Time one durable commit of the store takes, whatever its outcome.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5},
		}),
		auditFailures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "daypass_audit_write_errors_total",
			Help: "Audit events that could not be written.",
		}),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "daypass_build_info",
		Help:        "Always 1; what is running is in the labels.",
		ConstLabels: prometheus.Labels{"version": build.Version, "commit": build.Commit, "go": runtime.Version()},
	})
	info.Set(1)
	m.registry.MustRegister(m.requests, m.duration, m.decisions, m.sessions, m.authFailures, m.revision, m.commitTime, m.auditFailures, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Request is one answered request.
type Request struct {
	Dialect   string // aws, alibaba, huawei, ucloud
	Service   string // sts, iam, …
	Operation string // wire name
	Code      string // the dialect's error code; empty when all went well
	Took      time.Duration
}

// Request counts an answered request.
func (m *Metrics) Request(r Request) {
	if m.known == nil || !m.known(r.Dialect, r.Service, r.Operation) {
		r.Operation = Other
		if m.known == nil || !m.known(r.Dialect, r.Service, "") {
			r.Dialect, r.Service = Other, Other
		}
	}
	code := "ok"
	if r.Code != "" {
		code = m.codes.word(r.Code)
	}
	m.requests.WithLabelValues(r.Dialect, r.Service, r.Operation, code).Inc()
	m.duration.WithLabelValues(r.Dialect, r.Service).Observe(r.Took.Seconds())
}

// Decision counts an authorization decision.
func (m *Metrics) Decision(verdict string) {
	m.decisions.WithLabelValues(m.verdicts.word(verdict)).Inc()
}

// SessionIssued counts temporary credentials handed out.
func (m *Metrics) SessionIssued() { m.sessions.Inc() }

// AuthFailure counts a caller who could not be identified. The reason is a
// word of the program's, never something the client sent.
func (m *Metrics) AuthFailure(reason string) {
	m.authFailures.WithLabelValues(m.reasons.word(reason)).Inc()
}

// StoreRevision tells which revision the node answers from.
func (m *Metrics) StoreRevision(revision uint64) { m.revision.Set(float64(revision)) }

// StoreCommit tells how long a commit took.
func (m *Metrics) StoreCommit(took time.Duration) { m.commitTime.Observe(took.Seconds()) }

// AuditWriteError counts an audit event that could not be written.
func (m *Metrics) AuditWriteError() { m.auditFailures.Inc() }

// Handler serves the metrics in the Prometheus text format. It gathers for at
// most two scrapers at a time and tells log about faults, when that is not nil.
func (m *Metrics) Handler(log *slog.Logger) http.Handler {
	if log == nil {
		log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		Registry:            m.registry,
		ErrorLog:            faults{log},
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: 2,
	})
}
