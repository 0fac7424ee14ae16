package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/obs"
)

// build says what this binary was made of.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"` // the tree differed from the revision
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// serverMemory trades memory for time while a server runs: the state is long-lived and small beside what requests leave behind, so
// collecting half as often costs a few megabytes and saves a tenth of the time. GOGC, when set, is left alone.
func serverMemory(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// buildInfo is what metrics and logs tell of this binary.
func buildInfo() obs.Build {
	b := build{Version: "(devel)"}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.read(info)
	}
	return obs.Build{Version: b.Version, Commit: b.Revision}
}

func newVersion(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print what this binary was built from",
		Args:  exactly(),
		RunE: func(*cobra.Command, []string) error {
			b := build{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
			if info, ok := debug.ReadBuildInfo(); ok {
				b.read(info)
			}
			if e.json() {
				return e.printJSON(b)
			}
			text := "daypass " + b.Version
			if b.Revision != "" {
				text += " " + b.Revision
			}
			if b.Modified {
				text += " (modified)"
			}
			_, err := fmt.Fprintf(e.out, "%s %s %s\n", text, b.Go, b.Platform)
			return err
		},
	}
}

func (b *build) read(info *debug.BuildInfo) {
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
}
