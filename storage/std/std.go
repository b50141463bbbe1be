// Package std imports every driver that needs no cgo, and the stores beside
// directories. A program that opens files imports it for their sake:
//
//	import _ "github.com/ndgrid/ndgrid/storage/std"
package std

import (
	_ "github.com/ndgrid/ndgrid/storage/csv"
	_ "github.com/ndgrid/ndgrid/storage/http"
	_ "github.com/ndgrid/ndgrid/storage/kerchunk"
	_ "github.com/ndgrid/ndgrid/storage/npy"
	_ "github.com/ndgrid/ndgrid/storage/zarr"
	_ "github.com/ndgrid/ndgrid/storage/zip"
)
