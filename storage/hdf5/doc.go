// Package hdf5 reads and writes HDF5 and NetCDF-4 files as arrays and groups of
// package storage. Importing it registers the driver "hdf5".
//
// Files are opened and created through gonum.org/v1/hdf5; data, attributes and
// properties go through a small C file of our own on libhdf5. All calls of the
// library are made one at a time. Chunks that are compressed with gzip, lzf, zstd,
// lz4, Blosc or bitshuffle, shuffled or checked with fletcher32 are taken out of
// the file as they are and decoded here, without any plugin, so that many
// ReadChunk calls decode at the same time; contiguous arrays are read straight from the file. Whatever else libhdf5
// knows (szip, nbit, scaleoffset, virtual and external data, foreign types) it
// reads itself, chunk by chunk; for that it is lent our filters, without any plugin
// too.
//
// Integers, floats of 2, 4 and 8 bytes, h5py's bool and complex numbers, text of
// fixed length, however padded, and opaque bytes are read and written; so is text
// of any length, as [storage.StringReader]s and StringWriters. Compounds are read
// and created as structs whose fields lie packed, and read field by field: path stations/height is
// the field height of the array stations, an array by itself, and stations/at/x
// one of a compound in a compound. Elements that are arrays are further axes:
// stations/wind, of two numbers each, has the shape of stations and 2. Arrays of
// other types, lists, references and compounds with arrays in them among them, can
// be opened, looked at (see [Typed]) and not read; their fields can. Attributes are numbers,
// bools and strings, alone or in arrays; references and compounds are left out.
//
// Times are opaque bytes with h5py's tags. In new arrays of files whose names end
// with .nc or .nc4 they are integers, with the attributes units and calendar of the CF
// conventions, or units and dtype for durations, as xarray writes them, and
// _FillValue for those that are none; chunkgrid's option Decode makes times of them
// again. Units without a fixed length, weeks, and those below nanoseconds CF lacks.
//
// Dimension names are those of NetCDF-4: the names of the dimension scales
// attached to an array, or else h5py's labels. An array that has the name of a dimension
// without being its coordinates (x of the dimensions y and x) is stored as
// NetCDF-4 stores it, _nc4_non_coord_x, in files whose names end with .nc or .nc4; in
// others the dimension is but a label, since h5py finds arrays by their names
// alone. Whoever reads x here gets that array.
//
// The package needs cgo and libhdf5 with its headers (Debian and Ubuntu:
// libhdf5-dev; Homebrew: hdf5). Built without cgo or with the tag nohdf5 it is a
// driver that recognises files and says what is missing. With the tag libdeflate
// gzip and zlib, of all formats, are decoded by libdeflate (libdeflate-dev), which
// is twice as fast as libz.
//
// Zstandard, of all formats, is libzstd's (libzstd-dev; Homebrew: zstd); with
// the tag nolibzstd it stays Go's, which decodes at half the speed or more,
// and encodes at a quarter to all of it.
//
// A file that is written to while it is open for reading, by a program that doesn't
// mind the library's locks, is storage.ErrChanged from then on. One that a writer in SWMR
// mode has open is opened with option "swmr".
//
// A new file appears whole, at Commit. One that is changed in place is the
// library's to keep in order: a process that is killed, or a disk that is full,
// in the middle of a change may leave it so that nothing opens it again. What is
// in most danger are chunks with codecs that are written again, by a region that
// is stored or by Append behind a chunk that isn't full: what lay around the
// region in them may be lost, unreadable or wrong, in half of the cases. New
// arrays, and old data without codecs, have come through every trial. Change a
// copy of what can't be lost.
//
// What this package reads by itself it checks. libhdf5 however crashes, and the
// process with it, on some files that are damaged in their metadata or crafted
// for that: do not open files of strangers in a process that must live. Program
// ndinfo reads them in a process of their own with --untrusted.
package hdf5

import (
	"errors"
	"strings"
	"syscall"

	"github.com/ndgrid/ndgrid/storage"
)

// ErrLocked is the cause of an error on a file that another process has open
// for writing.
var ErrLocked = errors.New("locked by another process that writes it")

// ErrReading is the cause of an error on a file that can't be opened for writing
// because this process has it open for reading, as it has while an array that
// chunkgrid.Open returned is in use, and until the garbage collector finds that it
// no longer is. Arrays of storage.OpenArray are closed by Close.
var ErrReading = errors.New("open for reading in this process")

// LibraryError is a failed call of libhdf5.
type LibraryError struct {
	// Text is the library's error stack, outermost message first:
	// "H5Fopen: unable to open file: truncated file: eof = 96 …".
	Text string
}

func (e *LibraryError) Error() string {
	if cause := e.Unwrap(); cause != nil {
		return cause.Error() + ": libhdf5: " + e.Text
	}
	return "libhdf5: " + e.Text
}

// causes tells what the library's messages mean.
var causes = []struct {
	text string
	err  error
}{
	{"No space left on device", syscall.ENOSPC},
	{"File too large", syscall.EFBIG},
	{"unable to lock file", ErrLocked},
	{"file is already open for write", ErrLocked},
	{"file is already open for read-only", ErrReading},
	{"file signature not found", storage.ErrFormat},
	{"required filter", storage.ErrCodec},
	{"is not registered", storage.ErrCodec},
	{"name already exists", storage.ErrExists},
	{"truncated file", storage.ErrCorrupt},
	{"Fletcher32", storage.ErrCorrupt},
	{"inflate() failed", storage.ErrCorrupt},
	{"filter returned failure", storage.ErrCorrupt},
	{"bad object header", storage.ErrCorrupt},
	{"wrong B-tree signature", storage.ErrCorrupt},
	{"incorrect metadata checksum", storage.ErrCorrupt},
	{"bad heap", storage.ErrCorrupt},
	{"no write intent", storage.ErrReadOnly},
	{"strings too long", storage.ErrUnsupported},
	{"Permission denied", syscall.EACCES},
}

// Unwrap returns the class of the error, one of storage's, ErrLocked or the
// system's for a full disk, where the text tells.
func (e *LibraryError) Unwrap() error {
	for _, c := range causes {
		if strings.Contains(e.Text, c.text) {
			return c.err
		}
	}
	return nil
}

// Typed is implemented by the arrays of this package.
type Typed interface {
	// StoredType names the type of the elements in the file, also where it has
	// no dtype: "float32", "compound{x float64, n int32}".
	StoredType() string
}
