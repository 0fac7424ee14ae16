//go:build !unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
)

// become runs the program and waits for it. An interrupt from the keyboard reaches the program by itself; this process
// stays until the program has dealt with it.
func become(path string, argv, environ []string) (int, error) {
	signal.Ignore(os.Interrupt)
	c := &exec.Cmd{Path: path, Args: argv, Env: environ, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	err := c.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return ended.ExitCode(), nil
	}
	return exitDone, err
}
