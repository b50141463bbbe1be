//go:build !amd64 || purego

package kernel

func float64Sums(Level) sums[float64] { return plainSums[float64]() }
func float32Sums(Level) sums[float32] { return plainSums[float32]() }
