package diag

import "syscall"

func memory() (now, peak int64) {
	now, peak = runtimeMemory()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err == nil {
		peak = max(now, u.Maxrss) // bytes here, unlike on Linux
	}
	return now, peak
}

func available() int64 { return 0 }
