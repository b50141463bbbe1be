package diag

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParseStatus(t *testing.T) {
	now, peak := parseStatus([]byte("Name:\tndinfo\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nShort:\nVmBad: x kB\n"))
	assert.Equal(t, int64(1<<20), now)
	assert.Equal(t, int64(2<<20), peak)
	now, peak = parseStatus([]byte("Name:\tndinfo\nVmHWM:\nVmRSS:\t    3 kB\n"))
	assert.Equal(t, int64(3<<10), now)
	assert.Equal(t, now, peak, "never less than now")
	now, peak = parseStatus(nil)
	assert.Zero(t, now)
	assert.Zero(t, peak)
}
