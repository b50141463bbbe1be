"""Writes the golden files of package npy with NumPy: python make.py

Each array becomes NAME.npy; golden.json says what it holds: dtype and shape as
package nd writes them, the bytes of the elements in C order, low byte first,
and whether npy.Write makes the very same file.
"""
import json
import os
import sys

import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))
golden = {}


def save(name, a, dtype=None, same=False, version=None):
    with open(name + ".npy", "wb") as f:
        np.lib.format.write_array(f, a, version=version)
    little = np.ascontiguousarray(a).reshape(a.shape).astype(a.dtype.newbyteorder("<"))
    golden[name] = {"dtype": dtype or a.dtype.name, "shape": list(a.shape), "data": little.tobytes().hex(), "same": same}


n = np.arange(24)
for t in "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split():
    a = (n.reshape(2, 3, 4) * 5 - 30).astype("<" + t)
    if t[0] in "fc":
        a = a / 7
        a.flat[:5] = [np.nan, np.inf, -np.inf, -0.0, 0]
    if t[0] == "c":
        a = a * (1 + 2j)
    a = a.astype("<" + t)
    save(t, a, same=True)
    if t not in ("b1", "i1", "u1"):
        save(t + "-big", a.astype(">" + t))
    if t in ("b1", "i2", "f4", "f8", "c16"):
        save(t + "-fortran", np.asfortranarray(a))
    if t == "f8":
        save("f8-big-fortran", np.asfortranarray(a).astype(">f8"))
        save("version2", a, version=(2, 0))
        save("version3", a, version=(3, 0))
        save("zero-d", a[1, 2, 3], same=True)
        save("one-d", a.ravel(), same=True)
        save("empty", a[:, :0], same=True)
        save("wide", np.zeros((1,) * 30 + (2,)), same=True)
days = np.array(["1970-01-01", "2012-02-29", "NaT", "1899-12-31"])
save("days", days.astype("<M8[D]"), same=True)
save("days-big", days.astype(">M8[D]"))
save("ns", days.astype("<M8[ns]"), same=True)
save("tens", days.astype("<M8[10us]"), same=True)
save("delta", np.array([1, -2, 3]).astype("<m8[h]"), same=True)
save("delta-generic", np.array([1, -2, 3]).astype("<m8"), "timedelta64[generic]", same=True)
save("bytes", np.array([b"abc", b"", b"de"]), "bytes3", same=True)
save("bytes-fortran", np.asfortranarray(np.array([[b"abc", b"", b"de"], [b"f", b"g", b"h"]])), "bytes3")
save("text", np.array(["Zürich", "", "\U0001f30d"]), "str24", same=True)
save("text-big", np.array(["Zürich", "", "\U0001f30d"]).astype(">U6"), "str24")
save("raw", np.array([b"12345", b"6"]).astype("V5"), "raw5", same=True)

with open("golden.json", "w") as f:
    json.dump(golden, f, indent=1)
    f.write("\n")
np.save("struct.npy", np.zeros(2, [("a", "<i4"), ("b", "<f8", 3)]))
np.save("object.npy", np.array([{}, None], dtype=object), allow_pickle=True)
print(len(golden), "arrays", file=sys.stderr)
