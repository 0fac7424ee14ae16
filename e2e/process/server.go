package process

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// startLimit is how long a server may take to say that it is ready, on a busy machine.
const startLimit = 60 * time.Second

// Key is a long-term access key.
type Key struct {
	Name   string `json:"name"`
	ID     string `json:"access_key_id"`
	Secret string `json:"secret_access_key"`
}

// Account is what development mode reports of its account.
type Account struct {
	ID    string `json:"id"`
	Root  Key    `json:"root"`
	Users []Key  `json:"users"`
}

// Server is a running server.
type Server struct {
	// Endpoint is the address of the cloud APIs: scheme, host and port.
	Endpoint string
	// Admin is the operators' address; "" when there is none.
	Admin string
	// Region to sign for.
	Region string
	// Account of development mode; zero for a persistent server.
	Account Account

	cmd    *exec.Cmd
	stdout *record
	stderr *record
	ended  chan struct{}
	err    error // of the process; readable once ended is closed
}

// Options say how to start a server.
type Options struct {
	Binary string
	Args   []string // after the command's name
	Env    []string // the whole environment; nil = the parent's
	Folder string   // working directory; "" = the parent's
	Admin  bool     // a persistent server gets an address for operators
}

// Dev starts development mode on a free port.
func Dev(o Options) (*Server, error) {
	s, err := start(o, append([]string{"dev", "--listen", "127.0.0.1:0", "--output", "json"}, o.Args...))
	if err != nil {
		return nil, err
	}
	line, err := s.stdout.line(s.ended, func(string) bool { return true })
	if err != nil {
		return nil, s.failed(err)
	}
	var report struct {
		Endpoint string    `json:"endpoint"`
		Region   string    `json:"region"`
		Accounts []Account `json:"accounts"`
	}
	if err := json.Unmarshal([]byte(line), &report); err != nil || len(report.Accounts) == 0 || len(report.Accounts[0].Users) == 0 {
		return nil, s.failed(fmt.Errorf("the report %q: %w", line, err))
	}
	s.Endpoint, s.Region, s.Account = report.Endpoint, report.Region, report.Accounts[0]
	return s, nil
}

// Serve starts a persistent server on free ports. Args name its folder and whatever else it needs. It is ready when it answers: its
// log, in JSON, says where.
func Serve(o Options) (*Server, error) {
	admin := ""
	if o.Admin {
		var err error
		if admin, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	s, err := start(o, append([]string{"serve", "--listen", "127.0.0.1:0", "--admin-listen", admin}, o.Args...))
	if err != nil {
		return nil, err
	}
	line, err := s.stderr.line(s.ended, func(line string) bool { return strings.Contains(line, `"msg":"serving"`) })
	if err != nil {
		return nil, s.failed(err)
	}
	var served struct {
		Address string `json:"address"`
		Region  string `json:"region"`
		TLS     bool   `json:"tls"`
	}
	if err := json.Unmarshal([]byte(line), &served); err != nil {
		return nil, s.failed(fmt.Errorf("the log line %q: %w", line, err))
	}
	scheme := "http://"
	if served.TLS {
		scheme = "https://"
	}
	s.Endpoint, s.Region = scheme+served.Address, served.Region
	if admin != "" {
		s.Admin = scheme + admin
	}
	return s, nil
}

// freeAddress finds a port nobody listens on. The log names only the address of the APIs, so the operators' has to be chosen.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func start(o Options, args []string) (*Server, error) {
	s := &Server{cmd: exec.Command(o.Binary, args...), stdout: newRecord(), stderr: newRecord(), ended: make(chan struct{})}
	s.cmd.Env, s.cmd.Dir = o.Env, o.Folder
	s.cmd.Stdout, s.cmd.Stderr = s.stdout, s.stderr
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.ended)
	}()
	return s, nil
}

// failed ends a server that did not start and says what it said.
func (s *Server) failed(err error) error {
	s.Kill()
	return fmt.Errorf("the server did not start: %w\nstdout: %s\nstderr: %s", err, s.Stdout(), s.Stderr())
}

// Stdout is everything written to standard output so far.
func (s *Server) Stdout() string { return s.stdout.String() }

// Stderr is everything written to standard error so far.
func (s *Server) Stderr() string { return s.stderr.String() }

// Signal sends a signal and returns at once.
func (s *Server) Signal(sig os.Signal) error { return s.cmd.Process.Signal(sig) }

// Wait waits for the end and returns the exit code.
func (s *Server) Wait() (int, error) {
	select {
	case <-s.ended:
	case <-time.After(startLimit):
		s.Kill()
		return 0, errors.New("the server did not end in time")
	}
	return s.cmd.ProcessState.ExitCode(), nil
}

// Stop asks the server to end, as a service manager does, and waits. The error says how it ended if not well.
func (s *Server) Stop() error {
	if err := s.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	code, err := s.Wait()
	if err == nil && code != 0 {
		err = fmt.Errorf("the server ended with exit code %d: %s", code, s.Stderr())
	}
	return err
}

// Kill ends the server at once, as a power cut does to a process, and waits until it is gone.
func (s *Server) Kill() {
	// It may have ended by itself; either way it is gone afterwards.
	_ = s.cmd.Process.Kill()
	<-s.ended
}

// Advance moves the clock of development mode and returns the server's time.
func (s *Server) Advance(d time.Duration) (time.Time, error) {
	body := fmt.Sprintf(`{"advance": %q}`, d)
	res, err := http.Post(s.Endpoint+"/_dev/clock", "application/json", strings.NewReader(body))
	if err != nil {
		return time.Time{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return time.Time{}, fmt.Errorf("move the clock: %s: %s: %w", res.Status, text, err)
	}
	var now struct {
		Now time.Time `json:"now"`
	}
	return now.Now, json.Unmarshal(text, &now)
}

// record keeps what a process writes, and lets a reader wait for a line.
type record struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{} // closed and replaced at every write
}

func newRecord() *record { return &record{grown: make(chan struct{})} }

// Write implements io.Writer.
func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.grown)
	r.grown = make(chan struct{})
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// line waits for the first whole line that is wanted.
func (r *record) line(ended <-chan struct{}, wanted func(string) bool) (string, error) {
	limit := time.After(startLimit)
	for {
		r.mu.Lock()
		text, grown := r.text.String(), r.grown
		r.mu.Unlock()
		lines := bufio.NewScanner(strings.NewReader(text[:strings.LastIndexByte(text, '\n')+1]))
		for lines.Scan() {
			if wanted(lines.Text()) {
				return lines.Text(), nil
			}
		}
		select {
		case <-grown:
		case <-ended:
			return "", errors.New("it ended")
		case <-limit:
			return "", errors.New("it did not get ready in time")
		}
	}
}

// PID is the process's id, for those who measure what it uses.
func (s *Server) PID() int { return s.cmd.Process.Pid }
