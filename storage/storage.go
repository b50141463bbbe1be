// Package storage is where arrays lie: bytes by key (Store) under chunks by
// coordinate (Array) in a hierarchy of groups (Group). Drivers live in folders
// of their own and register themselves when imported; package storage/std
// imports every driver that needs no cgo.
//
// Programs that compute want little of it: OpenGroup for the names and the
// attributes in a file (Attrs, Attr), and CreateArray or OpenWritableArray for an
// array that is written in parts, by chunkgrid.Run. The rest is for drivers, and
// for tools that look at stored chunks.
package storage

import (
	"context"
	"iter"

	"github.com/ndgrid/ndgrid/nd"
)

// Store keeps byte strings under keys such as "group/array/c/0/1": no leading
// or trailing slash, no empty, "." or ".." part. Implementations are safe for
// concurrent use, and Put is atomic: readers see the old value or the new one.
//
// What a store can do beyond this is an optional interface (RangeReader,
// Lister, Sizer) with a function of this package that falls back where the
// store lacks it.
type Store interface {
	// Get appends the value of key to dst and returns the result. An absent
	// key is ErrNotFound.
	Get(ctx context.Context, key string, dst []byte) ([]byte, error)
	// Put sets the value of key. The store does not keep value.
	Put(ctx context.Context, key string, value []byte) error
	// Delete removes key; an absent key is no error.
	Delete(ctx context.Context, key string) error
}

// RangeReader is a Store that can read parts of a value.
type RangeReader interface {
	// GetRange appends length bytes from offset to dst. A negative offset
	// counts from the end; a negative length means up to the end. A range that
	// reaches past the end gives what there is.
	GetRange(ctx context.Context, key string, offset, length int64, dst []byte) ([]byte, error)
}

// Lister is a Store that can list its keys.
type Lister interface {
	// List ranges over the entries directly below prefix ("" is the root,
	// otherwise without a trailing slash), sorted by name. Common parts of
	// deeper keys appear once, as directories.
	List(ctx context.Context, prefix string) iter.Seq2[Entry, error]
}

// Entry is one name below a prefix.
type Entry struct {
	Name string // last part of the key
	Dir  bool   // keys lie below it
	Size int64  // bytes of the value; -1 where the store would have to ask
}

// Sizer is a Store that knows how long a value is without reading it.
type Sizer interface {
	Size(ctx context.Context, key string) (int64, error) // absent: ErrNotFound
}

// Versioner is a Store that can tell cheaply whether a value was replaced.
type Versioner interface {
	// Version returns something that can be compared, and is another after every
	// change of the value.
	Version(ctx context.Context, key string) (any, error) // absent: ErrNotFound
}

// Remote is a Store, or an Array or a Group in one, that may be far away: what is asked of it
// then comes late, however little that is, and several things come no later than
// one.
type Remote interface {
	IsRemote() bool
}

// InFlight is how many requests to what is remote are worth having under way at
// once.
const InFlight = 32

// RangePrefetcher is a Store that can begin to read what is wanted soon, with
// offset and length as in RangeReader. It returns at once.
type RangePrefetcher interface {
	Prefetch(ctx context.Context, key string, offset, length int64)
}

// Meta describes a stored array. It must not be changed by who receives it.
type Meta struct {
	DType nd.DType
	Shape []int
	// ReadGrid is the smallest unit that is decoded, WriteGrid the unit
	// written atomically; each of its chunks is a whole number of the former's.
	ReadGrid, WriteGrid nd.Grid
	// Fill is the value of elements never written: the bytes of one element,
	// native byte order; nil means zero.
	Fill  []byte
	Dims  []string // dimension names, "" where an axis has none; nil: none at all
	Attrs Attrs
	// MaxShape is how long Resize can make the axes, where the format sets limits
	// (HDF5); Unlimited: as long as one likes; nil: no longer than they are, or the
	// format has no limits.
	MaxShape []int
	// For people: Format is "Zarr v3", "HDF5", "npy"…; Codecs the filters in the
	// order in which they encode ("shuffle", "gzip 5"); ByteOrder is "little",
	// "big", or "" for one-byte types; Order is "C" or "F", the layout inside a
	// stored chunk.
	Format, ByteOrder, Order string
	Codecs                   []string
}

// Ref says where an array is, so that another process can open it again.
type Ref struct {
	Driver  string            `json:"driver"`
	URL     string            `json:"url"`  // file, directory or service; absolute
	Path    string            `json:"path"` // of the array inside it
	Options map[string]string `json:"options,omitempty"`
	// Fingerprint is a hash of the metadata; opening by Ref fails where it no
	// longer matches. "" is not checked.
	Fingerprint string `json:"fingerprint,omitempty"`
}

// Array gives access to a stored array chunk by chunk. All methods are safe
// for concurrent use. Errors name the array and the chunk.
type Array interface {
	Meta() *Meta
	Ref() Ref // zero where another process can't open it
	// ReadChunk decodes the chunk of ReadGrid at coord into dst, which has
	// exactly the bytes of the chunk's box in the grid (edge chunks are cut to
	// the shape): native byte order, C order. A chunk that was never written
	// is not filled in: present is false and dst unspecified.
	ReadChunk(ctx context.Context, coord []int, dst []byte) (present bool, err error)
	Close() error
}

// As returns an array as one with an ability beyond those of Array, Locker say,
// which it or an array that it wraps may have: a wrapper has a method Unwrap.
func As[T any](a Array) (able T, ok bool) {
	for {
		if able, ok = a.(T); ok {
			return able, true
		}
		w, wraps := a.(interface{ Unwrap() Array })
		if !wraps {
			return able, false
		}
		a = w.Unwrap()
	}
}

// BoxReader is an Array that reads any box about as cheaply as a chunk:
// contiguous files and memory.
type BoxReader interface {
	// ReadBox reads a box, C order, native byte order, into dst of exactly its size.
	ReadBox(ctx context.Context, box nd.Box, dst []byte) error
}

// RegionReader is an Array that reads the chunks of a box together in fewer or
// longer reads than one by one: chunks of a shard that lie side by side.
type RegionReader interface {
	// ReadRegion is as BoxReader's ReadBox.
	ReadRegion(ctx context.Context, box nd.Box, dst []byte) error
}

// Viewer is an Array whose whole data lies in memory.
type Viewer interface {
	// View returns the array's memory, C order: shared, not copied, not to be written to.
	View() []byte
}

// ReadCoster is an Array that knows how much memory one ReadChunk call takes
// beside dst (compressed bytes, codec buffers). Others are taken to need twice
// the bytes of a chunk.
type ReadCoster interface {
	ReadCost() int
}

// ReadCost returns the bytes that one ReadChunk call of an array takes beside
// dst, of chunk bytes at most.
func ReadCost(a Array, chunk int) int {
	if c, ok := As[ReadCoster](a); ok {
		return c.ReadCost()
	}
	return 2 * chunk
}

// WriteCoster is a WritableArray that knows how much memory one WriteChunk call
// takes beside src (encoder, compressed bytes). Others are taken to need twice
// the bytes of a chunk.
type WriteCoster interface {
	WriteCost() int
}

// StoredSizer is an Array that knows the bytes a chunk takes where it is
// stored: 0 and false for one never written.
type StoredSizer interface {
	StoredSize(ctx context.Context, coord []int) (size int64, present bool, err error)
}

// ChunkLister is an Array that can list what is stored of it, which takes less than
// asking for every chunk where most were never written.
type ChunkLister interface {
	// StoredChunks ranges over the coordinates of the chunks of WriteGrid that are
	// stored, in no order. Where they can't be listed it gives ErrUnsupported.
	StoredChunks(ctx context.Context) iter.Seq2[[]int, error]
}

// Prefetcher is an Array that can begin to read a chunk that is wanted soon,
// while its caller computes. It returns at once; what goes wrong shows when the
// chunk is read.
type Prefetcher interface {
	PrefetchChunk(ctx context.Context, coord []int)
}

// ChunkLocator is an Array that can say where a chunk's bytes are: a key of
// its store or a file, and the range within.
type ChunkLocator interface {
	ChunkLocation(ctx context.Context, coord []int) (name string, offset, length int64, err error)
}

// ChunkShaper is an Array that knows the shape its chunks are stored in, which
// may be longer than the array along some axis; nil where it isn't stored in
// chunks.
type ChunkShaper interface {
	ChunkShape() []int
}

// WritableArray is an Array that can be written. Whoever creates or opens one
// ends with Commit or Abort, then Close.
type WritableArray interface {
	Array
	// WriteChunk stores a whole chunk of WriteGrid from src, laid out as
	// ReadChunk's dst; it replaces the old one at once or not at all. src may
	// belong to others: it isn't changed, nor kept.
	WriteChunk(ctx context.Context, coord []int, src []byte) error
	// DeleteChunk makes a chunk of WriteGrid missing.
	DeleteChunk(ctx context.Context, coord []int) error
	// Resize changes the shape; what lies outside is gone.
	Resize(ctx context.Context, shape []int) error
	// Commit makes everything written durable and visible; Abort discards what
	// can still be discarded. After either only Close may be called.
	Commit(ctx context.Context) error
	Abort() error
}

// Resumable is a WritableArray that may have been begun by a process that was
// interrupted.
type Resumable interface {
	// Written reports whether a chunk of WriteGrid is stored. A chunk that holds
	// nothing but the fill value never is.
	Written(ctx context.Context, coord []int) (bool, error)
}

// Unlimited is the length of an axis in MaxShape that has no limit.
const Unlimited = -1

// Spec describes an array to create. Zero values ask for the driver's default.
type Spec struct {
	DType  nd.DType
	Shape  []int
	Chunks nd.Grid // WriteGrid; drivers that need a regular grid refuse others
	Fill   []byte  // as in Meta
	Dims   []string
	Attrs  Attrs
	// MaxShape is how long the axes shall be able to get, where the format makes a
	// difference, Unlimited being as long as one likes; nil: no longer than Shape.
	MaxShape []int
	// Codecs are as in Meta.Codecs, "zstd 3", "gzip 5", or have their parameters by
	// name, "zstd(level=5, checksum=true)"; nil: driver's default; empty: none.
	// "sharding (10, 10)" in front makes shards of Zarr's chunks.
	Codecs  []string
	Order   string            // "", "C" or "F"
	Options map[string]string // further options of the driver, refused where unknown
}

// Group is a node of a hierarchy of arrays.
type Group interface {
	Ref() Ref
	Attrs() Attrs
	// Names lists the children, sorted.
	Names(ctx context.Context) ([]Child, error)
	// Array and Group open a descendant by relative path ("a/b"); the wrong
	// kind is ErrNotArray or ErrNotGroup, absence ErrNotFound.
	Array(ctx context.Context, path string) (Array, error)
	Group(ctx context.Context, path string) (Group, error)
	Close() error
}

// Child is a name in a group.
type Child struct {
	Name    string
	IsGroup bool
}

// WritableGroup is a Group that can be changed. Whoever creates one ends with
// Commit or Abort, then Close: a file appears under its name at Commit. Arrays
// created in a group must be committed before the group.
type WritableGroup interface {
	Group
	CreateArray(ctx context.Context, name string, s Spec) (WritableArray, error) // existing: ErrExists
	CreateGroup(ctx context.Context, name string) (WritableGroup, error)
	SetAttrs(ctx context.Context, a Attrs) error // replaces them all
	Commit(ctx context.Context) error
	Abort() error
}

// Auditor is an Array or a Group that can look through what is stored for it:
// Audit reports values that belong to nothing, what writes that were cut short
// have left behind, copies of metadata that say something else, and links that lead nowhere. It doesn't
// decode chunks, and doesn't descend into the arrays and groups of a group.
type Auditor interface {
	// Audit calls report for every finding, with the key it is about; what writes
	// have left behind is ErrLeftover. Its error is why it couldn't look.
	Audit(ctx context.Context, report func(key string, finding error)) error
}
