"""Writes dates.txt: what cftime makes of units, calendars and values, a line each: units|calendar|value|date|day of the year.

    python dates.py > dates.txt         (cftime 1.6.6)
"""
import random
import warnings

import cftime

warnings.simplefilter("ignore")
random.seed(1)
CALENDARS = ["standard", "gregorian", "proleptic_gregorian", "julian", "noleap", "365_day", "all_leap", "366_day", "360_day"]
UNITS = [
    "days since 1800-01-01 00:00:00", "days since 1-1-1", "hours since 1900-01-01 00:00:0.0", "minutes since 1979-01-01T00:00:00Z",
    "seconds since 1970-01-01 00:00:00 UTC", "days since 2000-02-28 12:30:15.25", "msec since 1999-12-31 23:59:59", "Days Since 1582-10-04 6:00",
    "microseconds since 2000-01-01 00:00:00 +01:00", "days since 0001-01-01 00:00", "d since -4712-01-01 12:00:00", "hours since 1600-2-29",
]
VALUES = [0, 1, -1, 0.5, 59, 60, 365, 366, 577737, -0.25, 1e5, 1234567.125, -700000, 36524, 146097, 36525, 1461]


def show(units, calendar, value):
    try:
        d = cftime.num2date(value, units, calendar)
    except ValueError as e:
        assert "leap day" in str(e) or "not present" in str(e) or "only 30 days" in str(e), (units, calendar, value, e)
        return
    text = f"{d.year:04d}-{d.month:02d}-{d.day:02d} {d.hour:02d}:{d.minute:02d}:{d.second:02d}"
    if d.microsecond:
        text += f".{d.microsecond:06d}"
    print(f"{units}|{calendar}|{value!r}|{text}|{d.dayofyr}")


for calendar in CALENDARS:
    for units in UNITS:
        for value in random.sample(VALUES, 5):
            show(units, calendar, value)
    for _ in range(20):
        show("days since 1850-01-01", calendar, random.randint(-900000, 900000))
show("months since 2000-01-01", "360_day", 13)
show("common_years since 2000-01-01", "noleap", 3)
