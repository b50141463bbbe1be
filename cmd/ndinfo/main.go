// Command ndinfo shows what is in array files: Zarr stores, HDF5 and NetCDF-4
// files, .npy files, CSV tables.
//
//	ndinfo basin_mask.nc                 the arrays of a file or group
//	ndinfo basin_mask.nc/basin           one array
//	ndinfo basin_mask.nc/basin --stats   with statistics of its values
//	ndinfo verify store.zarr             reads everything, and says what is wrong
//	ndinfo diff a.zarr b.nc              what differs between two of them
//	ndinfo convert a.nc b.zarr           the same in another format, chunks or codecs
//	ndinfo virtualize a.nc -o a.json     a manifest that makes an HDF5 file a Zarr store
//	ndinfo --help                        everything else
//
// Looking is done with flags, acting with subcommands. Looking ends with exit
// status 1 where any path failed. Subcommands end with 0 where all is well, with
// 1 where verify or diff have found something, and with 2 where they couldn't do
// what they were asked to.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	_ "github.com/ndgrid/ndgrid/storage/hdf5"
	_ "github.com/ndgrid/ndgrid/storage/std"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is main with everything it touches as arguments; it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	out := &output{w: stdout}
	root := newCommand(args)
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if (err == nil || errors.Is(err, errReported)) && out.err != nil {
		err = out.err
	}
	var child childStatus
	switch {
	case err == nil:
		return 0
	case errors.As(err, &child):
		return int(child)
	case errors.Is(err, errReported):
		return 1
	}
	if ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	fmt.Fprintln(stderr, prefix+errorText(err))
	if cmd != root {
		return 2
	}
	return 1
}

// output is stdout, of which a screen that is written line by line need not look at
// errors: the first is kept, and ends the run as a failed one.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.w.Write(b)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// errReported is the error of a run that has said what it found.
var errReported = errors.New("reported")

// options are the flags.
type options struct {
	all, size, stats, raw  bool
	json, values           bool
	csv                    bool
	slice, output, png     string
	memoryText             string
	ranges                 []nd.Range
	memory                 int
	budget                 time.Duration // left for counting stored sizes, unless --size is given
	columns                int           // of the terminal; 0: stdout is none
	pathColumns            int           // of the longest path
	stdout, stderr         io.Writer
	sliced, brief, writing bool
}

const long = `ndinfo shows what is in Zarr stores, HDF5 and NetCDF-4 files, .npy files and CSV
tables, and, with a subcommand, verifies, compares and converts them.

PATH is a file or directory, or something inside one: file.nc/group/array.
A table is a group of its columns. A group is listed, an array described; of several paths each gets one line.
Nothing but metadata and a few values is read unless a flag asks for more.
Stored sizes are counted for a second at most, then given as "≥".
A file that is named as a subcommand is ./verify. Files of strangers are read
with --untrusted: libhdf5 crashes on some that are damaged.

The exit status is 0, or 1 where any path can't be shown, or 2 where reading
crashed with --untrusted.`

const examples = `  ndinfo air.nc
  ndinfo air.nc/air --stats
  ndinfo air.nc/air --slice "0, ::10, ::10"
  ndinfo air.nc/air --slice "-1" --png last.png
  ndinfo air.nc/air --slice ":, 40, 80" --csv > series.csv
  ndinfo air.nc --json | python3 -m json.tool`

func newCommand(args []string) *cobra.Command {
	o := &options{budget: time.Second}
	cmd := &cobra.Command{
		Use:               "ndinfo PATH...",
		Short:             "Show what is in Zarr, HDF5, NetCDF-4, npy and CSV files",
		Long:              long,
		Example:           examples,
		Version:           version(),
		Args:              needPath,
		SilenceErrors:     true,
		SilenceUsage:      true,
		ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, paths []string) error {
			o.stdout, o.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			if err := o.check(cmd, paths); err != nil {
				return err
			}
			return o.inspectAll(cmd.Context(), paths)
		},
	}
	cmd.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	cmd.AddCommand(newVerify(), newDiff(), newConvert(), newVirtualize())
	untrusted := cmd.PersistentFlags().Bool("untrusted", false, "read in a child process, which may crash on a file that was made for that")
	cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if *untrusted {
			return inChild(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		}
		return nil
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; %s --help says more", err, cmd.CommandPath())
	})
	f := cmd.Flags()
	f.BoolVarP(&o.all, "all", "a", false, "show bookkeeping attributes too, and long text in full")
	f.BoolVar(&o.size, "size", false, "count all stored sizes, however long it takes")
	f.BoolVar(&o.stats, "stats", false, "statistics of the values; missing values and NaN are counted apart")
	f.BoolVar(&o.raw, "raw", false, "with --stats: over all values, missing ones and NaN included")
	f.StringVarP(&o.slice, "slice", "s", "", "print the values of a part, named as between NumPy's brackets: \"0, ::2, -1\"")
	f.BoolVar(&o.csv, "csv", false, "print the values with their coordinates as CSV")
	f.StringVarP(&o.output, "output", "o", "", "write the values to a `FILE` ending in .npy, .csv or .png")
	f.StringVar(&o.png, "png", "", "draw the values to a `FILE`: two axes as a heat map, one as a line")
	f.BoolVar(&o.json, "json", false, "write one JSON document a path instead, see docs/ndinfo.schema.json")
	f.BoolVar(&o.values, "values", false, "with --json: the values of all arrays too")
	memoryFlag(f, &o.memoryText)
	return cmd
}

// version is that of the module, or the revision it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version + " " + info.GoVersion
}

func needPath(_ *cobra.Command, paths []string) error {
	if len(paths) == 0 {
		return errors.New("no path given; ndinfo --help says more")
	}
	return nil
}

// needNamed wants the arguments that the usage of a subcommand names.
func needNamed(cmd *cobra.Command, args []string) error {
	if named := strings.Fields(cmd.Use)[1:]; len(args) != len(named) {
		return fmt.Errorf("%s takes %s, %d given; %s --help says more", cmd.Name(), strings.Join(named, " and "), len(args), cmd.CommandPath())
	}
	return nil
}

func memoryFlag(f *pflag.FlagSet, text *string) {
	f.StringVar(text, "memory", "256MiB", "most memory that computing may take")
}

func parseMemory(text string) (int, error) {
	n, err := nd.ParseBytes(text)
	if err != nil {
		return 0, fmt.Errorf("--memory: %w", err)
	}
	return n, nil
}

// apart are flags that would share standard output, or of which one would be ignored.
var apart = [][2]string{{"csv", "json"}, {"output", "json"}, {"png", "json"}, {"csv", "stats"}, {"csv", "raw"}}

// check makes sense of the flags together.
func (o *options) check(cmd *cobra.Command, paths []string) (err error) {
	if o.memory, err = parseMemory(o.memoryText); err != nil {
		return err
	}
	if o.ranges, err = nd.ParseRange(o.slice); err != nil {
		return fmt.Errorf("--slice: %w", err)
	}
	o.sliced = cmd.Flags().Changed("slice")
	o.writing = o.csv || o.output != "" || o.png != ""
	o.brief = len(paths) > 1
	for _, pair := range apart {
		if cmd.Flags().Changed(pair[0]) && cmd.Flags().Changed(pair[1]) {
			return fmt.Errorf("--%s and --%s can't both be given", pair[0], pair[1])
		}
	}
	switch {
	case o.brief && (o.sliced || o.writing):
		return errors.New("--slice, --csv, --output and --png take one path")
	case o.values && !o.json:
		return errors.New("--values goes with --json; --slice prints values")
	case o.output != "" && !slices.Contains([]string{".npy", ".csv", ".png"}, filepath.Ext(o.output)):
		return fmt.Errorf("--output %s: the name must end in .npy, .csv or .png", o.output)
	}
	o.stats = o.stats || o.raw
	o.columns = terminalColumns(o.stdout)
	for _, p := range paths {
		o.pathColumns = max(o.pathColumns, cells.StringWidth(oneLine(p)))
	}
	return nil
}

// inspectAll shows every path. Errors go to stderr, and the next path follows.
func (o *options) inspectAll(ctx context.Context, paths []string) error {
	failed := false
	for _, p := range paths {
		err := o.inspect(ctx, p)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = true
			for _, e := range flatten(err) {
				where := p
				if m, ok := e.(*memberError); ok {
					where, e = storage.JoinKey(p, m.name), m.error
				}
				fmt.Fprintln(o.stderr, oneLine(prefix+where+": "+strings.ReplaceAll(reason(e), "\n", "; ")))
			}
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// inspect shows what lies at a path.
func (o *options) inspect(ctx context.Context, path string) error {
	a, g, err := open(ctx, path)
	if err != nil {
		return err
	}
	if g != nil {
		defer g.Close()
		return o.inspectGroup(ctx, path, g)
	}
	defer a.Close()
	if _, err := nd.ResolveRanges(a.Meta().Shape, o.ranges); err != nil {
		return fmt.Errorf("--slice: %w", err)
	}
	return o.inspectArray(ctx, path, a)
}

// flatten takes apart what errors.Join has joined. Other errors that have
// several causes say more than these.
func flatten(err error) []error {
	j, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	if errors.Join(j.Unwrap()...).Error() != err.Error() {
		return []error{err}
	}
	var all []error
	for _, e := range j.Unwrap() {
		all = append(all, flatten(e)...)
	}
	return all
}

// memberError is about a node in the group that is shown.
type memberError struct {
	name string
	error
}

// ofMember returns an error about a node, one for each that was joined.
func ofMember(name string, err error) error {
	var all []error
	for _, e := range flatten(err) {
		if e != nil {
			all = append(all, &memberError{name, e})
		}
	}
	return errors.Join(all...)
}

// reason is an error without the path, which stands before it already.
func reason(err error) string {
	e, ok := err.(*storage.Error)
	switch {
	case ok && e.Op == "open":
		return e.Err.Error()
	case ok && strings.HasPrefix(e.Op, "read"):
		return strings.TrimSuffix(e.Op, " of") + ": " + e.Err.Error()
	}
	return err.Error()
}
