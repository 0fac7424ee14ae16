package oidcop

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/issuer"
)

// maxAge is how long a verifier may keep a document, in seconds. It is much shorter than [iam.IssuerLead], so that a key is known
// before it signs.
const maxAge = 3600

// Handler serves below [issuer.Prefix]. All fields must be set.
type Handler struct {
	View   func() *iam.View
	Now    func() time.Time
	Signer *issuer.Signer
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "use GET", http.StatusMethodNotAllowed)
		return
	}
	body, err := h.document(r.URL.EscapedPath())
	switch {
	case err != nil:
		header.Set("Cache-Control", "no-store")
		http.Error(w, "internal failure", http.StatusInternalServerError)
		return
	case body == nil:
		header.Set("Cache-Control", "no-store")
		http.Error(w, "no such document", http.StatusNotFound)
		return
	}
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Cache-Control", "public, max-age="+strconv.Itoa(maxAge))
	if r.Method == http.MethodGet {
		// The client is gone, or it has the document.
		_, _ = w.Write(body)
	}
}

// document is what stands at a path; nil when nothing does. The path is taken as it was sent: another spelling is another path.
func (h *Handler) document(path string) ([]byte, error) {
	rest, ok := strings.CutPrefix(path, issuer.Prefix)
	if !ok || h.Signer.Ready() != nil {
		return nil, nil
	}
	id, name, _ := strings.Cut(rest, "/")
	v, now := h.View(), h.Now()
	i, ok := v.IssuerByID(id)
	if !ok || !v.Active(i.Account) || len(i.Published(now)) == 0 {
		return nil, nil
	}
	switch "/" + name {
	case issuer.DiscoveryPath:
		return h.Signer.Discovery(i)
	case issuer.KeySetPath:
		return issuer.KeySet(i, now)
	}
	return nil, nil
}
