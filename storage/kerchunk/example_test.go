package kerchunk_test

import (
	"context"
	"fmt"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/kerchunk"
	"github.com/ndgrid/ndgrid/storage/mem"
)

func ExampleOpen() {
	ctx := context.Background()
	files := mem.NewStore()
	for key, value := range map[string]string{
		"old.dat":   "a header, and then 0123456789",
		"refs.json": `{"version": 1, "refs": {"zarr.json": "{}", "c/0": ["old.dat", 19, 4], "c/1": ["old.dat", 23, 4]}}`,
	} {
		if err := files.Put(ctx, key, []byte(value)); err != nil {
			fmt.Println(err)
		}
	}
	s, err := kerchunk.Open(ctx, storage.Value{Store: files, Key: "refs.json", URL: "refs.json"})
	if err != nil {
		fmt.Println(err)
		return
	}
	chunk, err := s.Get(ctx, "c/1", nil)
	fmt.Printf("%s %v\n", chunk, err)
	// Output: 4567 <nil>
}
