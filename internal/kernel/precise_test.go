package kernel

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// TestPrecise counts the representable numbers between results and correctly
// rounded ones.
func TestPrecise(t *testing.T) {
	f, err := os.Open("testdata/precise.gz")
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	worst, at := map[string]int64{}, map[string]float64{}
	for lines := bufio.NewScanner(z); lines.Scan(); {
		var name string
		var xBits, yBits uint64
		_, err := fmt.Sscanf(lines.Text(), "%s %x %x", &name, &xBits, &yBits)
		require.NoError(t, err)
		x, want := math.Float64frombits(xBits), math.Float64frombits(yBits)
		got := call[float64](t, name, nil, 1, []nd.DType{nd.Float64}, nd.AsBytes([]float64{x}))[0]
		require.Equal(t, math.Signbit(want), math.Signbit(got), "%s(%v)", name, x)
		d := int64(math.Float64bits(got) - yBits)
		if d = max(d, -d); d > worst[name] {
			worst[name], at[name] = d, x
		}
	}
	limits := map[string]int64{"tan": 2}
	for name, d := range worst {
		assert.LessOrEqual(t, d, max(1, limits[name]), "%s(%v)", name, at[name])
	}
}
