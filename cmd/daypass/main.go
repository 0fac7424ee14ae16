package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks politely; after it the next one ends the process as it would any other.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, newEnv(), os.Args[1:]))
}

// run runs one command line and returns the exit code.
func run(ctx context.Context, e *env, args []string) int {
	root := newRoot(e)
	root.SetArgs(args)
	command, err := root.ExecuteContextC(ctx)
	return e.report(command, err)
}
