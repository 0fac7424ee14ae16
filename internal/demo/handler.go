package demo

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/authz"
)

// Service is the name that a signature's credential scope must have, and the profile of the authorizer.
const Service = "demo"

// Options of the notes API.
type Options struct {
	Account string           // twelve digits: whose notes these are
	Now     func() time.Time // the clock
	Report  func(r *http.Request, err error)
}

// Handler returns the notes API. It must get requests whose target nobody has cleaned: no ServeMux and no StripPrefix
// stands before it.
func Handler(a authz.Authorizer, opts Options) http.Handler {
	api := &api{opts: opts, notes: notes{byPath: make(map[string]note)}}
	guarded := authz.Middleware(a, authz.Options{Profile: Service, MaxBody: MaxBytes, Report: opts.Report}, api.checks)(api)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path, _, _ := strings.Cut(r.RequestURI, "?"); path == "/demo" || path == "/demo/" {
			welcome(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

type api struct {
	opts  Options
	notes notes
}

// checks says what leave a request needs.
func (a *api) checks(r *http.Request) ([]authz.Check, error) {
	w, err := parse(r)
	if err != nil {
		return nil, err
	}
	resource := "arn:aws:demo::" + a.opts.Account + ":note/" + w.path
	switch w.verb {
	case put:
		return []authz.Check{{Action: "demo:PutNote", Resource: resource}}, nil
	case get:
		return []authz.Check{{Action: "demo:GetNote", Resource: resource}}, nil
	}
	return []authz.Check{{Action: "demo:ListNotes", Resource: resource + "*",
		Context: map[string][]string{"demo:Prefix": {w.path}}}}, nil
}

// ServeHTTP does what was allowed.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	wish, err := parse(r)
	principal, ok := authz.FromContext(r.Context())
	if err != nil || !ok {
		// Not reached behind the middleware, which has parsed the same bytes.
		(&authz.Refusal{Status: http.StatusForbidden, Code: authz.CodeDenied, Message: "The request was not authorized."}).Write(w)
		return
	}
	switch wish.verb {
	case put:
		a.put(w, r, wish.path, principal)
	case get:
		a.get(w, wish.path)
	case list:
		answer(w, http.StatusOK, struct {
			Notes []string `json:"notes"`
		}{a.notes.list(wish.path)})
	}
}

// stored tells a client what became of its note.
type stored struct {
	Note    string    `json:"note"`
	Bytes   int       `json:"bytes"`
	By      string    `json:"by"`
	Expires time.Time `json:"credentials_expire,omitzero"`
}

func (a *api) put(w http.ResponseWriter, r *http.Request, path string, by *authz.Principal) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		(&authz.Refusal{Status: http.StatusBadRequest, Code: authz.CodeBody, Message: "The note could not be read."}).Write(w)
		return
	}
	if err := a.notes.put(path, note{text: text, by: by.ARN, at: a.opts.Now()}); err != nil {
		(&authz.Refusal{Status: http.StatusInsufficientStorage, Code: "TooManyNotes",
			Message: "There are " + strconv.Itoa(MaxNotes) + " notes already; change one of them instead."}).Write(w)
		return
	}
	answer(w, http.StatusOK, stored{Note: path, Bytes: len(text), By: by.ARN, Expires: by.Expires})
}

func (a *api) get(w http.ResponseWriter, path string) {
	n, ok := a.notes.get(path)
	if !ok {
		(&authz.Refusal{Status: http.StatusNotFound, Code: "NoSuchNote", Message: "There is no note " + path + "."}).Write(w)
		return
	}
	h := w.Header()
	// Whatever the note holds, no browser is to run it.
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Last-Modified", n.at.UTC().Format(http.TimeFormat))
	h.Set("X-Note-By", n.by)
	// The client may be gone; there is nobody else to tell.
	_, _ = w.Write(n.text)
}

func answer(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		// Texts, numbers and one time of ours always encode.
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n'))
}

const usage = `Notes that honour Daypass credentials.

  PUT /demo/notes/PATH          store a note      demo:PutNote
  GET /demo/notes/PATH          read it           demo:GetNote
  GET /demo/notes?prefix=PART   list names        demo:ListNotes

  curl --aws-sigv4 "aws:amz:daypass-1:demo" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
       -H "x-amz-security-token: $AWS_SESSION_TOKEN" -X PUT --data hi http://HOST/demo/notes/alice/hello
`

// welcome tells everybody what is here.
func welcome(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		(&authz.Refusal{Status: http.StatusMethodNotAllowed, Code: "MethodNotAllowed", Message: "This page takes GET."}).Write(w)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, usage)
}
