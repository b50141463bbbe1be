// Package nd is the array in memory and the words everything else is said in:
// dtypes, shapes, ranges and slices, boxes, grids of chunks, and Array[T] with
// views, C and F order, and printing as in NumPy.
//
// Functions that can fail return an error; Must is for literals. Computing is
// in packages ufunc and reduce, on chunkgrid.FromND(a).
package nd
