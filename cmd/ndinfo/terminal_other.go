//go:build !unix

package main

import "io"

// terminalColumns isn't known here.
func terminalColumns(io.Writer) int { return 0 }
