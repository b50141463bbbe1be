// Package conformance holds random tests of the whole library: operations on
// random arrays against NumPy, and random plans on the real executor against
// the naive one, here and in another process, and on larger arrays within the
// memory they promise. All cases of a run follow from one seed, which is
// printed: always the same one unless NDGRID_SEED sets it ("random": another
// every time). NDGRID_CASES multiplies the number of cases, and NDGRID_CASE
// picks one of them.
package conformance
