package storage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Container is a kind of file that holds a whole store: an archive, or a
// manifest that says where values are. RegisterContainer makes it known;
// packages of containers do so when imported.
type Container struct {
	Name string // "zip"…
	// Exts are the file name endings (with dot) by which a container is told
	// from other parts of a URL, where looking would take a request for each.
	Exts []string
	// Options are the names of options that Open takes.
	Options []string
	// Detect reports whether a file that begins with head is such a container.
	Detect func(head []byte) bool
	// Open opens the store that a value of another store holds.
	Open func(ctx context.Context, v Value, opts map[string]string) (Store, error)
}

// Value is a value of a store, and what it is called outside: its URL or path.
type Value struct {
	Store Store
	Key   string
	URL   string
}

var (
	containersMu sync.RWMutex
	containers   []*Container
)

// RegisterContainer makes a container known. Two of one name are a mistake in
// the program, and panic.
func RegisterContainer(c *Container) {
	containersMu.Lock()
	defer containersMu.Unlock()
	if c.Name == "" || c.Open == nil || c.Detect == nil || slices.ContainsFunc(containers, func(o *Container) bool { return o.Name == c.Name }) {
		panic("storage: container \"" + c.Name + "\" is registered already, or lacks a name, Open or Detect")
	}
	containers = append(containers, c)
}

// findContainer returns the first container that fits, nil if none does.
func findContainer(fits func(*Container) bool) *Container {
	containersMu.RLock()
	defer containersMu.RUnlock()
	if i := slices.IndexFunc(containers, fits); i >= 0 {
		return containers[i]
	}
	return nil
}

// containerByExt returns the container that a file of this name is, nil if it
// is none. Zarr's own documents aren't, though they end in .json.
func containerByExt(name string) *Container {
	base := name[strings.LastIndexByte(name, '/')+1:]
	if base == "zarr.json" {
		return nil
	}
	return findContainer(func(c *Container) bool { return contains(c.Exts, filepath.Ext(base)) })
}

// fileContainer returns the container that the file at path is, by content,
// and the file as a value; nil if it is none.
func fileContainer(ctx context.Context, path string) (*Container, Value, error) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, Value{}, nil // whoever opens it says what is wrong
	}
	head, err := readHead(path)
	if err != nil {
		return nil, Value{}, &Error{"open", path, err}
	}
	c := findContainer(func(c *Container) bool { return c.Detect(head) })
	if c == nil {
		return nil, Value{}, nil
	}
	root, key, err := Locate(path)
	if err != nil {
		return nil, Value{}, err
	}
	folder, err := OpenRoot(ctx, root)
	return c, Value{folder, key, filepath.Join(strings.TrimPrefix(root, fileScheme), key)}, err
}

func (c *Container) readOnly() error {
	return fmt.Errorf("%w: %s files are only read", ErrReadOnly, c.Name)
}

// open opens a container, and returns the options that are not its own.
func (c *Container) open(ctx context.Context, v Value, opts map[string]string) (Store, map[string]string, error) {
	own, rest := map[string]string{}, map[string]string{}
	for k, value := range opts {
		if slices.Contains(c.Options, k) {
			own[k] = value
		} else {
			rest[k] = value
		}
	}
	s, err := c.Open(ctx, v, own)
	return s, rest, err
}
