package stream_test

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ndgrid/ndgrid/stream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var errTest = errors.New("test")

// counting counts the bytes that were read.
type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

func lines(r io.Reader) iter.Seq2[string, error] {
	return stream.Once(func(yield func(string, error) bool) {
		s := bufio.NewReaderSize(r, 16)
		for {
			line, err := s.ReadString('\n')
			if err == io.EOF || !yield(line, err) {
				return
			}
		}
	})
}

func length(s string) (int, error) { return len(s), nil }

func TestNothingIsReadBeforeItIsConsumed(t *testing.T) {
	r := &counting{r: strings.NewReader(strings.Repeat("0123456789abcde\n", 10))}
	s := stream.Map(stream.Filter(lines(r), func(string) bool { return true }), length)
	assert.Zero(t, r.n)
	next, stop := iter.Pull2(s)
	defer stop()
	assert.Zero(t, r.n)
	for i := range 3 {
		n, err, ok := next()
		require.True(t, ok)
		require.NoError(t, err)
		assert.Equal(t, 16, n)
		assert.Equal(t, 16*(i+1), r.n)
	}
}

func TestSecondRange(t *testing.T) {
	s := stream.Map(lines(strings.NewReader("a\nbc\n")), length)
	n, err := stream.Sum(s)
	require.NoError(t, err)
	assert.Equal(t, 5, n)
	_, err = stream.Sum(s)
	assert.ErrorIs(t, err, stream.ErrConsumed)
	again := stream.Of(1, 2)
	for range 2 {
		n, err := stream.Sum(again)
		assert.NoError(t, err)
		assert.Equal(t, 3, n)
	}
}

// failing yields 1 and 2, an error, and then what nobody should see.
func failing(yield func(int, error) bool) {
	_ = yield(1, nil) && yield(2, nil) && yield(0, errTest) && yield(3, nil)
}

func TestErrorEndsAStream(t *testing.T) {
	same := func(i int) (int, error) { return i, nil }
	for name, s := range map[string]iter.Seq2[int, error]{
		"itself":  failing,
		"map":     stream.Map(failing, same),
		"filter":  stream.Filter(failing, func(int) bool { return true }),
		"flatmap": stream.FlatMap(failing, func(i int) iter.Seq2[int, error] { return stream.Of(i) }),
		"inner":   stream.FlatMap(stream.Of(0), func(int) iter.Seq2[int, error] { return failing }),
		"f": stream.Map(stream.Of(1, 2, 3), func(i int) (int, error) {
			if i == 3 {
				return 0, errTest
			}
			return i, nil
		}),
	} {
		all, err := stream.Collect(s)
		assert.ErrorIs(t, err, errTest, name)
		assert.Equal(t, []int{1, 2}, all, name)
		_, err = stream.Sum(s)
		assert.ErrorIs(t, err, errTest, name)
	}
	ends := 0
	for _, err := range stream.Map(failing, same) { // one who goes on after the error
		if err != nil {
			ends++
			continue
		}
	}
	assert.Equal(t, 1, ends)
}

func TestBreak(t *testing.T) {
	seen := 0
	source := func(yield func(int, error) bool) {
		for i := range 100 {
			seen++
			if !yield(i, nil) {
				return
			}
		}
	}
	s := stream.FlatMap(source, func(i int) iter.Seq2[int, error] { return stream.Of(i, i) })
	for range s {
		break
	}
	assert.Equal(t, 1, seen)
}

func TestReduce(t *testing.T) {
	add := func(a, b int) (int, error) { return a - b, nil }
	n, err := stream.Reduce(stream.Of(10, 3, 2), add)
	assert.NoError(t, err)
	assert.Equal(t, 5, n)
	_, err = stream.Reduce(stream.Of[int](), add)
	assert.ErrorIs(t, err, stream.ErrEmpty)
	n, err = stream.Sum(stream.Of[int]())
	assert.NoError(t, err)
	assert.Zero(t, n)
	_, err = stream.Reduce(stream.Of(1, 2), func(int, int) (int, error) { return 9, errTest })
	assert.ErrorIs(t, err, errTest)
}

func TestGlob(t *testing.T) {
	dir := t.TempDir()
	s := stream.Glob(filepath.Join(dir, "*.csv")) // before there are any
	_, err := stream.Collect(s)
	assert.ErrorContains(t, err, "no file matches")
	for _, name := range []string{"b.csv", "a.csv", "c.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	names, err := stream.Collect(s)
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv")}, names)
	_, err = stream.Collect(stream.Glob("["))
	assert.ErrorIs(t, err, filepath.ErrBadPattern)
}
