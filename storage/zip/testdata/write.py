"""Writes stored.zarr.zip and deflated.zarr.zip into a folder: group g with array a."""

import sys
import warnings
import zipfile

import numpy as np
import zarr

warnings.simplefilter("ignore")

for name, compression in ("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED):
    with zarr.storage.ZipStore(f"{sys.argv[1]}/{name}.zarr.zip", mode="w", compression=compression) as store:
        group = zarr.create_group(store).create_group("g")
        a = group.create_array("a", shape=(20, 30), chunks=(7, 8), dtype="int32")
        a[...] = np.arange(600).reshape(20, 30)
        a.attrs["units"] = "?"
        a.attrs["units"] = "K"
