//go:build !amd64 || purego

package kernel

import "github.com/ndgrid/ndgrid/nd"

func sumsAt[T nd.Float](Level) sums[T]    { return plainSums[T]() }
func ordersAt[T nd.Real](Level) orders[T] { return plainOrders[T]() }
