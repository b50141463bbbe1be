package http_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/ndgrid/ndgrid/storage"
	_ "github.com/ndgrid/ndgrid/storage/std"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/air.zarr/zarr.json" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, `{"zarr_format": 3, "node_type": "group", "attributes": {"title": "air"}}`)
	}))
	defer server.Close()
	g, err := storage.OpenGroup(context.Background(), server.URL+"/air.zarr")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer g.Close()
	fmt.Println(g.Attrs())
	// Output: map[title:air]
}
