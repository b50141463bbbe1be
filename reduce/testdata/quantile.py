"""Prints quantiles of a (4, 5, 6) array as NumPy makes them: name, shape, and the bytes of float64.

    python quantile.py         (numpy 2.4)
"""
import warnings

import numpy as np

warnings.simplefilter("ignore", RuntimeWarning)  # All-NaN slice encountered

q = [0, 0.05, 0.1, 0.25, 1 / 3, 0.5, 0.7, 0.95, 1]
x = ((np.arange(120) * 37 % 101 - 50) / 7).reshape(4, 5, 6)
h = x.copy()
h[1, 2, 3] = np.uint64(0x7FF8000000000001).view(np.float64)  # Go's math.NaN
g = x.copy()
g[1, 2:4, 1:] = g[2, 1] = np.nan
g.flat[::7] = np.nan


def show(name, a):
    print(f"{name}: {list(a.shape)} {np.asarray(a, np.float64).tobytes().hex()}")


methods = ("linear", "lower", "higher", "midpoint", "nearest", "inverted_cdf", "interpolated_inverted_cdf", "hazen", "weibull",
           "median_unbiased", "normal_unbiased")
for axis in (0, 1, -1, None):
    for method in methods:
        show(f"{method} {axis}", np.quantile(x, q, axis=axis, method=method))
    show(f"median {axis}", np.median(x, axis=axis))
    show(f"nan {axis}", np.quantile(h, q, axis=axis))
    for method in ("linear", "nearest"):
        show(f"nanquantile {method} {axis}", np.nanquantile(g, q, axis=axis, method=method))
    show(f"nanmedian {axis}", np.nanmedian(g, axis=axis))
    show(f"keepdims {axis}", np.quantile(x, q, axis=axis, keepdims=True))
    show(f"float32 {axis}", np.quantile(x.astype(np.float32).astype(np.float64), q, axis=axis).astype(np.float32))
