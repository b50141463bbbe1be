"""Writes weeks.txt: the weeks that xarray finds in dates, a line each: units|calendar|value|week, which is "none" where it has none.

    python weeks.py > weeks.txt         (xarray 2026.9, cftime 1.6.6)
"""
import random

import xarray as xr

random.seed(1)
CODER = xr.coders.CFDatetimeCoder(time_unit="us")  # nanoseconds begin in 1678


def show(units, calendar, value):
    d = xr.decode_cf(xr.Dataset({"time": ("time", [value], {"units": units, "calendar": calendar})}), decode_times=CODER)
    try:
        week = int(d["time"].dt.isocalendar().week[0])
    except (AttributeError, TypeError):
        week = "none"
    print(units, calendar, value, week, sep="|")


for calendar in ["standard", "gregorian", "proleptic_gregorian"]:
    for year in range(1997, 2012):  # the days around the turn of each year
        for day in range(-4, 5):
            show(f"days since {year}-01-01", calendar, day)
    for _ in range(60):
        show("hours since 1800-01-01 06:00", calendar, random.randint(0, 400 * 365 * 24))
    show("days since 1582-10-15", calendar, 0)
for _ in range(20):
    show("days since 0001-01-01", "proleptic_gregorian", random.randint(0, 1500 * 365))
for calendar in ["standard", "julian", "noleap", "365_day", "all_leap", "366_day", "360_day"]:
    show("days since 1582-10-04", calendar, 0)
for calendar in ["julian", "noleap", "all_leap", "360_day"]:
    show("days since 2000-01-01", calendar, 40)
