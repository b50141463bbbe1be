package diag

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// defaultFree is what FreeMemory says where the system doesn't tell.
const defaultFree = 4 << 30

// FreeMemory returns the bytes that the process may still take: what the
// machine has available or, where that is less, what is left to its control
// group. On systems without /proc it is 4 GiB.
func FreeMemory() int64 {
	free := int64(defaultFree)
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if f := strings.Fields(line); len(f) >= 2 && f[0] == "MemAvailable:" {
				if kib, err := strconv.ParseInt(f[1], 10, 64); err == nil {
					free = kib << 10
				}
			}
		}
	}
	if limit, ok := cgroupLeft("/sys/fs/cgroup"); ok {
		free = min(free, limit)
	}
	return free
}

// cgroupLeft returns what the version 2 control group mounted at root has left.
func cgroupLeft(root string) (int64, bool) {
	limit, ok := readInt(filepath.Join(root, "memory.max"))
	used, ok2 := readInt(filepath.Join(root, "memory.current"))
	return max(limit-used, 0), ok && ok2
}

func readInt(path string) (int64, bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	return n, err == nil
}
