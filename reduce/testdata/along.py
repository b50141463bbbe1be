"""Writes along.txt: what NumPy makes of the operands in along_test.go.

    python along.py            (numpy 2.4)

A line is a case's name, a colon, dtype and shape of the result, and its bytes.
"""
import os

import numpy as np

np.seterr(all="ignore")

n = np.arange(60).reshape(3, 4, 5)
f = ((n * 37 % 23 - 11) / 7)
f[1, 2, 3], f[2, 0, 1] = np.nan, np.inf
z = np.empty(f.shape, "c16")
z.real, z.imag = f, f[::-1]
arrays = {"bool": n % 7 % 2 == 0, "int8": (n * 7 % 11 - 5).astype("i1"), "uint16": (n * 7 % 11).astype("u2"), "float32": f.astype("f4"),
          "float64": f, "complex128": z, "timedelta64": (n * n % 41).astype("m8[D]")}



def topk(x, k, axis):
    """Indices of the k greatest or -k least: NaN is greatest, of equal ones the first comes first."""
    if k < 0:
        return np.argsort(x, axis, kind="stable").take(range(-k), axis)
    back = np.flip(x, axis)
    return x.shape[axis] - 1 - np.flip(np.argsort(back, axis, kind="stable"), axis).take(range(k), axis)


cases = {}
for dtype, x in arrays.items():
    for axis in range(3):
        for times in range(6):
            cases[f"diff {dtype} {axis} {times}"] = np.diff(x, times, axis)
    cases[f"diff {dtype} last"] = np.diff(x)

for dtype, x in arrays.items():
    if dtype == "timedelta64":
        continue
    for axis in (0, 1, 2) if dtype != "complex128" else ():
        for k in (-x.shape[axis], -2, 1, x.shape[axis] - 1):
            at = topk(x, k, axis)
            cases[f"topk {dtype} {axis} {k}"] = np.take_along_axis(x, at, axis)
            cases[f"argtopk {dtype} {axis} {k}"] = at
    for axis in (0, 1, 2, None) if dtype != "bool" else ():
        cases[f"cumsum {dtype} {axis}"] = np.cumsum(x, axis, dtype=x.dtype)
        if x.dtype.kind != "c":  # NumPy's products of complex numbers are fused on some machines
            cases[f"cumprod {dtype} {axis}"] = np.cumprod(x % 3 if x.dtype.kind in "iu" else x, axis, dtype=x.dtype)

with open(os.path.join(os.path.dirname(__file__), "along.txt"), "w") as out:
    for name, v in cases.items():
        out.write(f"{name}: {v.dtype} {list(v.shape)}; {v.tobytes().hex()}\n")
