package diag

import (
	"bytes"
	"os"
	"strconv"
)

func memory() (now, peak int64) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil { // no /proc mounted
		return runtimeMemory()
	}
	return parseStatus(status)
}

// available returns the bytes that the machine has left, 0 where it doesn't say.
func available() int64 {
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	return field(info, "MemAvailable:", 1<<10)
}

// parseStatus finds the two figures.
func parseStatus(status []byte) (now, peak int64) {
	now, peak = statusBytes(status, "\nVmRSS:"), statusBytes(status, "\nVmHWM:")
	return now, max(now, peak)
}

// statusBytes returns what stands behind a key, in kB of 1024 bytes; 0: nothing does.
func statusBytes(status []byte, key string) int64 {
	_, line, _ := bytes.Cut(status, []byte(key))
	line, _, _ = bytes.Cut(line, []byte("kB"))
	kib, _ := strconv.ParseInt(string(bytes.TrimSpace(line)), 10, 64)
	return kib << 10
}
