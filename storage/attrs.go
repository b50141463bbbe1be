package storage

// Attrs are the attributes of an array or a group, by name. A value is bool,
// an integer or float type of Go, complex, string, or a slice of one of these;
// for Zarr also nested JSON (map[string]any, []any, nil). What a file stores as
// an array of one element stays a slice.
type Attrs map[string]any

// InternalAttr reports whether name is an attribute in which HDF5 and NetCDF-4
// keep their own books about dimensions. Such attributes can be read, and are
// left out by whatever writes attributes.
func InternalAttr(name string) bool {
	switch name {
	case "CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "DIMENSION_LABELS",
		"_Netcdf4Dimid", "_Netcdf4Coordinates", "_NCProperties", "_nc3_strict":
		return true
	}
	return false
}
