package stream

import (
	"fmt"
	"iter"
	"path/filepath"
)

// Files returns numbered names, first and last included:
// Files("trips-2015-%02d.csv", 1, 12). Whether there are such files is found out
// by whoever opens them.
func Files(format string, first, last int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for i := first; i <= last; i++ {
			if !yield(fmt.Sprintf(format, i), nil) {
				return
			}
		}
	}
}

// Glob returns the names of the files that match a pattern, sorted, as
// filepath.Glob finds them when the range begins. That there are none is an
// error: a mistyped pattern must not look like no data.
func Glob(pattern string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		names, err := filepath.Glob(pattern)
		if err == nil && len(names) == 0 {
			err = fmt.Errorf("no file matches %q", pattern)
		}
		if err != nil {
			yield("", fmt.Errorf("glob %q: %w", pattern, err))
			return
		}
		Of(names...)(yield)
	}
}
