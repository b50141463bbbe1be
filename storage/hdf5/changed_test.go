//go:build cgo && !nohdf5

package hdf5

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// TestChanged has others write to a file that is open, which the library's locks don't
// keep them from: what is read then is an error, be it read by us or by the library.
func TestChanged(t *testing.T) {
	write := func(file string, change func(f *os.File) error) {
		f, err := os.OpenFile(file, os.O_RDWR, 0)
		require.NoError(t, err)
		require.NoError(t, change(f))
		require.NoError(t, f.Close())
	}
	for name, change := range map[string]func(file string){
		"written": func(file string) {
			write(file, func(f *os.File) error { _, err := f.WriteAt([]byte{1}, 3000); return err })
		},
		"shorter": func(file string) { write(file, func(f *os.File) error { return f.Truncate(2000) }) },
	} {
		file := save(t, func(g storage.WritableGroup) {
			put(t, g, "whole", storage.Spec{DType: nd.Float64, Shape: []int{500}, Codecs: []string{}}, floats(500))
			put(t, g, "gzip", storage.Spec{DType: nd.Float64, Shape: []int{500}, Chunks: nd.Must(nd.NewGrid([]int{500}, []int{100})), Codecs: []string{"gzip 1"}}, floats(500))
			text, err := g.CreateArray(t.Context(), "text", storage.Spec{DType: nd.Text, Shape: []int{3}})
			require.NoError(t, err)
			require.NoError(t, storage.WriteStrings(t.Context(), text, allOf([]int{3}), []string{"a", "b", "c"}))
		})
		past := time.Now().Add(-time.Hour)
		require.NoError(t, os.Chtimes(file, past, past))
		read := func(a storage.Array) error {
			if a.Meta().DType == nd.Text {
				_, err := storage.ReadStrings(t.Context(), a, allOf(a.Meta().Shape))
				return err
			}
			return storage.ReadBox(t.Context(), a, allOf(a.Meta().Shape), make([]byte, 500*8))
		}
		arrays := []storage.Array{openArrayT(t, file, "whole"), openArrayT(t, file, "gzip"), openArrayT(t, file, "text")}
		for _, a := range arrays {
			require.NoError(t, read(a))
		}
		change(file)
		for _, a := range arrays {
			assert.ErrorIs(t, read(a), storage.ErrChanged, "%s: %s", name, a.Ref().Path)
		}
	}
}
