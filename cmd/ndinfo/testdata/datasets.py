"""Fails unless xarray sees the same dataset in all files and stores.

usage: datasets.py PATH...

Variables, dimensions, coordinates, decoded values and attributes must be
identical; numbers in attributes may be of other types where they are equal.
"""

import sys

import xarray as xr


def dataset(path):
    engine = "netcdf4" if path.endswith(".nc") else "zarr"
    with xr.open_dataset(path, engine=engine) as ds:
        return ds.load()


first, *others = map(dataset, sys.argv[1:])
assert first.variables, "no variables"
for other in others:
    xr.testing.assert_identical(first, other)
    for name, v in first.variables.items():
        assert v.dtype == other[name].dtype, (name, v.dtype, other[name].dtype)
