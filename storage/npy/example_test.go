package npy_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/npy"
)

func Example() {
	dir, err := os.MkdirTemp("", "npy")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "a.npy")

	a := nd.Must(nd.FromSlice([]float32{1, 2, 3, 4, 5, 6}, 2, 3))
	if err := npy.Write(file, a); err != nil {
		fmt.Println(err)
	}
	b, err := npy.Read(file)
	fmt.Println(b, err)

	// By chunks, as any other stored array:
	s, err := storage.OpenArray(context.Background(), file)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	fmt.Println(s.Meta().DType, s.Meta().Shape, s.Meta().ReadGrid)
	// Output:
	// [[1. 2. 3.]
	//  [4. 5. 6.]] <nil>
	// float32 [2 3] (2, 3)
}
