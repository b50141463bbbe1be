package storage

// Attrs are the attributes of an array or a group, by name. A value is bool,
// an integer or float type of Go, complex, string, or a slice of one of these;
// for Zarr also nested JSON (map[string]any, []any, nil). What a file stores as
// an array of one element stays a slice.
type Attrs map[string]any
