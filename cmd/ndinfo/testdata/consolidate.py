"""Writes stores with consolidated metadata, or makes those stale.

usage: consolidate.py 2|3 STORE
       consolidate.py change STORE...
"""

import sys
import warnings

import numpy as np
import zarr

warnings.simplefilter("ignore")

if sys.argv[1] == "change":
    for store in sys.argv[2:]:
        zarr.open_group(store, use_consolidated=False)["group/b"].attrs["units"] = "km"
else:
    root = zarr.create_group(sys.argv[2], zarr_format=int(sys.argv[1]))
    root.attrs["title"] = "theirs"
    a = root.create_array("a", shape=(4, 5), chunks=(2, 3), dtype="f4")
    a[:2] = 1.5
    a[2:, :3] = np.arange(6).reshape(2, 3) + 1
    b = root.create_array("group/b", shape=(10,), chunks=(4,), dtype="i8", attributes={"units": "m"})
    b[...] = np.arange(10) + 1
    root["group"].create_array("none", shape=(), dtype="i4")[...] = 7
    zarr.consolidate_metadata(sys.argv[2])
