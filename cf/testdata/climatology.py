"""Prints what xarray makes of the daily temperatures in a Zarr store: means by month, season, week and day of the year, and anomalies.

    python climatology.py STORE         (xarray 2026.9)
"""
import sys

import numpy as np
import xarray as xr

d = xr.open_zarr(sys.argv[1], consolidated=False)
t = d["t"].load()
assert {"time", "lat"} <= set(d.coords), d


def show(name, a):
    a = np.asarray(a, np.float64)
    print(name, list(a.shape), " ".join(map(repr, a.ravel().tolist())), sep="|")


show("month", t.groupby("time.month").mean())
show("day", t.groupby("time.dayofyear").mean())
show("week", t.groupby(d["time"].dt.isocalendar().week).mean())
show("year", t.groupby("time.year").max())
seasons = t.groupby("time.season").std().sel(season=["DJF", "MAM", "JJA", "SON"])
show("season", seasons)
show("anomaly", xr.open_zarr(sys.argv[2], consolidated=False)["anom"])
show("want", t.groupby("time.month") - t.groupby("time.month").mean())
