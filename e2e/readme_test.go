package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestReadme replays the transcript of the README's first minute, word for word but for ids and times, in one shell, against the
// development server as a person starts it.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "```console\n")
	transcript, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("the README has no transcript")
	}
	steps := parseTranscript(transcript)
	if len(steps) < 5 {
		t.Fatalf("the transcript has %d commands", len(steps))
	}
	shell := startShell(t, exportsOfDev(t))
	lastID := ""
	for _, s := range steps {
		command := uuid.ReplaceAllString(s.command, lastID)
		got := shell.run(t, command)
		if id := uuid.FindString(got); id != "" {
			lastID = id
		}
		if masked(got) != masked(s.output) {
			t.Errorf("$ %s\nthe README says\n%s\nit is\n%s", command, s.output, got)
		}
	}
}

var (
	uuid  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	stamp = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)
)

func masked(s string) string {
	s = uuid.ReplaceAllString(strings.TrimSpace(s), "ID")
	return stamp.ReplaceAllString(s, "TIME")
}

type step struct{ command, output string }

// parseTranscript splits at lines that begin with "$ "; a line that ends with a backslash goes on.
func parseTranscript(text string) []step {
	var steps []step
	more := false
	for line := range strings.Lines(text) {
		switch command, isCommand := strings.CutPrefix(line, "$ "); {
		case isCommand:
			steps = append(steps, step{command: command})
		case more:
			steps[len(steps)-1].command += line
		case len(steps) > 0:
			steps[len(steps)-1].output += line
		}
		more = strings.HasSuffix(line, "\\\n")
	}
	return steps
}

// exportsOfDev starts "daypass dev" and gives the lines a person pastes.
func exportsOfDev(t *testing.T) string {
	t.Helper()
	c := exec.Command(tools.daypass, "dev", "--listen", "127.0.0.1:0")
	c.Env = bare()
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt)
		if err := c.Wait(); err != nil {
			t.Errorf("development server: %v", err)
		}
	})
	var exports strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "export ") {
			exports.WriteString(lines.Text() + "\n")
		}
		if strings.HasPrefix(lines.Text(), "ready in") {
			return exports.String()
		}
	}
	t.Fatal("the development server did not get ready")
	return ""
}

// shell is a bash that runs one command after the other, so that functions and variables stay.
type shell struct {
	in  *bufio.Writer
	out *bufio.Scanner
}

const endMark = "--- end of command ---"

func startShell(t *testing.T, exports string) *shell {
	t.Helper()
	c := exec.Command("bash", "--norc", "--noprofile")
	c.Env = bare("AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err == nil {
		c.Stderr = c.Stdout
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = c.Wait()
	})
	s := &shell{in: bufio.NewWriter(in), out: bufio.NewScanner(out)}
	s.run(t, exports+"export ENDPOINT=$AWS_ENDPOINT_URL\n")
	return s
}

func (s *shell) run(t *testing.T, command string) string {
	t.Helper()
	if _, err := s.in.WriteString(command + "\necho\necho '" + endMark + "'\n"); err != nil {
		t.Fatal(err)
	}
	if err := s.in.Flush(); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for s.out.Scan() {
		if s.out.Text() == endMark {
			return out.String()
		}
		out.WriteString(s.out.Text() + "\n")
	}
	t.Fatal("the shell ended")
	return ""
}
