//go:build !linux

package exec

// Processors are for systems that don't spread threads that wake, as Linux.
type Processors struct{}

// Claim does nothing.
func (*Processors) Claim() {}
