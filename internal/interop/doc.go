// Package interop holds tests that hand files to other libraries and take
// files from them: zarr-python, xarray, h5py and zarrita. They go through the
// public API as a program would. NDGRID_PYTHON names the Python interpreter that
// has the libraries, NDGRID_ZARRITA the folder whose node_modules has zarrita;
// tests skip where one is unset.
package interop
