package kernel

import "github.com/ndgrid/ndgrid/nd"

// RowsLoop applies an operation to at most MaxRows rows of n elements, with stores
// past the caches: row r of dst begins at element r*pitches[0], that of argument k
// at r*pitches[k+1]. A pitch of 0 is one row that stands for all. An argument may be
// the memory of dst, element by element, never another part of it.
type RowsLoop func(dst []byte, args [][]byte, rows, n int, pitches []int)

// MaxRows is the most rows of a RowsLoop. It goes down them a little at a time, so
// that what stands for all stays in the L1 cache, and memory sees as many streams.
const MaxRows = 8

// rowStreams are those loops.
var rowStreams faster[opOf, RowsLoop]

// StreamRowsOf returns the loop of an operation, or of a fused one, over several rows
// at once, if there is one: for arithmetic of floats, where the machine has vector
// instructions. What it wrote is seen by other goroutines after Fence alone.
func StreamRowsOf(name string, _ Params, args []nd.DType) (RowsLoop, bool) {
	if len(args) == 0 || !allSame(args) {
		return nil, false
	}
	return rowStreams.find(opOf{args[0].Kind(), name})
}
