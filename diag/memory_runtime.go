package diag

import (
	"runtime/metrics"
	"sync/atomic"
)

var runtimePeak atomic.Int64

// runtimeMemory returns what the Go runtime has mapped and not given back.
func runtimeMemory() (now, peak int64) {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	now = int64(s[0].Value.Uint64() - s[1].Value.Uint64())
	for {
		peak = runtimePeak.Load()
		if now <= peak {
			return now, peak
		}
		if runtimePeak.CompareAndSwap(peak, now) {
			return now, now
		}
	}
}
