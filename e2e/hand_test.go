package e2e

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/e2e/process"
)

// hand is a request signed by hand, so that each part of it can be wrong. Zero fields mean what a correct client would send. It follows
// the public description of Signature Version 4 and shares no code with the server.
type hand struct {
	creds
	method, target string
	headers        [][2]string // as sent, after Host
	body           string
	signed         []string // names signed, lower case; nil = host, x-amz-* and content-type
	hash           string   // claimed hash of the body
	at             time.Time
	scopeDate      string
	service        string
	terminator     string
	host           string // as sent and signed
	signHost       string // as signed, if it differs
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

func hexHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (h *hand) complete(s *process.Server) {
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	if h.at.IsZero() {
		h.at = time.Now()
	}
	set(&h.method, "POST")
	set(&h.target, "/")
	set(&h.service, "sts")
	set(&h.terminator, "aws4_request")
	set(&h.scopeDate, h.at.UTC().Format("20060102"))
	set(&h.host, strings.TrimPrefix(s.Endpoint, "http://"))
	set(&h.signHost, h.host)
	set(&h.hash, hexHash(h.body))
	h.headers = append([][2]string{{"Content-Type", "application/x-www-form-urlencoded"}, {"X-Amz-Date", h.at.UTC().Format("20060102T150405Z")}}, h.headers...)
	if h.token != "" {
		h.headers = append(h.headers, [2]string{"X-Amz-Security-Token", h.token})
	}
	if h.signed == nil {
		h.signed = []string{"host"}
		for _, x := range h.headers {
			if name := strings.ToLower(x[0]); (name == "content-type" || strings.HasPrefix(name, "x-amz-")) && !slices.Contains(h.signed, name) {
				h.signed = append(h.signed, name)
			}
		}
		slices.Sort(h.signed)
	}
}

// authorization computes the header.
func (h *hand) authorization(region string) string {
	path, query, _ := strings.Cut(h.target, "?")
	pairs := strings.Split(query, "&")
	slices.Sort(pairs)
	canon := h.method + "\n" + path + "\n" + strings.Join(pairs, "&") + "\n"
	for _, name := range h.signed {
		var values []string
		if name == "host" {
			values = []string{h.signHost}
		}
		for _, x := range h.headers {
			if strings.ToLower(x[0]) == name {
				values = append(values, strings.Join(strings.Fields(x[1]), " "))
			}
		}
		canon += name + ":" + strings.Join(values, ",") + "\n"
	}
	canon += "\n" + strings.Join(h.signed, ";") + "\n" + h.hash
	scope := h.scopeDate + "/" + region + "/" + h.service + "/" + h.terminator
	stamp := h.at.UTC().Format("20060102T150405Z")
	key := mac(mac(mac(mac([]byte("AWS4"+h.secret), h.scopeDate), region), h.service), h.terminator)
	signature := hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+stamp+"\n"+scope+"\n"+hexHash(canon)))
	return fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s", h.id, scope, strings.Join(h.signed, ";"), signature)
}

// text is the whole request as it goes over the wire; extra lines come after the others.
func (h *hand) text(s *process.Server, extra ...string) string {
	h.complete(s)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", h.method, h.target, h.host)
	for _, x := range h.headers {
		fmt.Fprintf(&b, "%s: %s\r\n", x[0], x[1])
	}
	fmt.Fprintf(&b, "Authorization: %s\r\n", h.authorization(s.Region))
	for _, line := range extra {
		b.WriteString(line + "\r\n")
	}
	if !slices.ContainsFunc(extra, func(l string) bool { return strings.HasPrefix(l, "Transfer-Encoding") }) {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(h.body))
	}
	return b.String() + "Connection: close\r\n\r\n" + h.body
}

// raw sends bytes as they are and reads the answer.
func raw(t *testing.T, s *process.Server, text string) *reply {
	t.Helper()
	u := must(url.Parse(s.Endpoint))(t)
	c := must(net.Dial("tcp", u.Host))(t)
	defer c.Close()
	ok(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	// A server that has seen enough may close before everything is written; what counts is its answer.
	_, writeErr := io.WriteString(c, text)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("no answer: %v (write: %v)", err, writeErr)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	a := &reply{status: res.StatusCode, header: res.Header, body: string(body)}
	var failure struct {
		Error struct{ Code, Message string }
	}
	if xml.Unmarshal(body, &failure) == nil {
		a.code, a.text = failure.Error.Code, failure.Error.Message
	}
	return a
}
