package trips

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWrite(t *testing.T) {
	var a, b bytes.Buffer
	require.NoError(t, Write(&a, 2, 100))
	require.NoError(t, Write(&b, 2, 100))
	assert.Equal(t, a.String(), b.String(), "the same every time")
	lines := strings.Split(strings.TrimSpace(a.String()), "\n")
	require.Len(t, lines, 101)
	for i, line := range lines {
		assert.Equal(t, 13, strings.Count(line, ","), line)
		if i > 0 {
			assert.Contains(t, line, ",2015-02-")
		}
	}
}
