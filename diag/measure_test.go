package diag

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestMeasure(t *testing.T) {
	errTest := errors.New("test")
	const size = 64 << 20
	var keep []byte
	m, err := Measure(func() error {
		keep = make([]byte, size)
		for i := 0; i < size; i += 4096 {
			keep[i] = 1
		}
		time.Sleep(20 * time.Millisecond)
		return errTest
	})
	assert.ErrorIs(t, err, errTest)
	assert.EqualValues(t, 1, keep[4096])
	assert.GreaterOrEqual(t, m.Elapsed, 20*time.Millisecond)
	assert.GreaterOrEqual(t, m.Allocated, int64(size))
	assert.Less(t, m.Allocated, int64(2*size))
	assert.Greater(t, m.Peak, m.Before)
	assert.GreaterOrEqual(t, m.Peak, m.After)
	assert.Panics(t, func() { _, _ = Measure(func() error { panic("f") }) })
}

func TestMeasuredString(t *testing.T) {
	m := Measured{Elapsed: 1500 * time.Microsecond, Before: 1 << 20, After: 2 << 20, Peak: 3 << 20, Allocated: 4 << 20}
	assert.Equal(t, "2ms, memory 1.0 MiB before, 2.0 MiB after, 3.0 MiB at most, 4.0 MiB allocated", m.String())
}
