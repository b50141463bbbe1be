//go:build !linux && !darwin && !windows

package diag

func memory() (now, peak int64) { return runtimeMemory() }

func available() int64 { return 0 }
