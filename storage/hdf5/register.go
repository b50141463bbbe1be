package hdf5

import "github.com/ndgrid/ndgrid/storage"

func init() { storage.Register(driver) }
