package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/client"
)

// Exit codes.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitDenied   = 3
	exitNotFound = 4
	exitFindings = 5 // lint found something, or a policy grants what was asked about
)

// usageError says that the command line is wrong.
type usageError struct{ text string }

func (u *usageError) Error() string { return u.text }

func usage(format string, args ...any) error {
	return &usageError{text: fmt.Sprintf(format, args...)}
}

// quietError ends with an exit code and nothing more to say.
type quietError struct{ code int }

func (q *quietError) Error() string { return fmt.Sprintf("exit code %d", q.code) }

// report tells what went wrong and returns the exit code for it.
func (e *env) report(command *cobra.Command, err error) int {
	if err == nil {
		return exitDone
	}
	var quiet *quietError
	if errors.As(err, &quiet) {
		return quiet.code
	}
	var wrong *usageError
	if errors.As(err, &wrong) || !e.started {
		// Suggestions for a misspelt command come on lines of their own.
		text := ""
		for line := range strings.Lines(err.Error()) {
			if line = strings.TrimSpace(line); line != "" {
				text += " " + clean(line)
			}
		}
		e.say("daypass:%s", text)
		e.say("usage: %s --help", command.CommandPath())
		return exitUsage
	}
	var answered *client.Error
	if !errors.As(err, &answered) {
		e.say("daypass: %s", clean(err.Error()))
		return exitFailed
	}
	switch {
	case answered.Denied():
		e.say("daypass: %s: %s", clean(answered.Code), clean(answered.Message))
		if answered.RequestID != "" {
			e.say("why: daypass explain %s", clean(answered.RequestID))
		}
		return exitDenied
	case answered.NotFound():
		e.say("daypass: %s", clean(err.Error()))
		return exitNotFound
	}
	e.say("daypass: %s", clean(err.Error()))
	return exitFailed
}
