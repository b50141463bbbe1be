"""Reads every array in the consolidated metadata of a Zarr store with zarr-python and prints what it sees, as JSON:

    python read.py STORE

path -> {shape, chunks, fill, dims, attrs, data}; data are the bytes of the
elements, C order, little-endian, in base64; fill are those of one element.
"""

import base64
import json
import sys

import numpy as np
import zarr


def b64(a):
    a = np.asarray(a)
    return base64.b64encode(a.astype(a.dtype.newbyteorder("<")).tobytes()).decode()


out = {}
root = zarr.open_consolidated(sys.argv[1])
for path, a in root.members(max_depth=None):
    if isinstance(a, zarr.Array):
        out[path] = {
            "shape": a.shape, "chunks": a.chunks, "dims": a.metadata.dimension_names, "attrs": a.attrs.asdict(),
            "fill": b64(np.asarray(a.fill_value, dtype=a.dtype)), "data": b64(np.asarray(a[...], dtype=a.dtype)),
        }
json.dump({"attrs": root.attrs.asdict(), "arrays": out}, sys.stdout)
