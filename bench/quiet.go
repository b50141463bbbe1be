package main

import (
	"fmt"
	"os"
	"time"
)

// patience is how long a sample waits for a quiet machine.
var patience = 250 * time.Millisecond

// quiet waits until nothing else runs on the machine: threads of the side
// before that still spin, writing to disk, other programs. It gives up after a
// while, and reports whether it did. Where the system doesn't say what runs, it
// doesn't wait.
func quiet() (disturbed bool) {
	const pause = 2 * time.Millisecond
	for start := time.Now(); ; time.Sleep(pause) {
		n, ok := running()
		if !ok || n <= 1 { // we run
			return false
		}
		if time.Since(start) > patience {
			return true
		}
	}
}

// running returns how many threads the system runs or would run.
func running() (n int, ok bool) {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0, false
	}
	var load [3]float64
	_, err = fmt.Sscanf(string(text), "%f %f %f %d/", &load[0], &load[1], &load[2], &n)
	return n, err == nil
}
