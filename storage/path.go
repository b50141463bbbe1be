package storage

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// SplitPath cuts a url into the file or store it begins with and the path
// inside that. A url is a path of the file system, with or without "file://",
// or a URL of a scheme that a store has registered (RegisterScheme).
//
// Going down from the root of a path, the first part that is a file, or a
// directory that is a Zarr node, is the store; everything after it is the inner
// path: "f.nc/g/sst", "store.zarr/a/b", "store.zarr.zip/a/b". The returned path
// is absolute. Where neither is found the whole url must exist; the error says
// which part does and which doesn't.
//
// Of a URL the host is the store ("http://host", "x.zarr/a"), or the first part
// whose name ends as that of a container does ("http://host/x.zip", "a"). That
// takes no request, so nothing says whether it exists.
func SplitPath(url string) (path, inner string, err error) {
	if isURL(url) {
		return splitURL(url)
	}
	path, parts, err := components(url)
	if err != nil {
		return "", "", err
	}
	for i, p := range parts {
		next := filepath.Join(path, p)
		info, err := os.Stat(next)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return "", "", &Error{"open", url, fmt.Errorf("%w: there is no %q in %s", ErrNotFound, p, path)}
		case err != nil:
			return "", "", &Error{"open", url, err}
		}
		path = next
		if !info.IsDir() || isZarr(path) {
			return path, strings.Join(parts[i+1:], "/"), nil
		}
	}
	return path, "", nil
}

// splitNew cuts the url of something that doesn't exist yet: the first part
// with the extension of a driver ends the file or store.
func splitNew(url string) (path, inner string, err error) {
	path, parts, err := components(url)
	if err != nil {
		return "", "", err
	}
	for i, p := range parts {
		path = filepath.Join(path, p)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			continue
		}
		if ext := filepath.Ext(p); ext != "" && knownExt(ext) {
			return path, strings.Join(parts[i+1:], "/"), nil
		}
	}
	return path, "", nil
}

// components returns the root of the file system a url is in and the parts of
// its absolute path.
func components(url string) (root string, parts []string, err error) {
	name := filePath(url)
	if name == "" {
		return "", nil, &Error{"open", `""`, fmt.Errorf("%w: empty path", ErrNotFound)}
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return "", nil, &Error{"open", url, err}
	}
	vol := filepath.VolumeName(abs)
	for p := range strings.SplitSeq(filepath.ToSlash(abs[len(vol):]), "/") {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return vol + string(filepath.Separator), parts, nil
}

// isZarr reports whether a directory is a Zarr group or array.
func isZarr(dir string) bool {
	for _, doc := range []string{"zarr.json", ".zarray", ".zgroup"} {
		if info, err := os.Stat(filepath.Join(dir, doc)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// headSize is how much of a file Driver.Detect sees; a user block moves the
// signature of HDF5 to 512, 1024, 2048…
const headSize = 16 << 10

// importPath is what a missing driver's import line begins with.
const importPath = "github.com/ndgrid/ndgrid/storage/"

// format is a file format that is recognised with or without its driver.
type format struct {
	name   string
	driver string   // "": not readable
	exts   []string // for which Create picks the driver
	pkg    string   // package to import, below importPath
	magic  []string // what files begin with
	advice string
	// elsewhere is what helps with a file that isn't on disk.
	elsewhere string
}

var formats = []format{
	{name: "Zarr", driver: "zarr", exts: []string{".zarr"}, pkg: "std"},
	{name: "HDF5", driver: "hdf5", exts: []string{".h5", ".hdf5", ".nc", ".nc4"}, pkg: "hdf5", magic: []string{hdf5Magic}, elsewhere: "; ndinfo virtualize --url makes a manifest that is"},
	{name: "npy", driver: "npy", exts: []string{".npy"}, pkg: "std", magic: []string{"\x93NUMPY"}},
	{name: "NetCDF-3", magic: []string{"CDF\x01", "CDF\x02", "CDF\x05"}, advice: "convert it: nccopy -k nc4 in.nc out.nc"},
	{name: "GRIB", magic: []string{"GRIB"}, advice: "convert it: grib_to_netcdf -k 4 -o out.nc in.grib"},
	{name: "TIFF", magic: []string{"II*\x00", "MM\x00*", "II+\x00", "MM\x00+"}, advice: "convert it: gdal_translate -of netCDF -co FORMAT=NC4 in.tif out.nc"},
	{name: "HDF4", magic: []string{"\x0e\x03\x13\x01"}, advice: "convert it: h4toh5 in.hdf out.h5"},
	{name: "zip", driver: "zip", pkg: "std", magic: []string{"PK\x03\x04", "PK\x05\x06"}},
	{name: "gzip", magic: []string{"\x1f\x8b"}, advice: "unpack it: gunzip"},
}

// butHolds lists what is in a directory for an error message.
func butHolds(path string) string {
	entries, _ := os.ReadDir(path) // what can't be read isn't listed
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		return ""
	}
	return ", but " + fewNames(names)
}

const hdf5Magic = "\x89HDF\r\n\x1a\n"

// detect finds the driver for the file or directory at path by its content.
func detect(path string) (*Driver, error) {
	head, err := readHead(path)
	if err != nil {
		return nil, err
	}
	for _, name := range Drivers() {
		if d := driver(name); d.Detect(path, head) {
			return d, nil
		}
	}
	if head == nil {
		if isZarr(path) {
			return nil, missingDriver("zarr")
		}
		return nil, fmt.Errorf("%w: the directory holds no zarr.json, .zarray or .zgroup%s", ErrFormat, butHolds(path))
	}
	if c := findContainer(func(c *Container) bool { return c.Detect(head) }); c != nil {
		return nil, c.readOnly()
	}
	for _, f := range formats {
		for _, m := range f.magic {
			switch {
			case !startsWith(head, m):
			case f.driver != "" && driver(f.driver) == nil:
				return nil, missingDriver(f.driver)
			case f.driver == "":
				return nil, fmt.Errorf("%w: this is a %s file; %s", ErrUnsupported, f.name, f.advice)
			}
		}
	}
	start := fmt.Sprintf("starts with %q", head[:min(len(head), 16)])
	if len(head) == 0 {
		start = "is empty"
	}
	for _, f := range formats {
		if f.driver != "" && contains(f.exts, filepath.Ext(path)) {
			return nil, fmt.Errorf("%w: no %s file, it %s", ErrFormat, f.name, start)
		}
	}
	return nil, fmt.Errorf("%w: the file %s", ErrFormat, start)
}

// filesOnly adds to the error about something that isn't in a store what helps
// where it is named as a file of a format that is read from files only.
func filesOnly(store, name string, err error) error {
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	if strings.EqualFold(filepath.Ext(store), ".npz") {
		return fmt.Errorf("%w; an npz file is an archive of npy files, which are read from files on disk only: unpack it with unzip", err)
	}
	for part := range strings.SplitSeq(name, "/") {
		for _, f := range formats {
			if f.driver != "" && f.driver != storeFormat && contains(f.exts, filepath.Ext(part)) {
				return fmt.Errorf("%w; %s is read from files on disk only%s", err, f.name, f.elsewhere)
			}
		}
	}
	return err
}

// startsWith looks for a signature at the beginning, and that of HDF5 behind a
// user block too.
func startsWith(head []byte, magic string) bool {
	if strings.HasPrefix(string(head[:min(len(head), len(magic))]), magic) {
		return true
	}
	if magic == hdf5Magic {
		for off := 512; off+len(magic) <= len(head); off *= 2 {
			if string(head[off:off+len(magic)]) == magic {
				return true
			}
		}
	}
	return false
}

// readHead returns the first bytes of a file, nil for a directory.
func readHead(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return nil, err
	}
	head, err := io.ReadAll(io.LimitReader(f, headSize))
	if err != nil {
		return nil, err
	}
	return head, nil
}

// missingDriver is the error about a driver this program hasn't imported.
func missingDriver(name string) error {
	for _, f := range formats {
		if f.driver == name {
			return fmt.Errorf("%w: driver %s is not in this program; add: import _ %q", ErrUnsupported, name, importPath+f.pkg)
		}
	}
	return fmt.Errorf("%w: driver %q is not in this program, which has %v", ErrUnsupported, name, Drivers())
}

// driverByExt returns the name of the driver that creates files of that
// extension; Zarr takes all that nobody else wants.
func driverByExt(ext string) string {
	for _, name := range Drivers() {
		if contains(driver(name).Exts, ext) {
			return name
		}
	}
	for _, f := range formats {
		if contains(f.exts, ext) {
			return f.driver
		}
	}
	return "zarr"
}

func knownExt(ext string) bool {
	return driverByExt(ext) != "zarr" || strings.EqualFold(ext, ".zarr") || containerByExt(ext) != nil
}

func contains(exts []string, ext string) bool {
	for _, e := range exts {
		if strings.EqualFold(e, ext) {
			return true
		}
	}
	return false
}
