package dir_test

import (
	"context"
	"fmt"
	"os"

	"github.com/ndgrid/ndgrid/storage/dir"
)

func Example() {
	ctx := context.Background()
	path, err := os.MkdirTemp("", "ndgrid")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(path)
	s, err := dir.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := s.Put(ctx, "a/c/0/1", []byte("0123456789")); err != nil {
		fmt.Println(err)
		return
	}
	end, err := s.GetRange(ctx, "a/c/0/1", -3, -1, nil)
	fmt.Println(string(end), err)
	for e := range s.List(ctx, "a") {
		fmt.Println(e.Name, e.Dir)
	}
	// Output:
	// 789 <nil>
	// c true
}
