"""Prints as JSON what h5py, netCDF4 and xarray see in a file."""

import json
import sys
import warnings

import h5py
import netCDF4
import numpy as np
import xarray as xr


def plain(v):
    """Makes a value of NumPy or HDF5 one of JSON."""
    if isinstance(v, np.ndarray):
        return [plain(x) for x in v.tolist()]
    if isinstance(v, np.generic):
        return plain(v.item())
    if isinstance(v, bytes):
        return v.decode()
    if isinstance(v, complex):
        return [v.real, v.imag]
    return v


warnings.simplefilter("ignore")  # NetCDF-4 has no type for some of the arrays
seen = {}
with h5py.File(sys.argv[1]) as f:

    def visit(path, d):
        if not isinstance(d, h5py.Dataset):
            return
        v = np.ascontiguousarray(d[()])
        if h5py.check_string_dtype(d.dtype) and d.dtype.kind == "O":  # texts, each with a NUL
            v = np.frombuffer("".join(s + "\0" for s in np.ravel(d.asstr()[()])).encode(), "S1")
        seen[path] = {
            "dtype": d.dtype.str if d.dtype.kind != "O" else "O",
            "shape": list(d.shape),
            "chunks": list(d.chunks) if d.chunks else None,
            "fill": plain(d.fillvalue),
            "filters": [d.compression, d.compression_opts, d.shuffle, d.fletcher32],
            "data": v.astype(v.dtype.newbyteorder("<")).tobytes().hex(),
            "attrs": {k: plain(a) for k, a in d.attrs.items() if k not in ("CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST")},
        }

    f.visititems(visit)
with netCDF4.Dataset(sys.argv[1]) as nc:
    seen["netcdf"] = {k: list(v.dimensions) for k, v in nc.variables.items()}
with xr.open_dataset(sys.argv[1], engine="netcdf4") as ds:
    seen["xarray"] = {k: list(v.dims) for k, v in ds.variables.items()}
    seen["coords"] = sorted(ds.coords)
json.dump(seen, sys.stdout, default=str)
