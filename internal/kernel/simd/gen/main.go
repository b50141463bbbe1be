// Command gen writes the assembly of package simd, one family of routines at a
// time. `make generate` runs it for all of them; -list names them.
package main

import (
	"flag"
	"fmt"
	"log"
	"maps"
	"slices"

	"github.com/mmcloughlin/avo/build"
)

// families are the functions that emit a file's routines, by the file's name:
// "elementwise" becomes elementwise_amd64.s and elementwise_amd64.go.
var families = map[string]func(){
	"elementwise":          elementwise,
	"elementwise_bool":     elementwiseBool,
	"elementwise_cast":     elementwiseCast,
	"elementwise_integer":  elementwiseInteger,
	"elementwise_relation": elementwiseRelation,
	"elementwise_rows":     elementwiseRows,
	"elementwise_fused":    elementwiseFused,
	"elementwise_stream":   elementwiseStream,
	"exp":                  exponentials,
	"float32":              singles,
	"log":                  logarithms,
	"move":                 move,
	"gemm":                 gemm,
	"trig":                 trig,
	"trig_arc":             trigArc,
	"foldmoment":           foldmoment,
	"foldsum":              foldsum,
	"foldsumof":            foldsumof,
	"tanh":                 tanhFamily,
	"foldorder":            foldorder,
	"foldcount":            foldcount,
	"foldrelation":         foldrelation,
	"pow":                  powFamily,
}

func main() {
	family := flag.String("family", "", "the family to generate")
	list := flag.Bool("list", false, "name the families")
	flag.Parse()
	if *list {
		for _, name := range slices.Sorted(maps.Keys(families)) {
			fmt.Println(name)
		}
		return
	}
	emit, ok := families[*family]
	if !ok {
		log.Fatalf("no family %q", *family)
	}
	build.ConstraintExpr("amd64,!purego")
	emit()
	build.Generate()
}
