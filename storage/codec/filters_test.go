package codec_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// filterCase is a case of testdata/filters.py.
type filterCase struct {
	Config        map[string]any
	DType         string
	Strings       []string // where elements vary in length
	Data, Encoded []byte
	Decoded       []byte // nil where it is Data
}

// filterCases returns the cases about certain codecs, or all of them.
func filterCases(t testing.TB, ids ...string) (cases []filterCase) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "filters.json"))
	require.NoError(t, err)
	var all []filterCase
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // as package zarr does
	require.NoError(t, d.Decode(&all))
	for _, c := range all {
		for _, id := range ids {
			if c.Config["id"] == id {
				cases = append(cases, c)
			}
		}
	}
	require.NotEmpty(t, cases)
	return cases
}
