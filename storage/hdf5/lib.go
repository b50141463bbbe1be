//go:build cgo && !nohdf5

package hdf5

// #cgo CFLAGS: -DH5_USE_110_API
// #cgo LDFLAGS: -lhdf5_hl -lhdf5
// #cgo darwin CFLAGS: -I/opt/homebrew/include -I/usr/local/include
// #cgo darwin LDFLAGS: -L/opt/homebrew/lib -L/usr/local/lib
// #cgo linux CFLAGS: -I/usr/local/include -I/usr/include/hdf5/serial
// #cgo linux LDFLAGS: -L/usr/local/lib
// #cgo linux,amd64 LDFLAGS: -L/usr/lib/x86_64-linux-gnu/hdf5/serial
// #cgo linux,arm64 LDFLAGS: -L/usr/lib/aarch64-linux-gnu/hdf5/serial
// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"unsafe"

	"gonum.org/v1/hdf5"
)

// Available reports whether this build can open HDF5 files.
func Available() bool { return true }

// lib is held during every call of libhdf5, gonum's included. Without it
// threads would pile up inside the library, whose builds are either not safe
// for concurrent use or have one lock of their own. Functions of this package
// that call the library say so or are methods of types that do.
var lib sync.Mutex

// stack is what the last failed call said; lib guards it.
var stack C.nd_err

// libErr returns the error of the shim call that just failed, on one line, which
// the times in the library's messages aren't.
func libErr() error {
	return &LibraryError{strings.ReplaceAll(C.GoString(&stack.text[0]), "\n", "")}
}

// check turns the result of a shim call into an error.
func check(rc C.int) error {
	if rc < 0 {
		return libErr()
	}
	return nil
}

// throughGonum runs a call of gonum, whose own errors are numbers, so that it
// prints nothing and its error is the library's text. lib is held.
func throughGonum(call func() error) error {
	runtime.LockOSThread() // the library keeps an error stack per thread
	defer runtime.UnlockOSThread()
	var s C.nd_silence
	C.nd_enter(&s, &stack)
	err := call()
	if err == nil {
		C.nd_leave(&s, &stack, 0)
		return nil
	}
	C.nd_leave(&s, &stack, -1)
	if stack.text[0] == 0 {
		return err
	}
	return libErr()
}

// closeID gives an object of the library back. lib is held.
func closeID(id C.hid_t) error { return check(C.nd_close(id, &stack)) }

// openFile opens a file through gonum; flags are those of H5Fopen. lib is held.
func openFile(path string, flags int) (*hdf5.File, error) {
	return private(func() (*hdf5.File, error) { return hdf5.OpenFile(path, flags) })
}

// createFile creates a file that must not exist, and opens it through gonum, which
// can't create one with properties. lib is held.
func createFile(path string) (*hdf5.File, error) {
	return private(func() (*hdf5.File, error) {
		id := withName(path, func(c *C.char) C.hid_t { return C.nd_create_file(c, &stack) })
		if id < 0 {
			return nil, libErr()
		}
		f, err := hdf5.OpenFile(path, hdf5.F_ACC_RDWR)
		return f, errors.Join(err, closeID(id))
	})
}

// private opens a file so that no program this one starts gets it, and the
// library's lock on it, too. lib is held.
func private(open func() (*hdf5.File, error)) (f *hdf5.File, err error) {
	if err := lendFilters(); err != nil {
		return nil, err
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	err = throughGonum(func() error {
		f, err = open()
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := check(C.nd_file_private(C.hid_t(f.ID()), &stack)); err != nil {
		return nil, errors.Join(err, throughGonum(f.Close))
	}
	return f, nil
}

// withName calls f with a C copy of a name.
func withName[R any](name string, f func(*C.char) R) R {
	c := C.CString(name)
	defer C.free(unsafe.Pointer(c))
	return f(c)
}

// answer copies what the shim gave and frees it.
func answer(b *C.nd_buf) []byte {
	defer C.free(unsafe.Pointer(b.data))
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(b.data)), int(b.len)))
}

// words splits text in which every word ends with NUL.
func words(b []byte) []string {
	list := []string{}
	for len(b) > 0 {
		i := bytes.IndexByte(b, 0)
		if i < 0 {
			break
		}
		list = append(list, string(b[:i]))
		b = b[i+1:]
	}
	return list
}

// sizes are lengths along the axes as the library wants them. There is room
// for one even where the rank is 0, so that a pointer can be taken.
type sizes [C.ND_RANK]C.hsize_t

func sizesOf(v []int) *sizes {
	var s sizes
	for i, n := range v {
		s[i] = C.hsize_t(n)
	}
	return &s
}
