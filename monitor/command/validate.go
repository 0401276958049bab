package command

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"bellhop/monitor/watchlist"
)

// A Validation is what came of checking a configuration.
type Validation struct {
	File      string    `json:"file"`
	Good      bool      `json:"good"`
	Checks    int       `json:"checks"`
	Receivers int       `json:"receivers"`
	Problems  []Problem `json:"problems"`

	// Requests is how many requests a host gets in a minute at most, while all is well.
	Requests map[string]int `json:"requests_per_minute,omitempty"`
	// Scopes are those that the chosen modules need, each entry any one of its words.
	Scopes  []string `json:"scopes,omitempty"`
	Remarks []string `json:"remarks,omitempty"`
}

// A Problem is one mistake in a configuration.
type Problem struct {
	Line   int    `json:"line"`
	Column int    `json:"column"`
	What   string `json:"what"`
	Fix    string `json:"fix"`
}

func newValidate(s *shell) *cobra.Command {
	var without bool
	cmd := &cobra.Command{
		Use:   "validate",
		Short: "Checks the configuration file",
		Long: `Checks the configuration file and says every mistake at once, each with its line, its
column and what to do about it. Nothing is asked and nothing is sent. What passes here, a
running bellhop takes at its next reload.

With --without-secrets, variables that are not defined and secret files that cannot be read
are put up with: for a build server that must not have them.

Of a good file it says how many requests each host will get in a minute while all is well, and
which scopes the clients need.`,
		Example: `  bellhop validate
  bellhop validate --config deploy/container/config.yaml --without-secrets`,
		Args: noArgument,
		RunE: func(*cobra.Command, []string) error {
			list, err := s.read(watchlist.Options{WithoutSecrets: without})
			problems, mistaken := errors.AsType[watchlist.Problems](err)
			if err != nil && !mistaken {
				return err
			}
			return s.validated(list, problems)
		},
	}
	cmd.Flags().BoolVar(&without, "without-secrets", false, "put up with secrets that are not at hand")
	return s.printsJSON(cmd)
}

func (s *shell) validated(list *watchlist.Watchlist, problems watchlist.Problems) error {
	v := Validation{File: s.config, Good: len(problems) == 0, Problems: []Problem{}}
	if v.Good {
		v.Checks, v.Receivers = len(list.Checks), len(list.Receivers)
		v.Requests, v.Scopes, v.Remarks = manners(list.Checks, list.Pace), list.Needs, list.Remarks
	}
	for _, p := range problems {
		v.Problems = append(v.Problems, Problem{p.Line, p.Col, p.What, p.Fix})
	}
	switch {
	case s.json:
		if err := printJSON(s.Stdout, v); err != nil {
			return err
		}
	case v.Good:
		fmt.Fprint(s.Stdout, v)
	default:
		fmt.Fprintf(s.Stdout, "%s\n%s has %s.\n", problems, s.config, count(len(problems), "mistake"))
	}
	if !v.Good {
		return errFinding
	}
	return nil
}
