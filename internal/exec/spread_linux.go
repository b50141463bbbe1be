package exec

import (
	"runtime"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Processors are those that workers have taken.
//
// Linux wakes a thread where it slept. Threads that have slept for a tenth of a second
// are often all on one processor then, and where the system doesn't balance its load
// soon, as in small virtual machines, they share it for some 20 ms while others are idle.
type Processors struct {
	mu    sync.Mutex
	taken unix.CPUSet
}

// Claim is what a worker begins with. Where it is on a processor that another one has
// taken, it moves to one of those that are left, if there are any; the system may
// move it again at any time.
func (p *Processors) Claim() {
	p.mu.Lock()
	defer p.mu.Unlock()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var here uint32
	if _, _, errno := unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&here)), 0, 0); errno != 0 {
		return
	}
	if !p.taken.IsSet(int(here)) {
		p.taken.Set(int(here))
		return
	}
	var allowed, one unix.CPUSet
	if unix.SchedGetaffinity(0, &allowed) != nil {
		return
	}
	for cpu := range 8 * int(unsafe.Sizeof(allowed)) {
		if allowed.IsSet(cpu) && !p.taken.IsSet(cpu) {
			p.taken.Set(cpu)
			one.Set(cpu)
			if unix.SchedSetaffinity(0, &one) == nil {
				_ = unix.SchedSetaffinity(0, &allowed) // as before, so it can't fail
			}
			return
		}
	}
}
