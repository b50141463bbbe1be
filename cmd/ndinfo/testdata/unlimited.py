"""Makes a NetCDF-4 file with unlimited dimensions, or fails unless others have the
same dimensions, variables and chunks.

usage: unlimited.py make FILE
       unlimited.py compare FILE COPY...
"""

import sys

import h5py
import netCDF4
import numpy as np


def make(file):
    with netCDF4.Dataset(file, "w") as f:
        f.createDimension("time", None)
        f.createDimension("event", None)  # there has been none yet
        f.createDimension("x", 3)
        f.createVariable("time", "f8", ("time",))[:] = np.arange(5.0)
        f.createVariable("air", "f4", ("time", "x"), zlib=True, chunksizes=(4, 2))[:] = np.arange(15).reshape(5, 3)
        f.createVariable("back", "i2", ("x", "time"))[:] = np.arange(15).reshape(3, 5)
        f.createVariable("fixed", "i4", ("x",))[:] = np.arange(3)
        f.createVariable("events", "u1", ("event", "x"))
        f.createVariable("name", str, ("time",))[:] = np.array(list("abcde"), object)
        g = f.createGroup("g")
        g.createDimension("step", None)
        g.createVariable("v", "f8", ("step", "x"))[:] = np.ones((2, 3))


def look(file):
    seen = {}
    with netCDF4.Dataset(file) as f:
        for g in [f, f["g"]]:
            seen |= {(g.path, d.name): (d.size, d.isunlimited()) for d in g.dimensions.values()}
    with h5py.File(file) as f:
        for name in ["time", "air", "back", "fixed", "events", "name", "g/v"]:
            d = f[name]
            # An array that can't grow has its own say in how it is stored.
            seen[name] = (d.maxshape, d.chunks if None in d.maxshape else None, d[()].tolist())
    return seen


command, first, *copies = sys.argv[1:]
if command == "make":
    make(first)
for copy in copies:
    a, b = look(first), look(copy)
    for name in a.keys() | b.keys():
        assert a.get(name) == b.get(name), (copy, name, a.get(name), b.get(name))
