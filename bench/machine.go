package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/internal/kernel"
)

// machine is where the program runs.
type machine struct {
	cpu     string // model
	cores   int
	threads int // used
	memory  int64
	level   string // vector instructions in use
}

func thisMachine(threads int) machine {
	levels := kernel.Levels()
	m := machine{cores: runtime.NumCPU(), threads: threads, level: levels[len(levels)-1].String(), cpu: firstLine("/proc/cpuinfo", "model name")}
	if kb := firstLine("/proc/meminfo", "MemTotal"); kb != "" {
		_, _ = fmt.Sscanf(kb, "%d", &m.memory)
		m.memory <<= 10
	}
	return m
}

// String is "AMD EPYC, 2 of 2 processors, 24 GiB, AVX-512", as far as is known.
func (m machine) String() string {
	parts := []string{fmt.Sprintf("%d of %d processors", m.threads, m.cores)}
	if m.cpu != "" {
		parts = append([]string{m.cpu}, parts...)
	}
	if m.memory > 0 {
		parts = append(parts, diag.FormatBytes(m.memory))
	}
	return strings.Join(append(parts, m.level), ", ")
}

// firstLine returns the value of the first line "name : value" of a file of the
// Linux kernel, "" where there is none.
func firstLine(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
