package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/config"
	"github.com/daypass/daypass/internal/devissuer"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/obs"
	"github.com/daypass/daypass/internal/server"
	"github.com/daypass/daypass/internal/store/memory"
)

// devEvents is how many audit events development mode keeps in memory.
const devEvents = 10000

// devRegion is the region clients of development mode are told to use. It is not the name of a real region: some clients presign
// with an old scheme in a few of those.
const devRegion = "daypass-1"

type devFlags struct{ listen, audit, log string }

func newDev(e *env) *cobra.Command {
	var f devFlags
	c := &cobra.Command{
		Use:   "dev",
		Short: "Run a ready-made server that forgets everything when it ends",
		Long: "Runs a server on this machine only, with its state in memory: an account, a user with an access key, two roles and a\n" +
			"demo API that honours temporary credentials. With --output json one JSON object is printed once it is ready.\n" +
			"POST /_dev/clock {\"advance\": \"1h\"} moves its clock.",
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error { return e.dev(c.Context(), f) },
	}
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:4580", "loopback address to listen on; port 0 takes a free one")
	c.Flags().StringVar(&f.audit, "audit", "", "write audit events to this file, one JSON object a line, instead of keeping the newest in memory")
	c.Flags().StringVar(&f.log, "log", "warn", "log level: debug, info, warn, error")
	return c
}

func (e *env) dev(ctx context.Context, f devFlags) (err error) {
	start := time.Now()
	serverMemory(e.getenv)
	listener, err := listenLoopback(f.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	log, err := obs.NewLogger(e.err, f.log, "text")
	if err != nil {
		return usage("--log: %v", err)
	}
	root, err := server.NewRoot()
	if err != nil {
		return err
	}
	engine, err := memory.New(rand.Reader)
	if err != nil {
		return err
	}
	var trail server.Trail = audit.NewMemory(devEvents)
	run := server.RunOptions{HeaderBytes: config.Default().Limits.HeaderBytes, Timeout: 30 * time.Second, Grace: time.Second}
	if f.audit != "" {
		file, err := audit.Open(f.audit, audit.FileOptions{})
		if err != nil {
			return err
		}
		trail, run.Flush = file, file.Run
	}
	s, err := server.New(ctx, server.Options{
		Engine: engine, Trail: trail, Root: root, Log: log, Metrics: server.NewMetrics(buildInfo()),
		MaxBody: config.Default().Limits.BodyBytes, PolicyLint: iam.PolicyLint{Report: true}, Dev: true, DemoAccount: server.DevAccount, External: "http://" + listener.Addr().String(),
	})
	if err != nil {
		return err
	}
	seeded, err := s.Seed(ctx)
	if err != nil {
		return err
	}
	report := server.DevReport{Endpoint: "http://" + listener.Addr().String(), Region: devRegion, Accounts: []server.SeedReport{*seeded}}
	if err := e.announce(report, time.Since(start)); err != nil {
		return err
	}
	return s.Run(ctx, run, server.Listener{Listener: listener, Handler: s})
}

// listenLoopback refuses every address that other machines could reach: development mode hands out an administrator's key.
func listenLoopback(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, usage("--listen %q: it must be HOST:PORT, such as 127.0.0.1:4580", address)
	}
	addr, err := netip.ParseAddr(host)
	if host != "localhost" && (err != nil || !addr.IsLoopback()) {
		return nil, usage("--listen %q: development mode listens on loopback only; use \"daypass serve\" for anything else", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w (choose another address with --listen; port 0 takes a free one)", err)
	}
	return l, nil
}

// announce says that the server is ready: its listener already takes connections, which wait until it serves them.
func (e *env) announce(r server.DevReport, took time.Duration) error {
	if e.json() {
		b, err := json.Marshal(r)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.out, "%s\n", b)
		return err
	}
	a := r.Accounts[0]
	user := a.Users[0]
	_, err := fmt.Fprintf(e.out, `daypass · development mode · state in memory, gone when this ends · this machine only

  STS and IAM  %[1]s   region %[2]s
  Demo API     %[1]s/demo
  ID tokens    %[1]s%[10]s/token   for role %[11]s (notes below ci/)
  Account      %[3]s   user %[4]s (administrator)   roles %[5]s (notes below alice/), %[6]s (no grants yet)

In another terminal:

export AWS_ENDPOINT_URL=%[1]s
export AWS_REGION=%[2]s AWS_DEFAULT_REGION=%[2]s
export AWS_ACCESS_KEY_ID=%[7]s
export AWS_SECRET_ACCESS_KEY=%[8]s

aws sts get-caller-identity --endpoint-url %[1]s      # AWS CLI below 2.13 needs --endpoint-url with every command
daypass exec %[5]s -- daypass demo put alice/hello hi
daypass exec %[5]s -- daypass demo put bob/hello hi        # denied: "daypass explain ID" says why

ready in %[9]s
`, r.Endpoint, r.Region, a.ID, user.Name, server.DevUploader, server.DevReader, user.AccessKeyID, user.SecretAccessKey,
		took.Round(time.Millisecond), devissuer.Path, server.DevWeb)
	return err
}
