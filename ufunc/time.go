package ufunc

import (
	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

// Since returns how long after from each point in time is, in the unit of both,
// which must be the same. A single nd.Datetime takes the array's unit. NaT
// gives NaT.
func Since[B chunkgrid.Operand[nd.Datetime]](t *chunkgrid.Array[nd.Datetime], from B) *chunkgrid.Array[nd.Timedelta] {
	return binary[nd.Timedelta]("sub", nil, t, from)
}

// After returns the points in time that are d later, in the unit of both, which
// must be the same. A single nd.Timedelta takes the array's unit. NaT gives NaT.
func After[B chunkgrid.Operand[nd.Timedelta]](t *chunkgrid.Array[nd.Datetime], d B) *chunkgrid.Array[nd.Datetime] {
	return chunkgrid.Op[nd.Datetime]("add", nil, t, chunkgrid.OperandOf[nd.Timedelta](t, d))
}
