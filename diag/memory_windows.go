package diag

import (
	"syscall"
	"unsafe"
)

var (
	kernel32             = syscall.NewLazyDLL("kernel32.dll")
	getProcessMemoryInfo = kernel32.NewProc("K32GetProcessMemoryInfo")
	globalMemoryStatusEx = kernel32.NewProc("GlobalMemoryStatusEx")
)

// processMemory is PROCESS_MEMORY_COUNTERS.
type processMemory struct {
	size, _                    uint32
	peakWorkingSet, workingSet uintptr
	_, _, _, _, _, _           uintptr // of pools and the page file
}

func memory() (now, peak int64) {
	var m processMemory
	m.size = uint32(unsafe.Sizeof(m))
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		return runtimeMemory()
	}
	if ok, _, _ := getProcessMemoryInfo.Call(uintptr(self), uintptr(unsafe.Pointer(&m)), uintptr(m.size)); ok == 0 {
		return runtimeMemory()
	}
	return int64(m.workingSet), int64(m.peakWorkingSet)
}

// memoryStatus is MEMORYSTATUSEX.
type memoryStatus struct {
	size, load       uint32
	total, available uint64
	_, _, _, _, _    uint64 // of the page file and of addresses
}

// available returns the bytes that the machine has left, 0 where it doesn't say.
func available() int64 {
	var m memoryStatus
	m.size = uint32(unsafe.Sizeof(m))
	if ok, _, _ := globalMemoryStatusEx.Call(uintptr(unsafe.Pointer(&m))); ok == 0 {
		return 0
	}
	return int64(m.available)
}
