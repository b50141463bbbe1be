package diag

import (
	"fmt"
	"runtime/metrics"
	"sync"
	"time"
)

// Measured is what a function took of time and memory. Sizes are in bytes.
type Measured struct {
	Elapsed   time.Duration
	Before    int64 // memory of the process in RAM before
	After     int64 // and after
	Peak      int64 // the most of it that was seen between, looking every few milliseconds
	Allocated int64 // by the whole program meanwhile, garbage included
}

// measurePause is how long Measure waits before it looks at memory again.
const measurePause = 2 * time.Millisecond

// Measure calls f and says what it took. Memory is that of the process, so what
// else runs meanwhile counts too; memory that is free but not yet returned to the
// system counts on both sides. The error is that of f; the figures are there with one.
func Measure(f func() error) (Measured, error) {
	var m Measured
	m.Before, _ = Memory()
	m.Peak = m.Before
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(measurePause)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				now, _ := Memory()
				m.Peak = max(m.Peak, now)
			}
		}
	})
	allocated := allocatedBytes()
	began := time.Now()
	err := func() error {
		defer watching.Wait() // in this order also where f panics
		defer close(done)
		return f()
	}()
	m.Elapsed = time.Since(began)
	m.Allocated = allocatedBytes() - allocated
	m.After, _ = Memory()
	m.Peak = max(m.Peak, m.After)
	return m, err
}

// String writes the figures in one line.
func (m Measured) String() string {
	return fmt.Sprintf("%v, memory %s before, %s after, %s at most, %s allocated", m.Elapsed.Round(time.Millisecond),
		FormatBytes(m.Before), FormatBytes(m.After), FormatBytes(m.Peak), FormatBytes(m.Allocated))
}

func allocatedBytes() int64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64())
}
