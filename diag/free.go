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
// group. Where the system doesn't tell (macOS, BSD) it is 4 GiB.
func FreeMemory() int64 {
	free := int64(defaultFree)
	if n := available(); n > 0 {
		free = n
	}
	if limit, ok := cgroupLeft("/sys/fs/cgroup"); ok {
		free = min(free, limit)
	}
	return free
}

// cgroupLeft returns what the version 2 control group mounted at root has left.
// Files that were read and that nobody maps count as used there; the kernel
// drops them before it refuses anything.
func cgroupLeft(root string) (int64, bool) {
	limit, ok := readInt(filepath.Join(root, "memory.max"))
	if !ok { // there is no limit
		return 0, false
	}
	used, ok := readInt(filepath.Join(root, "memory.current"))
	if stat, err := os.ReadFile(filepath.Join(root, "memory.stat")); err == nil {
		used -= field(stat, "inactive_file", 1)
	}
	return max(limit-used, 0), ok
}

// field returns the number behind a name at the beginning of a line, 0 without it.
func field(text []byte, name string, unit int64) int64 {
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == name {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			return n * unit
		}
	}
	return 0
}

func readInt(path string) (int64, bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	return n, err == nil
}
