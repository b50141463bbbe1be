package storage

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

var (
	driversMu sync.RWMutex
	drivers   = map[string]*Driver{}
)

// Register makes a driver known; drivers call it when imported. Two drivers of
// one name are a mistake in the program, and panic.
func Register(d *Driver) {
	driversMu.Lock()
	defer driversMu.Unlock()
	if d.Name == "" || d.Open == nil || d.Detect == nil {
		panic(fmt.Sprintf("storage: driver %q lacks a name, Open or Detect", d.Name))
	}
	if drivers[d.Name] != nil {
		panic(fmt.Sprintf("storage: driver %q is registered already", d.Name))
	}
	drivers[d.Name] = d
}

// Drivers returns the names of the registered drivers, sorted.
func Drivers() []string {
	driversMu.RLock()
	defer driversMu.RUnlock()
	names := make([]string, 0, len(drivers))
	for n := range drivers {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func driver(name string) *Driver {
	driversMu.RLock()
	defer driversMu.RUnlock()
	return drivers[name]
}

// Open opens the array or the group at url, whichever lies there: exactly one
// of them is not nil. The format is recognised by content. See SplitPath for
// what a url is; opts are those of the driver.
func Open(ctx context.Context, url string, opts map[string]string) (Array, Group, error) {
	if ctx == nil {
		return nil, nil, &Error{"open", url, ErrContext}
	}
	path, inner, err := SplitPath(url)
	if err != nil {
		return nil, nil, err
	}
	s, rest, err := storeAt(ctx, path, opts)
	if err != nil {
		return nil, nil, err
	}
	if s != nil {
		a, g, err := openIn(ctx, storeFormat, s, Ref{URL: path, Path: inner, Options: opts}, rest)
		return a, g, filesOnly(path, inner, err)
	}
	d, err := detect(path)
	if err != nil {
		return nil, nil, &Error{"open", url, err}
	}
	a, g, err := d.Open(ctx, path, inner, opts)
	if named := (*Error)(nil); err != nil && !errors.As(err, &named) { // drivers may leave it to others to say of what
		err = &Error{"open", url, err}
	}
	if inner != "" && errors.Is(err, ErrNotFound) {
		err = withNames(ctx, d, path, inner, opts, err)
	}
	return a, g, err
}

// withNames adds to the error about what isn't in a file or directory what is in
// the group that its path leads to.
func withNames(ctx context.Context, d *Driver, path, inner string, opts map[string]string, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	for inner != "" {
		inner = inner[:max(strings.LastIndex(inner, "/"), 0)]
		a, g, failed := d.Open(ctx, path, inner, opts)
		switch {
		case errors.Is(failed, ErrNotFound):
			continue
		case failed != nil:
			return err
		case a != nil:
			_ = a.Close()
			if inner == "" {
				return &Error{e.Op, e.Name, fmt.Errorf("%w; the file is a single array", e.Err)}
			}
			return &Error{e.Op, e.Name, fmt.Errorf("%w; %q is an array", e.Err, inner)}
		}
		defer g.Close()
		if names := contents(ctx, g); names != "" {
			return &Error{e.Op, e.Name, fmt.Errorf("%w; the group holds %s", e.Err, names)}
		}
		return err
	}
	return err
}

// storeFormat is the format of what lies in a store that is no directory.
const storeFormat = "zarr"

// openIn opens what lies at a place of a store.
func openIn(ctx context.Context, name string, s Store, r Ref, opts map[string]string) (Array, Group, error) {
	d := driver(name)
	switch {
	case d == nil:
		return nil, nil, &Error{"open", JoinKey(r.URL, r.Path), missingDriver(name)}
	case d.OpenIn == nil:
		return nil, nil, &Error{"open", JoinKey(r.URL, r.Path), fmt.Errorf("%w: driver %s opens files and directories only", ErrUnsupported, name)}
	}
	r.Driver = name
	return d.OpenIn(ctx, s, r, opts)
}

// OpenArray opens the array at url; a group there is ErrNotArray, and the
// error lists what it holds.
func OpenArray(ctx context.Context, url string, opts ...map[string]string) (Array, error) {
	a, g, err := Open(ctx, url, merge(opts))
	if err != nil || a != nil {
		return a, err
	}
	defer g.Close()
	of := ""
	if names := contents(ctx, g); names != "" {
		of = " of " + names
	}
	return nil, &Error{"open", url, fmt.Errorf("%w but a group%s", ErrNotArray, of)}
}

// contents lists the children of a group for an error message.
func contents(ctx context.Context, g Group) string {
	children, err := g.Names(ctx)
	if err != nil || len(children) == 0 {
		return ""
	}
	var names []string
	for _, c := range children {
		names = append(names, c.Name)
	}
	return fewNames(names)
}

// fewNames lists names for an error message, the first eight.
func fewNames(names []string) string {
	if len(names) > 8 {
		names = append(names[:8:8], "…")
	}
	return strings.Join(names, ", ")
}

// OpenGroup opens the group at url, as OpenArray an array; an array there is ErrNotGroup.
func OpenGroup(ctx context.Context, url string, opts ...map[string]string) (Group, error) {
	a, g, err := Open(ctx, url, merge(opts))
	if err != nil || g != nil {
		return g, err
	}
	return nil, errors.Join(&Error{"open", url, fmt.Errorf("%w but an array", ErrNotGroup)}, a.Close())
}

// OpenRef opens an array another process has described. Where its metadata is
// no longer what the Ref's fingerprint was made from, that is ErrChanged.
func OpenRef(ctx context.Context, r Ref) (Array, error) {
	name := strings.TrimSuffix(r.URL+"/"+r.Path, "/")
	if ctx == nil {
		return nil, &Error{"open", name, ErrContext}
	}
	a, g, err := openRef(ctx, name, r)
	if err != nil {
		return nil, err
	}
	if g != nil {
		return nil, errors.Join(&Error{"open", name, fmt.Errorf("%w but a group", ErrNotArray)}, g.Close())
	}
	if r.Fingerprint != "" && r.Fingerprint != Fingerprint(a.Meta()) {
		err := fmt.Errorf("%w the plan was made: dtype, shape, chunks, codecs or fill value differ", ErrChanged)
		return nil, errors.Join(&Error{"open", name, err}, a.Close())
	}
	return a, nil
}

func openRef(ctx context.Context, name string, r Ref) (Array, Group, error) {
	d := driver(r.Driver)
	if d == nil {
		return nil, nil, &Error{"open", name, missingDriver(r.Driver)}
	}
	if d.OpenIn != nil {
		s, rest, err := storeAt(ctx, r.URL, r.Options)
		if err != nil {
			return nil, nil, err
		}
		if s != nil {
			return openIn(ctx, r.Driver, s, Ref{URL: r.URL, Path: r.Path, Options: r.Options}, rest)
		}
	}
	return d.Open(ctx, r.URL, r.Path, r.Options)
}

// OpenWritable opens the existing group at url for adding and changing arrays.
// Arrays it opens are WritableArrays where the driver can change them.
func OpenWritable(ctx context.Context, url string, opts map[string]string) (WritableGroup, error) {
	d, path, inner, err := existing(ctx, url)
	if err != nil {
		return nil, err
	}
	root, err := openWritable(ctx, d, path, opts)
	if err != nil || inner == "" {
		return root, err
	}
	g, err := root.Group(ctx, inner)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	w, ok := g.(WritableGroup)
	if !ok {
		err := &Error{"open", url, fmt.Errorf("%w: groups inside a %s file can't be opened for writing", ErrUnsupported, d.Name)}
		return nil, errors.Join(err, g.Close(), root.Close())
	}
	return &innerGroup{w, root}, nil
}

// OpenWritableArray opens the existing array at url for writing. Whoever does
// so ends with Commit, then Close; what is written to an existing array is there
// at once.
func OpenWritableArray(ctx context.Context, url string, opts map[string]string) (WritableArray, error) {
	d, path, inner, err := existing(ctx, url)
	if err != nil {
		return nil, err
	}
	if d.OpenWritableArray != nil {
		return d.OpenWritableArray(ctx, path, inner, opts)
	}
	root, err := openWritable(ctx, d, path, opts)
	if err != nil {
		return nil, err
	}
	a, err := root.Array(ctx, inner)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	w, ok := a.(WritableArray)
	if !ok {
		err := &Error{"open", url, fmt.Errorf("%w: driver %s can't change existing arrays", ErrUnsupported, d.Name)}
		return nil, errors.Join(err, a.Close(), root.Close())
	}
	return &innerArray{w, root}, nil
}

// existing finds what is to be written in: the driver, the file or store that url
// begins with, and the path inside it.
func existing(ctx context.Context, url string) (d *Driver, path, inner string, err error) {
	path, inner, err = SplitPath(url)
	if err == nil {
		err = checkWritable(ctx, url, path)
	}
	if err != nil {
		return nil, "", "", err
	}
	if d, err = detect(path); err != nil {
		return nil, "", "", &Error{"open", url, err}
	}
	return d, path, inner, nil
}

func openWritable(ctx context.Context, d *Driver, path string, opts map[string]string) (WritableGroup, error) {
	if d.OpenWritable == nil {
		return nil, &Error{"open", path, fmt.Errorf("%w: driver %s can't change existing files", ErrUnsupported, d.Name)}
	}
	return d.OpenWritable(ctx, path, opts)
}

// Create starts a new group: a file or store whose format follows from the
// name (".h5", ".hdf5", ".nc" and ".nc4" are HDF5, all others Zarr), or a group
// inside an existing one ("out.zarr/a"). What exists is ErrExists unless
// opts["overwrite"] is "true"; then it stays until Commit.
func Create(ctx context.Context, url string, opts map[string]string) (WritableGroup, error) {
	d, path, inner, exists, err := place(ctx, url)
	if err != nil {
		return nil, err
	}
	if inner == "" {
		if d.Create == nil {
			one := ""
			if d.CreateArray != nil {
				one = ", its files hold one array each"
			}
			return nil, &Error{"create", url, fmt.Errorf("%w: driver %s can't create groups%s", ErrUnsupported, d.Name, one)}
		}
		return d.Create(ctx, path, opts)
	}
	root, err := openOrCreate(ctx, d, path, exists, opts)
	if err != nil {
		return nil, err
	}
	g, err := root.CreateGroup(ctx, inner)
	if err != nil {
		return nil, errors.Join(err, root.Abort(), root.Close())
	}
	return &innerGroup{g, root}, nil
}

// CreateArray starts a new array, as Create does a group; ".npy" is a format
// that holds a single array. Commit makes it appear.
func CreateArray(ctx context.Context, url string, s Spec, opts map[string]string) (WritableArray, error) {
	d, path, inner, exists, err := place(ctx, url)
	if err != nil {
		return nil, err
	}
	if inner == "" {
		if d.CreateArray == nil {
			return nil, &Error{"create", url, fmt.Errorf("%w: a %s file holds no array at its root, name one: %s/data", ErrUnsupported, d.Name, url)}
		}
		return d.CreateArray(ctx, path, s, opts)
	}
	root, err := openOrCreate(ctx, d, path, exists, opts)
	if err != nil {
		return nil, err
	}
	if exists && opts["overwrite"] != "" {
		s.Options = merge([]map[string]string{s.Options, {"overwrite": opts["overwrite"]}})
	}
	a, err := root.CreateArray(ctx, inner, s)
	if err != nil {
		return nil, errors.Join(err, root.Abort(), root.Close())
	}
	return &innerArray{a, root}, nil
}

func openOrCreate(ctx context.Context, d *Driver, path string, exists bool, opts map[string]string) (WritableGroup, error) {
	if exists && opts["resume"] != "" && opts["resume"] != "false" {
		return nil, &Error{"create", path, fmt.Errorf("%w: resuming inside of what is there already", ErrUnsupported)}
	}
	if exists {
		return openWritable(ctx, d, path, opts)
	}
	if d.Create == nil {
		return nil, &Error{"create", path, fmt.Errorf("%w: a %s file holds a single array", ErrUnsupported, d.Name)}
	}
	return d.Create(ctx, path, opts)
}

// place finds where a url is to be created: the driver, the file or store,
// and, if that exists already or its name ends before the url does, the path
// inside it.
func place(ctx context.Context, url string) (d *Driver, path, inner string, exists bool, err error) {
	path, inner, err = SplitPath(url)
	exists = err == nil && inner != ""
	if errors.Is(err, ErrNotFound) {
		path, inner, err = splitNew(url)
	}
	if err == nil {
		err = checkWritable(ctx, url, path)
	}
	if err != nil {
		return nil, "", "", false, err
	}
	name := driverByExt(filepath.Ext(path))
	if exists {
		d, err = detect(path)
	} else if d = driver(name); d == nil {
		err = missingDriver(name)
	}
	if err != nil {
		return nil, "", "", false, &Error{"create", url, err}
	}
	return d, path, inner, exists, nil
}

// checkWritable refuses what is only read: what other hosts have, and containers.
func checkWritable(ctx context.Context, url, path string) error {
	if ctx == nil {
		return &Error{"write", url, ErrContext}
	}
	if isURL(path) {
		return &Error{"write", url, fmt.Errorf("%w: what a URL leads to is only read; packages of formats write to any store", ErrUnsupported)}
	}
	if c := containerByExt(path); c != nil {
		return &Error{"write", url, c.readOnly()}
	}
	return nil
}

// innerGroup and innerArray lie in a file or store that was opened for them
// alone, and end it when they end.
type innerGroup struct {
	WritableGroup
	root WritableGroup
}

func (g *innerGroup) Commit(ctx context.Context) error {
	if err := g.WritableGroup.Commit(ctx); err != nil {
		return err
	}
	return g.root.Commit(ctx)
}

func (g *innerGroup) Abort() error { return errors.Join(g.WritableGroup.Abort(), g.root.Abort()) }
func (g *innerGroup) Close() error { return errors.Join(g.WritableGroup.Close(), g.root.Close()) }

type innerArray struct {
	WritableArray
	root WritableGroup
}

// Unwrap returns the array itself, see As.
func (a *innerArray) Unwrap() Array { return a.WritableArray }

func (a *innerArray) Commit(ctx context.Context) error {
	if err := a.WritableArray.Commit(ctx); err != nil {
		return err
	}
	return a.root.Commit(ctx)
}

func (a *innerArray) Abort() error { return errors.Join(a.WritableArray.Abort(), a.root.Abort()) }
func (a *innerArray) Close() error { return errors.Join(a.WritableArray.Close(), a.root.Close()) }

// merge returns the options of all maps; later ones win.
func merge(maps []map[string]string) map[string]string {
	if len(maps) == 1 {
		return maps[0]
	}
	all := map[string]string{}
	for _, m := range maps {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}
