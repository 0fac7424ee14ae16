package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/daypass/daypass/internal/client"
	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
	"github.com/daypass/daypass/internal/wire"
)

// env is everything a command touches outside itself.
type env struct {
	in      io.Reader
	out     io.Writer // data
	err     io.Writer // words
	getenv  func(string) string
	environ func() []string
	http    *http.Client
	now     func() time.Time
	// become runs a program in the place of this one and returns its exit code, if it returns at all.
	become func(path string, argv, environ []string) (int, error)

	global  global
	started bool // a command's own code has been reached; before, every error is one of usage
}

// global holds the flags that all commands have.
type global struct {
	endpoint, region, profile, output string
}

// Values of the flag output.
const (
	outputText = "text"
	outputJSON = "json"
)

// newEnv is the environment of the process.
func newEnv() *env {
	return &env{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, environ: os.Environ,
		http: client.NewHTTP(), now: time.Now, become: become,
	}
}

func (e *env) json() bool { return e.global.output == outputJSON }

// settings finds where to call and as whom.
func (e *env) settings(service string) (client.Settings, error) {
	g := e.global
	return client.Find(client.Choice{Endpoint: g.endpoint, Region: g.region, Profile: g.profile}, service, e.getenv)
}

// sts calls the Security Token Service.
func (e *env) sts(ctx context.Context, action string, in, out wire.Shape) error {
	return e.call(ctx, "sts", stsapi.Version, action, in, out)
}

// admin calls one of Daypass's own operations.
func (e *env) admin(ctx context.Context, action string, in, out wire.Shape) error {
	return e.call(ctx, adminapi.Service, adminapi.Version, action, in, out)
}

func (e *env) call(ctx context.Context, service, version, action string, in, out wire.Shape) error {
	s, err := e.settings(service)
	if err != nil {
		return err
	}
	c := &client.Client{Endpoint: s.Endpoint, Region: s.Region, Credentials: s.Credentials, HTTP: e.http, Now: e.now}
	return c.Call(ctx, service, version, action, in, out)
}

// say tells the person something. There is nobody to tell if that fails.
func (e *env) say(format string, args ...any) {
	_, _ = fmt.Fprintf(e.err, format+"\n", args...)
}
