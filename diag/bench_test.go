package diag_test

import (
	"io"
	"testing"

	"github.com/ndgrid/ndgrid/diag"
)

// BenchmarkHandlers measures what a task costs that is watched.
func BenchmarkHandlers(b *testing.B) {
	var profile diag.Profile
	var progress diag.Progress
	trace := diag.NewTrace(io.Discard)
	for _, h := range []struct {
		name   string
		handle diag.Handler
	}{{"trace", trace.Event}, {"profile", profile.Event}, {"progress", progress.Event}} {
		b.Run(h.name, func(b *testing.B) {
			events := recorded()
			replay(events[:2], h.handle)
			b.ReportAllocs()
			for b.Loop() {
				h.handle(events[2])
			}
		})
	}
}

// BenchmarkMemory measures a look at the memory of the process.
func BenchmarkMemory(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		diag.Memory()
	}
}
