package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"net/url"

	"github.com/daypass/daypass/e2e/process"
)

func main() {
	var o options
	flag.BoolVar(&o.floor, "floor", false, "be the floor's process")
	flag.IntVar(&o.rounds, "rounds", 5, "turns of each server for each number of clients")
	flag.DurationVar(&o.length, "length", 1500*time.Millisecond, "length of a turn")
	flag.StringVar(&o.log, "log", "warn", "log level of the server")
	flag.Parse()
	run := o.measure
	if o.floor {
		run = runFloor
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type options struct {
	floor  bool
	rounds int
	length time.Duration
	log    string
}

// subject is a server under measurement.
type subject struct {
	name    string
	host    string
	pid     int
	request []byte
	rounds  map[int][]*round // by number of clients
}

const (
	externalID = "ticket-7"
	grant      = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"ROLE"}]}`
	trusted    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::ACCOUNT:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"` + externalID + `"}}}]}`
)

func (o *options) measure() error {
	folder, err := os.MkdirTemp("", "daypass-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	binary, err := process.Binary(folder)
	if err != nil {
		return err
	}
	data := filepath.Join(folder, "data")
	server, err := process.Serve(process.Options{Binary: binary, Args: []string{"--data", data, "--log-level", "info", "--log-format", "json"}})
	if err != nil {
		return err
	}
	who, err := prepare(server, binary, data)
	if err == nil {
		err = server.Stop()
	}
	if err != nil {
		server.Kill()
		return err
	}
	// Started again with the log level that is measured; "serving" is said at level info, so the address is chosen.
	host, err := free()
	if err != nil {
		return err
	}
	logged, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return err
	}
	defer logged.Close()
	product, err := startAt(binary, data, host, o.log, logged)
	if err != nil {
		return err
	}
	defer product.Process.Kill()
	daypass := &subject{name: "daypass", host: host, pid: product.Process.Pid, rounds: map[int][]*round{}}
	if daypass.request, err = presigned(host, "daypass-1", who.id, who.secret, who.body); err != nil {
		return err
	}
	size, err := probe(daypass)
	if err != nil {
		return err
	}
	bare, err := startFloor(who.secret, size)
	if err != nil {
		return err
	}
	defer bare.process.Process.Kill()
	ground := &subject{name: "floor", host: bare.host, pid: bare.process.Process.Pid, rounds: map[int][]*round{}}
	if ground.request, err = presigned(bare.host, "daypass-1", who.id, who.secret, who.body); err != nil {
		return err
	}
	fmt.Printf("AssumeRole, answer of %d bytes, log level %s, audit file on disk; medians of %d turns of %v\n\n", size, o.log, o.rounds, o.length)
	fmt.Printf("%-10s %8s %12s %12s %10s %10s\n", "server", "clients", "requests/s", "cpu/request", "p50", "p99")
	for _, clients := range []int{1, 32} {
		for i := range o.rounds + 1 {
			for _, s := range []*subject{ground, daypass} {
				if err := s.turn(clients, o.length, i > 0); err != nil {
					return fmt.Errorf("%s: %w", s.name, err)
				}
			}
		}
		ratio := 0.0
		for _, s := range []*subject{ground, daypass} {
			m := s.median(clients)
			fmt.Printf("%-10s %8d %12.0f %12v %10v %10v\n", s.name, clients, m.perSecond(), (m.cpu / time.Duration(m.requests)).Round(100*time.Nanosecond),
				m.percentile(0.5).Round(time.Microsecond), m.percentile(0.99).Round(time.Microsecond))
			if s == ground {
				ratio = 1 / m.perSecond()
			} else {
				ratio *= m.perSecond()
			}
		}
		fmt.Printf("%-10s %8d %12.2f\n\n", "ratio", clients, ratio)
	}
	return nil
}

// turn drives a server once; the first turns only warm up.
func (s *subject) turn(clients int, length time.Duration, keep bool) error {
	before := cpuTime(s.pid)
	r, err := drive(s.host, s.request, clients, length)
	if err != nil {
		return err
	}
	r.cpu = cpuTime(s.pid) - before
	if keep {
		s.rounds[clients] = append(s.rounds[clients], r)
	}
	return nil
}

// median is the round in the middle by requests per second.
func (s *subject) median(clients int) *round {
	list := slices.SortedFunc(slices.Values(s.rounds[clients]), func(a, b *round) int { return int(a.perSecond() - b.perSecond()) })
	return list[len(list)/2]
}

// cpuTime is the processor time a process has used, as Linux counts it; 0 elsewhere.
func cpuTime(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name in brackets may hold spaces; what is counted comes after it. Ticks are hundredths of a second.
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	var user, system int64
	if len(fields) < 13 {
		return 0
	}
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		return 0
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// caller is who sends the requests.
type caller struct{ id, secret, body string }

// prepare makes the user and the role through the program's own API.
func prepare(s *process.Server, binary, data string) (*caller, error) {
	text, err := os.ReadFile(filepath.Join(data, "bootstrap.json"))
	if err != nil {
		return nil, err
	}
	var first struct {
		AccountID string `json:"account_id"`
		ID        string `json:"access_key_id"`
		Secret    string `json:"secret_access_key"`
	}
	if err := json.Unmarshal(text, &first); err != nil {
		return nil, err
	}
	host := strings.TrimPrefix(s.Endpoint, "http://")
	role := "arn:aws:iam::" + first.AccountID + ":role/bench"
	call := func(pairs ...string) ([]byte, error) {
		v := url.Values{"Version": {"2010-05-08"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return post(host, first.ID, first.Secret, v.Encode())
	}
	for _, pairs := range [][]string{
		{"Action", "CreateUser", "UserName", "bench"},
		{"Action", "PutUserPolicy", "UserName", "bench", "PolicyName", "grant", "PolicyDocument", strings.ReplaceAll(grant, "ROLE", role)},
		{"Action", "CreateRole", "RoleName", "bench", "AssumeRolePolicyDocument", strings.ReplaceAll(trusted, "ACCOUNT", first.AccountID)},
	} {
		if _, err := call(pairs...); err != nil {
			return nil, err
		}
	}
	out, err := call("Action", "CreateAccessKey", "UserName", "bench")
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(string(out), "<AccessKeyId>")
	id, rest, _ := strings.Cut(rest, "</AccessKeyId>")
	_, rest, _ = strings.Cut(rest, "<SecretAccessKey>")
	key, _, _ := strings.Cut(rest, "</SecretAccessKey>")
	body := url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {role}, "RoleSessionName": {"bench-session"}, "ExternalId": {externalID}}
	return &caller{id, key, body.Encode()}, nil
}

// probe asks once and returns the size of the answer.
func probe(s *subject) (int, error) {
	for range 200 {
		c, err := net.Dial("tcp", s.host)
		if err != nil {
			time.Sleep(20 * time.Millisecond) // it is starting
			continue
		}
		defer c.Close()
		if _, err := c.Write(s.request); err != nil {
			return 0, err
		}
		return answer(bufio.NewReader(c))
	}
	return 0, fmt.Errorf("%s does not answer", s.name)
}

func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func startAt(binary, data, host, level string, log *os.File) (*exec.Cmd, error) {
	c := exec.Command(binary, "serve", "--data", data, "--listen", host, "--admin-listen", "", "--log-level", level)
	c.Stderr = log
	return c, c.Start()
}

type floorProcess struct {
	process *exec.Cmd
	host    string
}

func startFloor(key string, size int) (*floorProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.Command(self, "-floor")
	c.Env = append(os.Environ(), floorSecret+"="+key, fmt.Sprintf("%s=%d", floorSize, size))
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	host, err := bufio.NewReader(out).ReadString('\n')
	return &floorProcess{c, strings.TrimSpace(host)}, err
}
