"""The same with pandas."""
import glob
import os
import tempfile

import pandas as pd

times = ["pickup_datetime", "dropoff_datetime"]
files = sorted(glob.glob(os.path.join(tempfile.gettempdir(), "ndgrid-trips-20000", "*.csv")))
chunks = (t for name in files for t in pd.read_csv(name, chunksize=10_000, parse_dates=times))
trips = long = 0
sums = pd.Series(0.0, index=["trip_distance", "fare_amount", "total_amount"])
for t in chunks:
    l = ((t.dropoff_datetime - t.pickup_datetime).dt.total_seconds() > 1200).sum()
    if not trips:
        print(f"first chunk: {len(t)} trips, {l} long; files opened: 1")
    trips, long, sums = trips + len(t), long + l, sums + t[sums.index].sum()
print(f"{trips} trips in {len(files)} files, {long} long")
print(f"fraction of long trips: {long / trips:.6f}")
for name, v in sums.items():
    print(f"{name:13} {v:.2f}")
