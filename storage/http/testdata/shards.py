"""Writes a Zarr group with array a: 2000 by 2000 numbers in shards of 400 by 400, chunks of 50 by 50."""

import sys

import numpy as np
import zarr

a = zarr.create_group(sys.argv[1]).create_array("a", shape=(2000, 2000), shards=(400, 400), chunks=(50, 50), dtype="int32", compressors=None)
a[...] = np.arange(4_000_000).reshape(2000, 2000)
