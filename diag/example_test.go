package diag_test

import (
	"fmt"

	"github.com/ndgrid/ndgrid/diag"
)

func ExampleFormatBytes() {
	fmt.Println(diag.FormatBytes(2138400), "in", diag.FormatBytes(93000))
	// Output: 2.0 MiB in 91 KiB
}

func ExampleHandler() {
	var log diag.Handler = func(e diag.Event) { fmt.Println(e) }
	log(diag.Event{Kind: diag.StageEnd, Name: "mean", Tasks: 4, Done: 4, Read: 1 << 20, Decoded: 4 << 20})
	// Output: stage 0 (mean): stage end, 4/4, read 1.0 MiB, decoded 4.0 MiB, written 0 B
}
