"""Prints histograms of 200,000 numbers, many of them on edges, as NumPy makes them: name and values.

    python histogram.py         (numpy 2.4)
"""
import numpy as np

i = np.arange(200_000)
x = (i * 7919 % 100_003) / 1000
w = (i % 17) / 8
nan = x.copy()
nan[::7], nan[1::7], nan[2::7] = np.nan, np.inf, -np.inf
edges = [0, 1, 1, 5, 20.5, 99]


def show(name, h):
    print(f"{name}: {' '.join(map(repr, h.tolist()))}")


for bins, lo, hi in (1000, 0, 100), (777, 0.1, 77.7), (3, -1e-300, 1e300), (10, 50, 50.1), (64, -3, 120):
    show(f"uniform {bins}", np.histogram(x, bins, (lo, hi))[0])
    show(f"weights {bins}", np.histogram(x, bins, (lo, hi), weights=w)[0])
    show(f"nan {bins}", np.histogram(nan, bins, (lo, hi))[0])
    show(f"int32 {bins}", np.histogram(x.astype(np.int32), bins, (lo, hi))[0])
show("edges", np.histogram(x, edges)[0])
show("infinite edges", np.histogram(nan, [-np.inf, 3, 7, np.inf])[0])
show("edges weights", np.histogram(x, edges, weights=w)[0])
show("edges float32", np.histogram(x.astype(np.float32), np.array(edges))[0])
show("bincount", np.bincount(i % 251, minlength=300))
show("bincount uint8", np.bincount((i % 251).astype(np.uint8)))
show("bincount weights", np.bincount(i % 251, weights=w))
