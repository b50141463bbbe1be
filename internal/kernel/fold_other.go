//go:build !amd64 || purego

package kernel

import "github.com/ndgrid/ndgrid/nd"

func sumsAt[T nd.Float](Level) sums[T]           { return plainSums[T]() }
func ordersAt[T nd.Real](Level) orders[T]        { return plainOrders[T]() }
func countsAt[T nd.Elem](Level) counts[T]        { return plainCounts(nonzero[T]) }
func wideSumsAt[T nd.Integer](Level) wideSums[T] { return plainWideSums[T]() }
