package plan

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
)

// Error is the error of a node: which call made it, where in the caller's
// program, and why it can't be.
type Error struct {
	Pos string // "main.go:42", or "" where unknown
	Op  string // "ufunc.Sub", or the operation's name
	Err error
}

// Error names the operation once: what package nd calls its part of it is left out.
func (e *Error) Error() string {
	why := e.Err.Error()
	if inner, ok := e.Err.(*nd.Error); ok {
		why = inner.Msg
	}
	s := e.Op + ": " + why
	if e.Pos != "" {
		s = e.Pos + ": " + s
	}
	return s
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// Fail returns a node that only carries an error: the first one among args or,
// where they have none, err with the place in the user's program. Its shape is
// the first argument's.
func Fail(op string, err error, args ...*Node) *Node {
	n := &Node{Op: op}
	for _, a := range args {
		if a == nil {
			continue
		}
		if n.Shape == nil {
			n.Shape, n.DType = a.Shape, a.DType
		}
		if a.Err != nil {
			n.Err = a.Err
			return n
		}
	}
	n.Err = Caller(op).Failed(err)
	return n
}

// library is the module's import path; code below it, tests and examples
// apart, is not the user's.
const library = "github.com/ndgrid/ndgrid/"

// Call is a call of the library in the user's program.
type Call struct{ pos, op string }

// Failed returns the error of what was called, be it now or when it is computed.
func (c Call) Failed(err error) error { return &Error{Pos: c.pos, Op: c.op, Err: err} }

// Caller finds the first frame outside the library: its file and line are the
// user's, the function it called is the operation's public name, op where
// that isn't known.
func Caller(op string) Call {
	c := Call{op: op}
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		rest, inside := strings.CutPrefix(f.Function, library)
		pkg, _, _ := strings.Cut(rest[strings.LastIndex(rest, "/")+1:], ".")
		if !inside || strings.HasSuffix(pkg, "_test") || strings.HasSuffix(f.File, "_test.go") || !publicPackage(rest) {
			c.pos = fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
			return c
		}
		if !strings.HasPrefix(rest, "internal/") {
			c.op = callName(rest)
		}
		if !more {
			return c
		}
	}
}

// publicPackage reports whether a function (path without the module's) belongs
// to the library proper and not to a program in its repository.
func publicPackage(fn string) bool {
	for _, p := range []string{"examples/", "bench", "cmd/"} {
		if strings.HasPrefix(fn, p) {
			return false
		}
	}
	return true
}

// callName turns "chunkgrid.(*Array[...]).Slice" into "chunkgrid.Slice".
func callName(fn string) string {
	fn = fn[strings.LastIndex(fn, "/")+1:]
	pkg, rest, _ := strings.Cut(fn, ".")
	rest = strings.ReplaceAll(rest, "[...]", "")
	parts := strings.FieldsFunc(rest, func(r rune) bool { return r == '.' || r == '(' || r == ')' || r == '*' })
	if len(parts) == 0 {
		return pkg
	}
	name := parts[0]
	if strings.HasPrefix(rest, "(") && len(parts) > 1 {
		name = parts[1]
	}
	return pkg + "." + name
}
