package zip_test

import (
	stdzip "archive/zip"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ndgrid/ndgrid/storage"
	_ "github.com/ndgrid/ndgrid/storage/std"
)

func Example() {
	ctx := context.Background()
	tmp, err := os.MkdirTemp("", "ndgrid")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(tmp)
	path := filepath.Join(tmp, "air.zarr.zip")
	if err := pack(path); err != nil {
		fmt.Println(err)
		return
	}
	g, err := storage.OpenGroup(ctx, path+"/model")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer g.Close()
	fmt.Println(g.Attrs())
	// Output: map[title:air]
}

// pack writes an archive with a group in it.
func pack(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := stdzip.NewWriter(f)
	e, err := w.Create("model/zarr.json")
	if err != nil {
		return err
	}
	if _, err := e.Write([]byte(`{"zarr_format": 3, "node_type": "group", "attributes": {"title": "air"}}`)); err != nil {
		return err
	}
	return w.Close()
}
