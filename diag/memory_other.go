//go:build !linux && !darwin

package diag

func memory() (now, peak int64) { return runtimeMemory() }
