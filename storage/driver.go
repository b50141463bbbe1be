package storage

import "context"

// Driver opens and creates arrays and groups of one format. Register makes it
// known; drivers do so when imported.
type Driver struct {
	Name string // "zarr", "hdf5", "npy"…
	// Exts are the file name endings (with dot) for which Create picks this driver.
	Exts []string
	// Detect reports whether the file or directory at path is of this format,
	// by its content: head holds its first bytes (nil for a directory).
	Detect func(path string, head []byte) bool
	// Open opens what lies at inner ("" is the root) of the file or directory
	// at path: it returns an Array or a Group. Exactly one is not nil.
	Open func(ctx context.Context, path, inner string, opts map[string]string) (Array, Group, error)
	// OpenIn opens what lies at r.Path of a store that others know as r.URL;
	// opts are r.Options without those that opening the store took. nil where
	// the format needs a file system.
	OpenIn func(ctx context.Context, s Store, r Ref, opts map[string]string) (Array, Group, error)
	// OpenWritable opens an existing one for writing; nil where not possible.
	OpenWritable func(ctx context.Context, path string, opts map[string]string) (WritableGroup, error)
	// OpenWritableArray opens the existing array at inner for writing; where it
	// is nil, arrays are opened through the group at path.
	OpenWritableArray func(ctx context.Context, path, inner string, opts map[string]string) (WritableArray, error)
	// Create starts a new file or directory; nil where not possible. It refuses
	// an existing one with ErrExists unless opts["overwrite"] is "true"; then
	// the old one stays until Commit.
	Create func(ctx context.Context, path string, opts map[string]string) (WritableGroup, error)
	// CreateArray likewise, for formats (or paths) that hold a single array at the root.
	CreateArray func(ctx context.Context, path string, s Spec, opts map[string]string) (WritableArray, error)
}
