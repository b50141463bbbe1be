"""Makes compounds.h5 and compounds.json, what h5py reads from it.

Needs h5py and numpy. Run in this folder: python compounds.py
"""

import base64
import json

import h5py
import numpy as np
from numpy.lib.recfunctions import repack_fields

golden = {}


def name(dt):
    """Writes a dtype as Go does."""
    if dt.names:
        return "struct{" + ", ".join("%s %s" % (n, name(dt[n])) for n in dt.names) + "}"
    return {"S": "bytes%d" % dt.itemsize, "V": "raw%d" % dt.itemsize}.get(dt.kind, dt.name)


def record(path, v):
    """Records values as packed bytes in native order."""
    dt = repack_fields(v.dtype.newbyteorder("<"), recurse=True)
    if v.dtype.kind == "O":
        golden[path] = {"dtype": "string", "shape": v.shape, "texts": [s.decode() for s in np.ravel(v)]}
        return
    golden[path] = {"dtype": name(dt), "shape": v.shape, "data": base64.b64encode(v.astype(dt).tobytes()).decode(), "text": str(v.astype(dt)[()])}


def expect(f, path, whole=True, skip=()):
    """Records a dataset and its fields, those of fields too."""

    def fields(path, v):
        for n in v.dtype.names or ():
            if path + "/" + n not in skip:
                record(path + "/" + n, v[n])
            fields(path + "/" + n, v[n])

    v = np.array(f[path][()])
    if whole:
        record(path, v)
    fields(path, v)


with h5py.File("compounds.h5", "w", libver=("earliest", "v110")) as f:
    rng = np.random.default_rng(4)
    plain = np.zeros(7, [("n", "<i4"), ("x", "<f8")])
    plain["n"], plain["x"] = rng.integers(-9, 9, 7), rng.normal(size=7)
    f["plain"] = plain
    f["scalar"] = plain[3]
    f.create_dataset("gzip", data=np.tile(plain, (5, 1)), chunks=(2, 3), compression=4, shuffle=True)
    f["aligned"] = plain.astype(np.dtype([("n", "<i4"), ("x", "<f8")], align=True))
    swapped = np.array([(1, 2.5, 3), (-1, -2.5, 4)], [("b", ">i2"), ("l", "<f4"), ("u", ">u8")])
    f["swapped"] = swapped
    f.create_dataset("swappedz", data=swapped, chunks=(1,), compression=1)
    f["nested"] = np.array([((1, (2, 3)), 4), ((5, (6, 7)), 8)], [("at", [("t", "<f4"), ("p", [("x", "<i2"), ("y", ">i2")])]), ("id", "u1")])
    kinds = np.zeros(3, [("yes", "?"), ("half", "<f2"), ("z", "<c8"), ("text", "S5"), ("raw", "V3"), ("e", h5py.enum_dtype({"A": 0, "B": 7}, "i2"))])
    kinds["yes"], kinds["half"], kinds["z"] = [True, False, True], [1, 2.5, -4], [1 + 2j, 3j, 4]
    kinds["text"], kinds["raw"], kinds["e"] = [b"abc", b"", b"defgh"], [b"ab", b"c\1d", b""], [7, 0, 7]
    f["kinds"] = kinds
    sparse = f.create_dataset("sparse", (6,), plain.dtype, chunks=(2,), fillvalue=np.array((7, 0.5), plain.dtype))
    sparse[1] = plain[1]
    for path in ["plain", "scalar", "gzip", "aligned", "swapped", "swappedz", "nested", "kinds", "sparse"]:
        expect(f, path)

    f["arrays"] = np.array([((1, 2, 3), 4), ((5, 6, 7), 8)], [("v", "<f4", (3,)), ("k", "<i2")])
    expect(f, "arrays", whole=False)
    cubes = rng.integers(-9, 9, (5, 2, 3)).astype(">i4")
    for key, options in {"cubes": {}, "cubesz": {"chunks": (2,), "compression": 3, "shuffle": True}, "cubesn": {"chunks": (2,)}}.items():
        f.create_dataset(key, (5,), np.dtype((">i4", (2, 3))), **options)[...] = cubes
        expect(f, key)
    many = np.zeros((3, 2), [("k", "<i2"), ("a", [("s", "S3", (2,)), ("c", [("x", "<f4"), ("y", "<i8")], (2, 2))])])
    many["k"] = np.arange(6).reshape(3, 2)
    many["a"]["s"] = np.array([b"a", b"bc", b"def", b"", b"x", b"yz"] * 2).reshape(3, 2, 2)
    many["a"]["c"]["x"] = rng.normal(size=(3, 2, 2, 2))
    many["a"]["c"]["y"] = rng.integers(-9, 9, (3, 2, 2, 2))
    f.create_dataset("many", data=many, chunks=(2, 2), compression=1)
    expect(f, "many", whole=False, skip=["many/a", "many/a/c/x", "many/a/c/y"])
    texts = np.array([(b"eins", 1), (b"zw\xc3\xb6lf", 12)], [("word", h5py.string_dtype()), ("n", "<i4")])
    f["texts"] = texts
    f.create_dataset("textsz", data=texts, chunks=(1,), compression=1)
    expect(f, "texts", whole=False)
    expect(f, "textsz", whole=False)
    f["refs"] = np.array([(f["plain"].ref, 5)], [("r", h5py.ref_dtype), ("n", "<i4")])
    expect(f, "refs", whole=False, skip=["refs/r"])

with open("compounds.json", "w") as out:
    json.dump(golden, out, indent=0, sort_keys=True)
