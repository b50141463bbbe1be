"""Writes golden.txt: what NumPy makes of the operands in reduce_test.go.

    python golden.py            (numpy 2.4)

A line is a case's name, a colon, and the result as NumPy prints it, with one axis at least.
"""
import os
import warnings

import numpy as np

warnings.simplefilter("ignore")
np.set_printoptions(linewidth=10000)

n = np.arange(60)
f = ((n * 37 % 23 - 11) / 4).reshape(3, 4, 5)
h = f.copy()
h[1, 2, 3] = h[0, :, 1] = np.nan
h[:, 3, 4] = np.nan
i = (n * 7 % 11 - 5).astype("i2").reshape(3, 4, 5)
z = f[:, :, 0] + 1j * f[:, :, 1]
b = (n % 7 != 0).reshape(3, 4, 5)
e = np.zeros((0, 3))

cases = {}
for name, axes in {"all": None, "0": 0, "1": 1, "2": 2, "0 1": (0, 1), "0 2": (0, 2), "1 2": (1, 2), "none": ()}.items():
    cases |= {
        f"sum {name}": f.sum(axes), f"sum int {name}": i.sum(axes, dtype="i2"), f"min {name}": f.min(axes), f"max {name}": i.max(axes),
        f"mean {name}": f.mean(axes), f"var {name}": f.var(axes), f"std {name}": f.std(axes, ddof=1),
        f"any {name}": (f > 2.5).any(axes), f"all {name}": b.all(axes), f"count_nonzero {name}": (i != 0).sum(axes),
        f"nansum {name}": np.nansum(h, axes), f"nanmean {name}": np.nanmean(h, axes), f"nanmin {name}": np.nanmin(h, axes),
        f"nanmax {name}": np.nanmax(h, axes), f"nanvar {name}": np.nanvar(h, axes), f"nanstd {name}": np.nanstd(h, axes, ddof=0),
        f"keepdims {name}": f.sum(axes, keepdims=True),
    }
for name, axis in {"all": None, "0": 0, "1": 1, "2": 2}.items():
    cases |= {f"argmin {name}": np.argmin(f, axis), f"argmax {name}": np.argmax(i, axis), f"argmax nan {name}": np.argmax(h, axis)}
cases |= {
    "argmin 0 2": np.argmin(f.transpose(1, 0, 2).reshape(4, 15), 1), "prod 0": (f / 2).prod(0), "prod int 1": (i % 3).prod(1, dtype="i2"),
    "sum complex": z.sum(0), "prod complex": z.prod(1), "mean complex": z.mean(), "sum empty": e.sum(0), "prod empty": e.prod(0),
    "mean empty": e.mean(0), "all empty": e.all(0), "any empty": e.any(0), "min bool": b.min(0), "max bool": b.max(1),
    "min nan": h.min(0), "max nan": h.max((0, 1)),
}
with open(os.path.join(os.path.dirname(__file__), "golden.txt"), "w") as out:
    for name, v in cases.items():
        out.write(f"{name}: {' '.join(str(np.atleast_1d(v)).split())}\n")
