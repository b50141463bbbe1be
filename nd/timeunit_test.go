package nd_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// TestDatetimeOf has NumPy's numbers: np.datetime64(text).astype("M8[unit]").astype(int).
func TestDatetimeOf(t *testing.T) {
	units := []string{"Y", "M", "W", "D", "h", "m", "s", "ms", "us", "10us", "7D"}
	for text, want := range map[string][]nd.Datetime{
		"2026-11-28T02:46:10.123456789Z": {56, 682, 2969, 20785, 498842, 29930566, 1795833970, 1795833970123, 1795833970123456, 179583397012345, 2969},
		"1969-12-31T23:59:59.999999999Z": {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
		"1600-02-29T02:00:00+02:00":      {-370, -4439, -19298, -135081, -3241944, -194516640, -11670998400, -11670998400000, -11670998400000000, -1167099840000000, -19298},
	} {
		at, err := time.Parse(time.RFC3339Nano, text)
		require.NoError(t, err)
		for i, unit := range units {
			v, err := nd.DatetimeOf(at, unit)
			require.NoError(t, err)
			assert.Equal(t, want[i], v, "%s in %s", text, unit)
		}
	}
	at := time.Unix(1, 123456789)
	for unit, want := range map[string]nd.Datetime{"ns": 1123456789, "ps": 1123456789000, "as": 1123456789000000000} {
		v, err := nd.DatetimeOf(at, unit)
		require.NoError(t, err)
		assert.Equal(t, want, v, unit)
	}
	last := time.Unix(9223372036, 854775807) // the last nanosecond of 64 bits
	v, err := nd.DatetimeOf(last, "ns")
	require.NoError(t, err)
	assert.EqualValues(t, int64(9223372036854775807), v)
	for _, over := range []time.Time{last.Add(1), time.Unix(-9223372037, 0)} {
		_, err = nd.DatetimeOf(over, "ns")
		require.ErrorIs(t, err, nd.ErrOverflow)
	}
	for _, unit := range []string{"", "generic", "0s", "fortnights"} {
		_, err = nd.DatetimeOf(at, unit)
		require.ErrorIs(t, err, nd.ErrDType, unit)
	}
}
