package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/daypass/daypass/e2e/process"
)

// tools are the programs under test, found once for all stories.
var tools struct {
	daypass string // built from this tree
	aws     string // Debian's when there, else whatever is on PATH
	python  string // with boto3
	modules string // the packages of the JavaScript SDK
	folder  string // holds both, in front of PATH for the scripts
}

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "daypass-e2e-")
	if err == nil {
		err = prepare(folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(2)
	}
	testscript.Main(cleaned{m, folder}, nil)
}

// cleaned runs the tests and removes their folder.
type cleaned struct {
	m      *testing.M
	folder string
}

func (c cleaned) Run() int {
	code := c.m.Run()
	if err := os.RemoveAll(c.folder); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
	}
	return code
}

func prepare(folder string) (err error) {
	tools.folder = folder
	if tools.daypass, err = process.Binary(folder); err != nil {
		return err
	}
	for _, name := range []string{"/usr/bin/aws", "aws"} {
		if tools.aws, err = exec.LookPath(name); err == nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("the AWS command line interface is missing: run e2e/install.sh, or put aws on PATH")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		return fmt.Errorf("curl is missing: run e2e/install.sh")
	}
	tools.python = "python3"
	if _, err := os.Stat("/usr/bin/python3"); err == nil { // Debian's has Debian's boto3
		tools.python = "/usr/bin/python3"
	}
	if err := exec.Command(tools.python, "-c", "import boto3").Run(); err != nil {
		return fmt.Errorf("boto3 is missing: run e2e/install.sh, or have a python3 with it on PATH")
	}
	if tools.modules, err = filepath.Abs("js/node_modules"); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(tools.modules, "@aws-sdk", "client-iam")); err != nil {
		return fmt.Errorf("the AWS SDK for JavaScript is missing: run e2e/install.sh")
	}
	// Only the address is added: old versions take it by flag alone.
	wrapper := fmt.Sprintf("#!/bin/sh\nexec %s --endpoint-url \"$ENDPOINT\" \"$@\"\n", tools.aws)
	return os.WriteFile(filepath.Join(folder, "aws"), []byte(wrapper), 0o755)
}

// devServer starts a development server for one test or for all of a file.
func devServer(t *testing.T, args ...string) *process.Server {
	t.Helper()
	s, err := process.Dev(process.Options{Binary: tools.daypass, Args: args, Env: bare()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("development server: %v", err)
		}
		if strings.Contains(s.Stderr(), "panic") {
			t.Errorf("the server panicked: %s", s.Stderr())
		}
	})
	return s
}

// bare is an environment without anybody's credentials or settings.
func bare(more ...string) []string {
	list := []string{"PATH=" + tools.folder + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + tools.folder, "LC_ALL=C.UTF-8"}
	return append(list, more...)
}

// as is the environment of somebody's commands.
func as(s *process.Server, c creds, more ...string) []string {
	list := bare("DAYPASS_ENDPOINT="+s.Endpoint, "ENDPOINT="+s.Endpoint, "AWS_REGION="+s.Region, "AWS_DEFAULT_REGION="+s.Region,
		"AWS_ACCESS_KEY_ID="+c.id, "AWS_SECRET_ACCESS_KEY="+c.secret, "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"AWS_EC2_METADATA_DISABLED=true")
	if c.token != "" {
		list = append(list, "AWS_SESSION_TOKEN="+c.token)
	}
	return append(list, more...)
}

// told is what a command answered.
type told struct {
	out, err string
	code     int
}

// run runs a command to its end.
func run(t *testing.T, env []string, name string, args ...string) told {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	switch name {
	case "daypass":
		name = tools.daypass
	case "aws":
		name = filepath.Join(tools.folder, "aws")
	}
	c := exec.CommandContext(ctx, name, args...)
	c.Env = env
	var out, errs strings.Builder
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); c.ProcessState == nil {
		t.Fatalf("%s: %v", name, err)
	}
	return told{out.String(), errs.String(), c.ProcessState.ExitCode()}
}

// well is run for commands that must succeed; it returns their output.
func well(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	r := run(t, env, name, args...)
	if r.code != 0 {
		t.Fatalf("%s %s: exit code %d\n%s%s", name, strings.Join(args, " "), r.code, r.out, r.err)
	}
	return r.out
}
