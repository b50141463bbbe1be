package storage

import (
	"errors"
	"fmt"
)

// Errors that callers may test for with errors.Is.
var (
	ErrNotFound    = errors.New("not found")
	ErrExists      = errors.New("exists already")
	ErrNotArray    = errors.New("not an array")
	ErrNotGroup    = errors.New("not a group")
	ErrReadOnly    = errors.New("read-only")
	ErrCorrupt     = errors.New("corrupt")
	ErrUnsupported = errors.New("not supported")
	ErrFormat      = errors.New("unknown format")
	ErrCodec       = errors.New("unknown codec")
	ErrChanged     = errors.New("changed since")
	ErrClosed      = errors.New("closed")
	ErrContext     = errors.New("nil context")
	ErrLeftover    = errors.New("left by a write that was cut short, or one that goes on")
)

// Error says which operation failed on what, and why.
type Error struct {
	Op   string // "open", "read chunk", "put"…
	Name string // URL, path or key it was done on
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("%s %s: %v", e.Op, e.Name, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
