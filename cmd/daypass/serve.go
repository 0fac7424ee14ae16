package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/config"
	"github.com/daypass/daypass/internal/federate/saml"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/obs"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/server"
	"github.com/daypass/daypass/internal/store/sqlite"
)

type serveFlags struct {
	config    string
	print     bool
	bootstrap string
}

func newServe(e *env) *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the persistent server",
		Long: "Runs the server with its state in a data folder. Settings come from the defaults, the file given by --config, the\n" +
			"environment and the flags, each over the one before; --print-config shows what comes out.\n\n" +
			"The first start makes an account and its administrator. His key is put into bootstrap.json in the data folder, readable\n" +
			"by its owner alone, and shown if this is a terminal; take it and delete the file. An unattended install gives its own key\n" +
			"with --bootstrap-file or DAYPASS_BOOTSTRAP_FILE.",
		Args: exactly(),
	}
	flags := c.Flags()
	flags.StringVar(&f.config, "config", "", "YAML file with settings")
	flags.BoolVar(&f.print, "print-config", false, "print the settings in force and end")
	flags.StringVar(&f.bootstrap, "bootstrap-file", "", "JSON file with the first account and administrator, for an unattended first start")
	// The settings are flag values: their syntax is checked here, their rules once all sources are read.
	fields := config.Default().Fields()
	for _, field := range fields {
		flag := flags.VarPF(field, field.Flag(), "", field.Usage)
		if field.IsBoolFlag() {
			flag.NoOptDefVal = "true"
		}
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		given := map[string]string{}
		for _, field := range fields {
			if flag := c.Flags().Lookup(field.Flag()); flag.Changed {
				given[field.Key] = flag.Value.String()
			}
		}
		lookup := func(name string) (string, bool) { v := e.getenv(name); return v, v != "" }
		settings, err := config.Read(f.config, lookup, given)
		if err != nil {
			return usage("%v", err)
		}
		if f.print {
			return settings.Print(e.out)
		}
		if f.bootstrap == "" {
			f.bootstrap = e.getenv("DAYPASS_BOOTSTRAP_FILE")
		}
		return e.serve(c.Context(), settings, f.bootstrap)
	}
	return c
}

func (e *env) serve(ctx context.Context, c *config.Config, bootstrap string) (err error) {
	serverMemory(e.getenv)
	log, err := obs.NewLogger(e.err, c.Log.Level, c.Log.Format)
	if err != nil {
		return err
	}
	var first *server.FirstAdmin
	if bootstrap != "" {
		if first, err = server.ReadFirstAdmin(bootstrap); err != nil {
			return err
		}
	}
	main, admin, err := listeners(c)
	if err != nil {
		return err
	}
	defer main.Close()
	issuers, err := server.Roots(c.Federation.CAFile)
	if err != nil {
		return err
	}
	root, err := rootKey(c, e.getenv)
	if err != nil {
		return err
	}
	engine, err := sqlite.Open(ctx, sqlite.Options{Folder: c.Data, Random: rand.Reader})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	trail, err := audit.Open(c.Audit.File, auditOptions(c.Audit))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, trail.Close()) }()
	s, err := server.New(ctx, server.Options{
		Engine: engine, Trail: trail, Root: root, Log: log, Metrics: server.NewMetrics(buildInfo()),
		IssuerNetworks: c.Federation.Networks, IssuerRoots: issuers,
		SAML:       saml.Here{Recipients: c.SAML.Recipients, Audiences: c.SAML.Audiences},
		Quotas:     iam.Quotas(c.Quotas),
		PolicyLint: iam.PolicyLint{Report: c.PolicyLint.Report, Refuse: c.PolicyLint.Severity(), Ignore: c.PolicyLint.Ignore},
		MaxBody:    c.Limits.BodyBytes, Trusted: c.TrustedProxies, Hosts: c.Hosts, External: c.External(main.Addr().String()), StrictAWS: c.AWS.Strict,
	})
	if err != nil {
		return err
	}
	made, err := s.Bootstrap(ctx, c.Data, first)
	if err != nil {
		return err
	}
	e.handOver(log, c.Data, made, first)
	places := []server.Listener{{Listener: main, Handler: s}}
	if admin != nil {
		places = append(places, server.Listener{Listener: admin, Handler: s.Admin()})
	}
	log.Info("serving", "address", main.Addr().String(), "tls", c.TLS.CertFile != "", "region", c.Region, "version", buildInfo().Version)
	err = s.Run(ctx, server.RunOptions{HeaderBytes: c.Limits.HeaderBytes, Timeout: c.Limits.RequestTimeout, Grace: c.Limits.ShutdownGrace,
		UsageFile: filepath.Join(c.Data, "key-usage.json"), AccessFile: filepath.Join(c.Data, "last-accessed.json"), Flush: trail.Run}, places...)
	log.Info("stopped")
	return err
}

// auditOptions translates: in the settings 0 means without bound, for a file it means the default.
func auditOptions(a config.Audit) audit.FileOptions {
	o := audit.FileOptions{MaxBytes: a.MaxBytes, Keep: a.Keep}
	if o.MaxBytes == 0 {
		o.MaxBytes = math.MaxInt64
	}
	if o.Keep == 0 {
		o.Keep = math.MaxInt32
	}
	return o
}

// handOver tells where the first key is, and shows it to a person at a terminal; never to a log file or a pipe.
func (e *env) handOver(log *slog.Logger, folder string, made, given *server.FirstAdmin) {
	path := filepath.Join(folder, server.BootstrapName)
	if made == nil || given != nil && given.AccessKeyID != "" {
		if _, err := os.Stat(path); err == nil {
			log.Warn("the first administrator's key is still on disk: take it and delete the file", "file", path)
		}
		return
	}
	log.Info("first start: the account's administrator is in the bootstrap file; take the key and delete the file", "file", path,
		"account", made.AccountID, "user", made.UserName)
	if f, ok := e.err.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		e.say("\nexport AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n", made.AccessKeyID, made.SecretAccessKey)
	}
}

// listeners opens both before anything else is touched: a second server on the same machine fails here.
func listeners(c *config.Config) (main, admin net.Listener, err error) {
	var secure *tls.Config
	if c.TLS.CertFile != "" {
		if secure, err = server.TLS(c.TLS.CertFile, c.TLS.KeyFile); err != nil {
			return nil, nil, err
		}
	}
	open := func(address string) (net.Listener, error) {
		l, err := net.Listen("tcp", address)
		if err == nil && secure != nil {
			l = tls.NewListener(l, secure)
		}
		return l, err
	}
	if main, err = open(c.Listen); err != nil {
		return nil, nil, fmt.Errorf("listen: %w", err)
	}
	if c.Admin.Listen != "" {
		if admin, err = open(c.Admin.Listen); err != nil {
			return nil, nil, errors.Join(fmt.Errorf("listen for operators (admin.listen): %w", err), main.Close())
		}
	}
	return main, admin, nil
}

// rootKey reads the key that opens the state. Only a data folder without a state gets a new one.
func rootKey(c *config.Config, getenv func(string) string) (*seal.Root, error) {
	if c.RootKey.Env != "" {
		return server.RootFromText(c.RootKey.Env, getenv(c.RootKey.Env))
	}
	fresh, err := sqlite.Missing(c.Data)
	if err != nil {
		return nil, err
	}
	return server.RootFromFile(c.RootKey.File, fresh)
}
