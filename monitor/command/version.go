package command

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	sqlite "modernc.org/sqlite/lib"
)

// A Build is which bellhop this is.
type Build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // of the source
	Changed  bool   `json:"changed,omitempty"`  // the source was not as it was committed
	Time     string `json:"time,omitempty"`     // of the revision
	Go       string `json:"go"`
	SQLite   string `json:"sqlite"`
	Platform string `json:"platform"`
}

// build reads what the toolchain wrote into the program.
func build() Build {
	b := Build{Version: "dev", Go: runtime.Version(), SQLite: sqlite.SQLITE_VERSION, Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value[:min(len(s.Value), 12)]
		case "vcs.modified":
			b.Changed = s.Value == "true"
		case "vcs.time":
			b.Time = s.Value
		}
	}
	return b
}

// String is the build in one line.
func (b Build) String() string {
	text := "bellhop " + b.Version
	if b.Revision != "" {
		text += " (" + b.Revision
		if b.Changed {
			text += ", changed"
		}
		text += ")"
	}
	return fmt.Sprintf("%s, %s, SQLite %s, %s", text, b.Go, b.SQLite, b.Platform)
}

func newVersion(s *shell) *cobra.Command {
	return s.printsJSON(&cobra.Command{
		Use:     "version",
		Short:   "Says which bellhop this is",
		Long:    "Says which bellhop this is: its version and revision, and the Go and SQLite it was built with.",
		Example: "  bellhop version\n  bellhop version --json",
		Args:    noArgument,
		RunE: func(*cobra.Command, []string) error {
			if s.json {
				return printJSON(s.Stdout, build())
			}
			_, err := fmt.Fprintln(s.Stdout, build())
			return err
		},
	})
}
