//go:build unix

package main

import "syscall"

// become replaces this process, so that exit code, signals and terminal are the program's own.
func become(path string, argv, environ []string) (int, error) {
	return exitFailed, syscall.Exec(path, argv, environ)
}
