"""Writes overlap.txt: what dask's map_overlap makes of (4, 5, 6) numbers in chunks, for TestMapOverlap; a line is name: bytes of int16.

    python -P overlap.py > overlap.txt         (dask 2026.8, numpy 2.4; -P, because of select.py beside it)
"""
import dask.array as da
import numpy as np

x = (np.arange(120) * 37 % 101 - 50).astype(np.int64).reshape(4, 5, 6)
for chunks in (4, 5, 6), ((1, 3), (2, 2, 1), (3, 3)), (2, 3, 2):
    a = da.from_array(x, chunks)
    for depth in (1, 0, 2), (0, 1, 1), (1, 1, 1):
        for boundary in "none", "reflect", "periodic", "nearest", 7:
            try:
                r = da.map_overlap(lambda b: b + b.sum(), a, depth=depth, boundary=boundary, meta=np.array((), np.int64), allow_rechunk=False)
            except ValueError:  # a chunk smaller than the depth
                continue
            name = f"{chunks} {depth} {boundary}".translate(str.maketrans("", "", ","))
            print(f"{name}: {r.compute().astype(np.int16).tobytes().hex()}")
