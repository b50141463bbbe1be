package diag

// Memory returns the bytes of memory the process has in RAM now and the most
// it ever had: what a memory limit is compared with.
//
//   - On Linux both are the kernel's figures (VmRSS and VmHWM), C libraries included.
//   - On macOS the peak is the kernel's (getrusage); now is what the Go runtime
//     holds, so C libraries are missing from it.
//   - On Windows both are the kernel's figures (working sets).
//   - Elsewhere both are what the Go runtime holds, and the peak is the largest
//     figure any call of Memory has seen.
//
// A call takes some 20 µs on Linux, so it is for every stage or second, not for
// every small task.
func Memory() (now, peak int64) { return memory() }
