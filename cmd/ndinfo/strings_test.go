package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// texts are files with strings of all kinds, of which h5py's texts are known.
func texts(t *testing.T, name string) string {
	t.Helper()
	needHDF5(t)
	return filepath.Join(home, "../../storage/hdf5/testdata", name)
}

func TestTextValues(t *testing.T) {
	file := texts(t, "strings.h5")
	assert.Contains(t, show(t, file+"/utf8"), `values   "" "a" "Größe" "日本語" "xxxxxxxxxxxxxxxxxxxxxxxxx…" (5000 characters) "two\nlines"`)
	assert.Contains(t, show(t, file), "scalar      string   ()                                    \"alone ß\"\n")
	assert.Equal(t, "gzip[1::2, -1]  string (2)\n['1/6 ' '3/6 Größe']\n", show(t, file+"/gzip", "--slice", "1::2, -1"))
	for part, want := range map[string]string{ // NumPy's of the same
		"::-3, 2:0:-2": "[['4/2  spaces  ']\n ['1/2 日本語']]", "None, 1, 1:1": "[]", "3, ::6": "['3/0 日本語' '3/6 Größe']", "None, 0, :1": "[['0/0 ']]", "-1, -1": "4/6 日本語",
	} {
		out := show(t, file+"/gzip", "--slice", part)
		assert.Contains(t, out, want, part)
	}
	assert.Equal(t, "axis 0,ascii\n0,one\n1,\n2,three\n", show(t, file+"/ascii", "--csv"))
	doc := show(t, file+"/never", "--json", "--values", "--stats")
	assert.Contains(t, doc, `"values":{"shape":[2,2],"data":[["unknown","unknown"],["unknown","unknown"]]}`)
	assert.Contains(t, doc, `"moments":{"min":"unknown","max":"unknown","mean":null,"std":null}`)
	_, errs, status := ndinfo(t, file+"/utf8", "--slice", ":", "--memory", "100KiB")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "7 elements padded to 20000 bytes are more than 100 KiB")
}

func TestTextStats(t *testing.T) {
	file := texts(t, "strings.h5")
	assert.Contains(t, show(t, file+"/ascii", "--stats"), "stats    valid 3   missing 0   NaN 0\n         min \"\"   max \"three\"\n")
	assert.Contains(t, show(t, file+"/spacepad1z", "--stats"), `min ""   max "ß"`)
	assert.Contains(t, show(t, file+"/none", "--stats"), "valid 0")
	assert.Equal(t, file+"   26 arrays, 50 of 53 chunks present, 6.7 KiB decoded; nothing is wrong\n", show(t, "verify", file))
}

func TestTextDiff(t *testing.T) {
	file := texts(t, "strings.h5")
	assert.Empty(t, show(t, "diff", file+"/contiguous", file+"/contiguous"))
	out, errs, status := ndinfo(t, "diff", file+"/ascii", texts(t, "strings.nc")+"/name")
	require.Empty(t, errs)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, `values: 2 of 3 differ, most at [0]: "one" / "Genève"`)
}

// Compounds are shown as tuples, and each field is an array.
func TestFields(t *testing.T) {
	file := texts(t, "compounds.h5")
	assert.Contains(t, show(t, file+"/nested"), "values   ((1.0, (2, 3)), 4) ((5.0, (6, 7)), 8)\n")
	assert.Equal(t, "nested[::-1]  struct{at struct{t float32, p struct{x int16, y int16}}, id uint8} (2)\n[((5., (6, 7)), 8) ((1., (2, 3)), 4)]\n",
		show(t, file+"/nested", "--slice", "::-1"))
	assert.Equal(t, "nested/at/p/y[:]  int16 (2)\n[3 7]\nstats    valid 2   missing 0   NaN 0\n         min 3   max 7   mean 5   std 2\n",
		show(t, file+"/nested/at/p/y", "--slice", ":", "--stats"))
	assert.Contains(t, show(t, file+"/texts/word"), `values   "eins" "zwölf"`)
	assert.Empty(t, show(t, "diff", file+"/plain", file+"/aligned"))
	_, errs, status := ndinfo(t, file+"/arrays", "--slice", ":")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "compound{v array of float32, k int16}")
	assert.Equal(t, "[4 8]", strings.Split(show(t, file+"/arrays/k", "--slice", ":"), "\n")[1])
}

// TestTextConvert takes strings to Zarr and back, and into a manifest.
func TestTextConvert(t *testing.T) {
	file := texts(t, "strings.nc")
	t.Chdir(t.TempDir())
	for _, c := range [][]string{
		{"convert", file, "v3.zarr"}, {"convert", file, "v2.zarr", "--format", "v2"}, {"convert", "v3.zarr", "back.nc"}, {"virtualize", file, "-o", "refs.json"},
	} {
		_, errs, status := ndinfo(t, c...)
		require.Zero(t, status, "%v: %s", c, errs)
	}
	for _, to := range []string{"v3.zarr", "v2.zarr", "back.nc"} {
		assert.Empty(t, show(t, "diff", file, to), to)
	}
	assert.Empty(t, show(t, "diff", file+"/log", "refs.json/log"))
	refs, err := os.ReadFile("refs.json")
	require.NoError(t, err)
	assert.Contains(t, string(refs), `"letters/0.0": [`)
	assert.Contains(t, string(refs), `"log/0.0": "base64:`)
	_, errs, status := ndinfo(t, "convert", texts(t, "strings.h5")+"/bytes", "b.zarr")
	assert.Equal(t, 2, status)
	assert.Contains(t, errs, "element 0 is no UTF-8 text")
}
