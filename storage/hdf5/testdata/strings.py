"""Makes strings.h5, strings.nc and strings.json, what h5py reads from them.

Needs h5py, netCDF4 and numpy. Run in this folder: python strings.py
"""

import base64
import json

import h5py
import netCDF4
import numpy as np
from h5py import h5d, h5p, h5s, h5t

golden = {}


def expect(f, path, missing=()):
    """Records the texts of a dataset up to their padding, in C order."""
    d = f[path]
    texts = [bytes(s) for s in np.ravel(np.array(d[()], d.dtype))]
    golden.setdefault(f.filename, {})[path] = {
        "shape": list(d.shape),
        "chunks": list(d.chunks) if d.chunks else None,
        "missing": [list(c) for c in missing],
        "texts": [base64.b64encode(s).decode() for s in texts],
    }


def text(size, pad, charset=h5t.CSET_ASCII):
    t = h5t.C_S1.copy()
    t.set_size(size)
    t.set_strpad(pad)
    t.set_cset(charset)
    return t


def hdf5():
    utf8, ascii = h5py.string_dtype("utf-8"), h5py.string_dtype("ascii")
    words = ["", "a", "Größe", "日本語", "x" * 5000, "two\nlines", " spaces  "]
    with h5py.File("strings.h5", "w", libver=("earliest", "v110")) as f:
        grid = np.array(["%d/%d %s" % (i, k, words[(i + k) % 7][:9]) for i in range(5) for k in range(7)], object).reshape(5, 7)
        f.create_dataset("utf8", data=words, dtype=utf8)
        f.create_dataset("ascii", data=["one", "", "three"], dtype=ascii)
        f.create_dataset("bytes", data=[b"caf\xe9", b"\xff\xfe"], dtype=ascii)
        f.create_dataset("scalar", data="alone ß", dtype=utf8)
        f.create_dataset("none", (0,), utf8)
        f.create_dataset("contiguous", data=grid, dtype=utf8)
        f.create_dataset("chunked", data=grid, dtype=utf8, chunks=(2, 3), maxshape=(None, None))
        f.create_dataset("gzip", data=grid, dtype=utf8, chunks=(2, 3), compression=6, shuffle=True)
        f.create_dataset("lzf", data=grid, dtype=utf8, chunks=(5, 2), compression="lzf", shuffle=True)
        for path in ["utf8", "ascii", "bytes", "scalar", "none", "contiguous", "chunked", "gzip", "lzf"]:
            expect(f, path)
        f.create_dataset("never", (2, 2), utf8, fillvalue="unknown")
        expect(f, "never", missing=[(0, 0)])
        d = f.create_dataset("sparse", (4, 6), utf8, chunks=(2, 3), fillvalue="nö")
        d[0, 1] = "set"
        d[3, 5] = "last"
        expect(f, "sparse", missing=[(0, 1), (1, 0)])
        compact = h5p.create(h5p.DATASET_CREATE)
        compact.set_layout(h5d.COMPACT)
        h5d.create(f.id, b"compact", h5t.py_create(utf8, logical=True), h5s.create_simple((3,)), dcpl=compact)
        f["compact"][:] = ["in", "the", "header"]
        expect(f, "compact")
        layout = h5py.VirtualLayout((2, 7), utf8)
        layout[1] = h5py.VirtualSource(f["contiguous"])[2]
        f.create_virtual_dataset("virtual", layout)
        expect(f, "virtual")

        for name, pad in [("nullterm", h5t.STR_NULLTERM), ("nullpad", h5t.STR_NULLPAD), ("spacepad", h5t.STR_SPACEPAD)]:
            for charset in [h5t.CSET_ASCII, h5t.CSET_UTF8]:
                stored = text(6, pad, charset)
                values = np.array(["ß".encode() if charset else b"s", b"", b" a b", b"12345"], "S6")
                for path, filtered in [("%s%d" % (name, charset), False), ("%s%dz" % (name, charset), True)]:
                    p = h5p.create(h5p.DATASET_CREATE)
                    if filtered:
                        p.set_chunk((3,))
                        p.set_deflate(4)
                    h5d.create(f.id, path.encode(), stored, h5s.create_simple((4,)), dcpl=p).write(h5s.ALL, h5s.ALL, values, mtype=text(6, h5t.STR_NULLPAD, charset))
                    expect(f, path)
        one = h5d.create(f.id, b"fixed", text(6, h5t.STR_SPACEPAD), h5s.create(h5s.SCALAR))
        one.write(h5s.ALL, h5s.ALL, np.array(b"one", "S6"), mtype=text(6, h5t.STR_NULLPAD))
        expect(f, "fixed")


def netcdf():
    with netCDF4.Dataset("strings.nc", "w") as f:
        f.createDimension("x", 3)
        f.createDimension("t", None)
        f.createVariable("name", str, ("x",))[:] = np.array(["Genève", "", "Zürich"], object)
        v = f.createVariable("log", str, ("t", "x"), chunksizes=(2, 2))
        v[0] = np.array(["a", "bb", "ccc"], object)
        v[2, 1] = "later"
        c = f.createVariable("letters", "S1", ("t", "x"), zlib=True)
        c[:] = np.array([list("abc"), list("def"), list("ghi")], "S1")
    with h5py.File("strings.nc", "r+") as f:  # the library reads no missing texts from a file it may not write
        for path, missing in [("name", ()), ("log", [(1, 1)]), ("letters", ())]:
            expect(f, path, missing)


hdf5()
netcdf()
with open("strings.json", "w") as out:
    json.dump(golden, out, indent=0, sort_keys=True)
