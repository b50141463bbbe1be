package table

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

func TestString(t *testing.T) {
	path := file(t, "date,rain,sky\n2012-01-01,0.5,sun\n2012-01-02,,\n2012-01-03,12.25,drizzle\n")
	short, err := Read(path, Times("2006-01-02", "date"))
	require.NoError(t, err)
	assert.Equal(t, strings.Join([]string{
		"                 date   rain      sky",
		"  2012-01-01T00:00:00    0.5      sun",
		"  2012-01-02T00:00:00",
		"  2012-01-03T00:00:00  12.25  drizzle",
		"3 rows, 3 columns"}, "\n"), short.String())
	long, err := New("n", nd.Must(nd.FromSlice([]int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})))
	require.NoError(t, err)
	assert.Equal(t, "   n\n   0\n   1\n   2\n   3\n   4\n  …\n   7\n   8\n   9\n  10\n  11\n12 rows, 1 columns", long.String())
}
