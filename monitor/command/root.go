package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A shell is what every command is run with: the world and the flags that all of them share.
type shell struct {
	World
	config string // path of the configuration file
	format string // of the log
	json   bool
}

// newRoot is the tree of commands. ran becomes true once a command was reached: what fails before is the
// command line itself.
func newRoot(w World) (root *cobra.Command, ran *bool) {
	s := &shell{World: w}
	root = &cobra.Command{
		Use:   "bellhop",
		Short: "Watches apaleo for you, and says whose fault it is",
		Long: `bellhop watches apaleo, your access to it and your own endpoints. When something
breaks it tells you once, with whose matter it is and what to do; when it ends, it tells
you that.

Without a command it runs as a daemon, in the foreground, until SIGTERM, Ctrl-C or the
end of its terminal (nohup lets it outlive that). It needs no drain: what was not delivered
yet, the next one delivers. SIGHUP makes it read its configuration again; a file with a
mistake changes nothing.`,
		Example: `  bellhop                                   # the daemon, with ./config.yaml
  bellhop --config /etc/bellhop/config.yaml
  bellhop probe                             # ask everything once, now`,
		RunE:          func(cmd *cobra.Command, _ []string) error { return s.daemon(cmd.Context()) },
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.PersistentFlags().StringVarP(&s.config, "config", "c", "config.yaml", "the configuration `file`")
	root.Flags().StringVar(&s.format, "log-format", "auto", "log as json, console or auto")
	root.AddCommand(
		newDemo(s), newValidate(s), newProbe(s), newExplain(s), newEvidence(s), newTestAlert(s), newOutbox(s),
		newAck(s), newUnack(s), newNote(s), newSilence(s), newUnsilence(s), newMaintenance(s), newPause(s), newResume(s),
		newHotels(s), newHealthcheck(s), newRehearse(s), newVersion(s),
	)
	root.SetHelpCommand(newHelp())
	root.SetFlagErrorFunc(flagError)
	root.SetArgs(append([]string{}, w.Args...))
	root.SetIn(w.Stdin)
	root.SetOut(w.Stdout)
	root.SetErr(w.Stderr)
	ran = new(bool)
	finish(root, ran)
	return root, ran
}

// finish makes each command say that it was reached, and its help fit a terminal.
func finish(cmd *cobra.Command, ran *bool) {
	cmd.Long = paragraphs(cmd.Long)
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			*ran = true
			return run(cmd, args)
		}
	}
	for _, c := range cmd.Commands() {
		finish(c, ran)
	}
}

// printsJSON gives a command the flag --json.
func (s *shell) printsJSON(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().BoolVar(&s.json, "json", false, "print JSON")
	return cmd
}

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Says what a command does",
		Long:    "Says what a command does, with an example. `bellhop COMMAND --help` does the same.",
		Example: "  bellhop help probe",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			switch {
			case err != nil:
				return misuse{err.Error()}
			case len(rest) > 0:
				return misused("there is no command %q; see bellhop help", strings.Join(args, " "))
			}
			return found.Help()
		},
	}
}

// flagError adds to an unknown flag what was probably meant.
func flagError(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return misused("%v\nSee %s --help", err, cmd.CommandPath())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if meant := nearest(unknown.GetSpecifiedName(), names); meant != "" {
		return misused("%v\n\nDid you mean this?\n\t--%s\n", err, meant)
	}
	return misused("%v\nSee %s --help", err, cmd.CommandPath())
}

// argument allows exactly so many arguments, and says which are wanted.
func argument(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		return fmt.Errorf("%s wants %s, and got %s\nSee %s --help",
			cmd.CommandPath(), strings.Join(names, " and "), count(len(args), "argument"), cmd.CommandPath())
	}
}

// atMost allows so many arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		return fmt.Errorf("%s wants at most %s, and got %d\nSee %s --help", cmd.CommandPath(), count(n, "argument"), len(args), cmd.CommandPath())
	}
}

// noArgument allows none.
func noArgument(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, sub := range cmd.Commands() {
		known = append(known, sub.Name())
	}
	if len(known) > 0 {
		return unknownName("command "+cmd.CommandPath(), args[0], known)
	}
	return fmt.Errorf("%s wants no argument, and got %q\nSee %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
}

// A task is what a command does.
type task func(ctx context.Context, args []string) error

func (t task) run(cmd *cobra.Command, args []string) error { return t(cmd.Context(), args) }
