package e2e

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/daypass/daypass/e2e/process"
)

// TestScripts tells the stories of testdata with the AWS command line interface, boto3, the JavaScript SDK, curl and the program's own commands. Each has a
// development server of its own and begins as its administrator, alice.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			s, err := process.Dev(process.Options{Binary: tools.daypass, Env: bare()})
			if err != nil {
				return err
			}
			e.Defer(func() {
				if err := s.Stop(); err != nil || strings.Contains(s.Stderr(), "panic") {
					t.Errorf("the server ended with %v: %s", err, s.Stderr())
				}
			})
			e.Values[serverKey{}] = s
			for _, v := range as(s, admin(s)) {
				name, value, _ := strings.Cut(v, "=")
				e.Setenv(name, value)
			}
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("AWS", tools.aws)
			e.Setenv("PYTHON", tools.python)
			// Modules are looked for beside the script that imports them.
			if err := os.Symlink(tools.modules, filepath.Join(e.WorkDir, "node_modules")); err != nil {
				return err
			}
			e.Setenv("ACCOUNT", s.Account.ID)
			e.Setenv("REGION", s.Region)
			e.Setenv("ALICE_ID", s.Account.Users[0].ID)
			e.Setenv("ALICE_SECRET", s.Account.Users[0].Secret)
			e.Setenv("AWS_PAGER", "")
			e.Setenv("AWS_DEFAULT_OUTPUT", "json")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": code, "take": take, "advance": advance, "become": become, "amazon": amazon,
			"idp": idpCommand,
		},
	})
}

type serverKey struct{}

// code runs a command line and demands its exit code: code N COMMAND ARGUMENT...
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND ARGUMENT...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var ended interface{ ExitCode() int }
	if errors.As(err, &ended) {
		got = ended.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// take keeps a value of the JSON that was printed last: take NAME PATH, where a path is keys and numbers joined by dots.
func take(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: take NAME PATH")
	}
	var v any
	// curl may have written the status behind the document.
	ts.Check(json.NewDecoder(strings.NewReader(ts.ReadFile("stdout"))).Decode(&v))
	for _, part := range strings.Split(args[1], ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(at) {
				ts.Fatalf("there is no element %s", part)
			}
			v = at[i]
		}
	}
	text, ok := v.(string)
	if !ok {
		ts.Fatalf("%s is %v, not a text", args[1], v)
	}
	ts.Setenv(args[0], text)
}

// advance moves the server's clock: advance 1h.
func advance(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: advance DURATION")
	}
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	_, err = ts.Value(serverKey{}).(*process.Server).Advance(d)
	ts.Check(err)
}

// become goes on as somebody else: become ID SECRET [TOKEN].
func become(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: become ID SECRET [TOKEN]")
	}
	ts.Setenv("AWS_ACCESS_KEY_ID", args[0])
	ts.Setenv("AWS_SECRET_ACCESS_KEY", args[1])
	token := ""
	if len(args) == 3 {
		token = args[2]
	}
	ts.Setenv("AWS_SESSION_TOKEN", token)
}

// amazon stands in for the names of AWS: a proxy that leads every connection to the server, with a certificate for the name asked for.
// Clients that know no way to be told an endpoint, as when a profile takes on a role, then speak to the server without knowing.
func amazon(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: amazon")
	}
	s := ts.Value(serverKey{}).(*process.Server)
	dir := ts.Getenv("WORK")
	cert, key, err := writeCertificate(dir, "*.amazonaws.com", "*."+s.Region+".amazonaws.com", "sts."+s.Region+".amazonaws.com", "iam.amazonaws.com")
	ts.Check(err)
	pair, err := tls.LoadX509KeyPair(cert, key)
	ts.Check(err)
	target, err := url.Parse(s.Endpoint)
	ts.Check(err)
	front := &http.Server{Handler: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // it is signed
	}}}
	inner := &handed{connections: make(chan net.Conn), closed: make(chan struct{})}
	outer, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { outer.Close(); front.Close() })
	go front.Serve(tls.NewListener(inner, &tls.Config{Certificates: []tls.Certificate{pair}}))
	go func() {
		for {
			c, err := outer.Accept()
			if err != nil {
				return
			}
			go tunnel(c, inner)
		}
	}()
	ts.Setenv("HTTPS_PROXY", "http://"+outer.Addr().String())
	ts.Setenv("AWS_CA_BUNDLE", cert)
}

// tunnel answers one CONNECT and hands the connection on.
func tunnel(c net.Conn, to *handed) {
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil || r.Method != http.MethodConnect || !strings.HasSuffix(r.URL.Hostname(), ".amazonaws.com") {
		fmt.Fprintf(c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
		c.Close()
		return
	}
	fmt.Fprintf(c, "HTTP/1.1 200 OK\r\n\r\n")
	select {
	case to.connections <- c:
	case <-to.closed:
		c.Close()
	}
}

// handed is a listener whose connections come from elsewhere.
type handed struct {
	connections chan net.Conn
	closed      chan struct{}
}

func (h *handed) Accept() (net.Conn, error) {
	select {
	case c := <-h.connections:
		return c, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

func (h *handed) Close() error {
	select {
	case <-h.closed:
	default:
		close(h.closed)
	}
	return nil
}

func (h *handed) Addr() net.Addr { return &net.TCPAddr{} }
