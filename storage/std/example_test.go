package std_test

import (
	"fmt"

	"github.com/ndgrid/ndgrid/storage"
	_ "github.com/ndgrid/ndgrid/storage/std"
)

func Example() {
	fmt.Println(storage.Drivers())
	// Output: [csv npy zarr]
}
