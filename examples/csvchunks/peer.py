"""The same with pandas."""
import os
import tempfile

import pandas as pd

path = os.path.join(tempfile.gettempdir(), "ndgrid-trips-20000", "trips-2015-01.csv")
kept = []
for t in pd.read_csv(path, chunksize=5000, parse_dates=["pickup_datetime", "dropoff_datetime"]):
    long = t[(t.dropoff_datetime - t.pickup_datetime).dt.total_seconds() > 1200]
    print(f"{len(long)} of {len(t)} trips are long")
    kept.append(long)
t = pd.concat(kept)
for form in ["loop  ", "stream"]:
    print(f"{form}: {len(t)} long trips, {t.total_amount.sum():.2f} paid")
