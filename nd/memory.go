package nd

import (
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"unsafe"
)

// alignment of memory from MakeBytes: a cache line, and a vector register.
const alignment = 64

// large is the number of bytes from which memory is asked for in huge pages.
const large = 4 << 20

// MakeBytes returns n zero bytes whose address is a multiple of 64. Where the
// system has huge pages, large arrays lie on them: fewer faults when they are
// touched first, and fewer misses when they are walked.
func MakeBytes(n int) []byte {
	return aligned(make([]byte, n+alignment-1), n)
}

// EmptyBytes is MakeBytes with bytes of unspecified content, as numpy.empty has
// them, for callers who write all: memory that was used before is taken as it
// is. Where much of it may be garbage, that is collected first.
func EmptyBytes(n int) []byte {
	reuse.before(n)
	// The one way to memory that the runtime doesn't clear.
	var b strings.Builder
	b.Grow(n + alignment - 1)
	return aligned(unsafe.Slice(unsafe.StringData(b.String()), n+alignment-1), n)
}

func aligned(b []byte, n int) []byte {
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(b))) % alignment)
	b = b[skip : skip+n : skip+n]
	if n >= large {
		adviseHugePages(b)
	}
	return b
}

// zeros returns n zero elements.
func zeros[T Elem](n int) []T {
	var z T
	return AsSlice[T](MakeBytes(n * int(unsafe.Sizeof(z))))
}

// reuse makes large results lie where earlier ones were that nobody needs any
// more. Left to itself the collector waits until the heap has doubled; a page
// that is touched for the first time takes longer than computing what is
// written there, and a collection takes next to nothing where few bytes of the
// heap can hold pointers.
var reuse recycler

type recycler struct {
	mu      sync.Mutex
	taken   int // bytes of large results since the last collection
	cycles  uint64
	samples []metrics.Sample
}

// worthwhile is the size of results from which a collection pays.
const worthwhile = 32 << 20

// before is called for n bytes that are about to be taken.
func (r *recycler) before(n int) {
	if n < worthwhile {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.samples == nil {
		r.samples = []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/gc/scan/heap:bytes"}}
	}
	metrics.Read(r.samples)
	if c := r.samples[0].Value.Uint64(); c != r.cycles {
		r.cycles, r.taken = c, 0
	}
	if r.taken >= n && r.samples[1].Value.Uint64() < uint64(n) {
		runtime.GC()
		r.cycles++
		r.taken = 0
	}
	r.taken += n
}
