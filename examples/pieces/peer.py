"""The same with dask."""
import dask.array as da
import numpy as np

x = da.from_array(np.arange(1000) ** 2, chunks=250)
total = 0
for offset in range(0, 1000, 250):
    part = int(x[offset : offset + 250].sum().compute())
    print(f"x[{offset}:{offset + 250}] {part}")
    total += part
print("by offsets", total)
print("in one call", x.sum().compute())
