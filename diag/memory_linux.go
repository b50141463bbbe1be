package diag

import (
	"bufio"
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

// parseStatus finds the two figures, which the kernel gives in kB of 1024 bytes.
func parseStatus(status []byte) (now, peak int64) {
	lines := bufio.NewScanner(bytes.NewReader(status))
	for lines.Scan() {
		f := bytes.Fields(lines.Bytes())
		if len(f) < 2 {
			continue
		}
		kib, err := strconv.ParseInt(string(f[1]), 10, 64)
		if err != nil {
			continue
		}
		switch string(f[0]) {
		case "VmRSS:":
			now = kib << 10
		case "VmHWM:":
			peak = kib << 10
		}
	}
	return now, max(now, peak)
}
