"""Files for ndinfo virtualize, and whether others read what it writes.

usage: references.py write FILE.nc           with netCDF4
       references.py check FILE.nc REFS.json
"""

import json
import sys

import fsspec
import h5py
import netCDF4
import numpy as np
import xarray as xr
import zarr


def write(name):
    rng = np.random.default_rng(5)
    with netCDF4.Dataset(name, "w") as f:
        f.title = "made by netCDF4-python"
        f.createDimension("time", None)
        f.createDimension("lat", 7)
        f.createDimension("lon", 11)
        time = f.createVariable("time", "f8", ("time",))
        time.units, time.calendar = "days since 2001-01-01", "noleap"
        time[:] = np.arange(10)
        f.createVariable("lat", "f4", ("lat",))[:] = np.linspace(-60, 60, 7)
        t = f.createVariable("t", "i2", ("time", "lat", "lon"), zlib=True, shuffle=True, fletcher32=True, chunksizes=(4, 3, 5), fill_value=-999)
        t.scale_factor, t.add_offset, t.units = 0.01, 273.15, "K"
        values = rng.integers(-500, 500, (10, 7, 11)) * 0.01 + 273.15
        t[:] = np.ma.masked_array(values, rng.integers(0, 5, values.shape) == 0)
        f.createVariable("big", ">f8", ("lat", "lon"), endian="big")[:] = rng.normal(size=(7, 11))
        f.createVariable("flat", "f4", ("lat", "lon"), contiguous=True)[:] = rng.normal(size=(7, 11))
        sparse = f.createVariable("sparse", "i4", ("time", "lon"), chunksizes=(2, 4), fill_value=-7)
        sparse[2:4, 4:8] = 5
        sparse[9, 0] = 1
        sub = f.createGroup("sub/deeper")
        sub.createVariable("x", "u1", ("lat",), zlib=True)[:] = np.arange(7)


def check(file, refs):
    options = {"fo": refs, "remote_protocol": "file"}
    for group in None, "sub/deeper":
        with xr.open_dataset(file, engine="netcdf4", group=group) as want, xr.open_dataset(
            "reference://", engine="zarr", group=group, backend_kwargs={"storage_options": options}
        ) as got:
            assert want.variables or group is None
            xr.testing.assert_identical(want.load(), got.load())
        if "sub" not in json.load(open(refs))["refs"][".zmetadata"]:
            break
    store = zarr.storage.FsspecStore(fsspec.filesystem("reference", asynchronous=True, remote_options={"asynchronous": True}, **options))
    g = zarr.open_group(store, mode="r", zarr_format=2)
    with h5py.File(file) as f:
        seen = []

        def compare(path, d):
            if isinstance(d, h5py.Dataset) and d.dtype.kind in "iuf":
                if d.attrs.get("NAME", b"").startswith(b"This is a netCDF dimension but not"):
                    return
                np.testing.assert_array_equal(g[path][...], d[...].astype(d.dtype.newbyteorder("=")), path)
                assert g[path].dtype.newbyteorder("=") == d.dtype.newbyteorder("="), path
                seen.append(path)

        f.visititems(compare)
        print(" ".join(seen))


{"write": write, "check": check}[sys.argv[1]](*sys.argv[2:])
