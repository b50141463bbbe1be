// Package stream chains functions over values that come one after the other:
// names of files, chunks of a table, numbers. A stream is an
// iter.Seq2[T, error], so it ranges like any other:
//
//	for chunk, err := range chunks { … }
//
// Nothing is read before it is consumed, and one value is in memory at a time.
// An error is the last thing a stream yields; the functions here pass it on,
// and those that return a result return it. iter.Pull2 makes a next() of a stream.
//
// A stream of values, names or files begins anew with every range. One that
// reads what can be read only once says so, see Once.
package stream

import (
	"errors"
	"iter"
	"sync/atomic"
)

var (
	// ErrConsumed is what the second range over a stream gets whose source can
	// be read only once.
	ErrConsumed = errors.New("the stream was consumed before, and its source can't be read again")
	// ErrEmpty is Reduce's error about a stream without values.
	ErrEmpty = errors.New("the stream is empty")
)

// Of returns a stream of values.
func Of[T any](values ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// Fail returns a stream that is an error and nothing else.
func Fail[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		yield(none, err)
	}
}

// Once lets a stream be ranged over once, also where that range was broken off;
// any further one gets ErrConsumed. It is for sources such as an io.Reader, which
// would otherwise look empty the second time.
func Once[T any](s iter.Seq2[T, error]) iter.Seq2[T, error] {
	var begun atomic.Bool
	return func(yield func(T, error) bool) {
		if begun.Swap(true) {
			Fail[T](ErrConsumed)(yield)
			return
		}
		s(yield)
	}
}

// Map returns the results of f, called as each is consumed. Its error ends the stream.
func Map[A, B any](s iter.Seq2[A, error], f func(A) (B, error)) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		for a, err := range s {
			var b B
			if err == nil {
				b, err = f(a)
			}
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// FlatMap returns the values of the streams that f makes, one stream after the
// other: the chunks of all files, from the files.
func FlatMap[A, B any](s iter.Seq2[A, error], f func(A) iter.Seq2[B, error]) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		for a, err := range s {
			part := Fail[B](err)
			if err == nil {
				part = f(a)
			}
			for b, err := range part {
				if !yield(b, err) || err != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}
}

// Filter returns the values that keep is true of.
func Filter[T any](s iter.Seq2[T, error], keep func(T) bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range s {
			if err == nil && !keep(v) {
				continue
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// Reduce joins all values two at a time, the first two first. One value is
// returned as it is, none is ErrEmpty.
func Reduce[T any](s iter.Seq2[T, error], f func(a, b T) (T, error)) (T, error) {
	var result, none T
	n := 0
	for v, err := range s {
		if err == nil && n > 0 {
			v, err = f(result, v)
		}
		if err != nil {
			return none, err
		}
		result = v
		n++
	}
	if n == 0 {
		return none, ErrEmpty
	}
	return result, nil
}

// Number is what can be summed.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 |
		~float32 | ~float64 | ~complex64 | ~complex128
}

// Sum adds all values, from the first to the last; of none it is 0.
func Sum[T Number](s iter.Seq2[T, error]) (T, error) {
	sum, err := Reduce(s, func(a, b T) (T, error) { return a + b, nil })
	if errors.Is(err, ErrEmpty) {
		err = nil
	}
	return sum, err
}

// Collect returns all values; with an error, those before it.
func Collect[T any](s iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range s {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}
