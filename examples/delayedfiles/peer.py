"""The same with dask.delayed and pandas."""
import glob
import os
import tempfile

import dask
import pandas as pd

times = ["pickup_datetime", "dropoff_datetime"]
read = dask.delayed(lambda name: pd.read_csv(name, parse_dates=times))
long = dask.delayed(lambda t: ((t.dropoff_datetime - t.pickup_datetime).dt.total_seconds() > 1200).sum())
tables = [read(name) for name in glob.glob(os.path.join(tempfile.gettempdir(), "ndgrid-trips-20000", "*.csv"))]
fraction = dask.delayed(sum)([long(t) for t in tables]) / dask.delayed(sum)([dask.delayed(len)(t) for t in tables])
f = fraction.compute(scheduler="threads")
print(f"delayed: fraction of long trips {f:.6f}")
print(f"stream:  fraction of long trips {f:.6f}")
