"""pandas: a frame over NumPy's memory; its reductions leave NaN out."""

import glob

import pandas as pd

from . import work


def series(f, name):
    def ways(x):
        s = pd.Series(x.ravel(), copy=False)
        return {name: lambda: f(s)}

    return ways


def frame(f, name):
    def ways(x):
        d = pd.DataFrame(x, copy=False)
        return {name: lambda: f(d)}

    return ways


for name in "sum", "mean":
    work("pandas", f"red.{name}/all")(series(lambda s, name=name: getattr(s, name)(), f"Series.{name}()"))
    work("pandas", f"red.{name}/axis0")(frame(lambda d, name=name: getattr(d, name)(axis=0), f"DataFrame.{name}(axis=0)"))
    work("pandas", f"red.{name}/axis1")(frame(lambda d, name=name: getattr(d, name)(axis=1), f"DataFrame.{name}(axis=1)"))
for name in "std", "var":
    work("pandas", f"red.{name}/all")(series(lambda s, name=name: getattr(s, name)(ddof=0), f"Series.{name}(ddof=0)"))
    work("pandas", f"red.{name}/axis0")(frame(lambda d, name=name: getattr(d, name)(axis=0, ddof=0), f"DataFrame.{name}(axis=0, ddof=0)"))
work("pandas", "red.max/all")(series(lambda s: s.max(), "Series.max()"))
work("pandas", "red.nan/mean")(series(lambda s: s.mean(), "Series.mean()"))
work("pandas", "red.nan/std")(series(lambda s: s.std(ddof=0), "Series.std(ddof=0)"))
work("pandas", "red.arg/argmax")(series(lambda s: s.argmax(), "Series.argmax()"))
work("pandas", "expr.zscore/fresh")(frame(lambda d: (d - d.mean()) / d.std(ddof=0), "(d - d.mean()) / d.std(ddof=0)"))


@work("pandas", "csv.trips")
def trips(trips):
    times = ["pickup_datetime", "dropoff_datetime"]

    def chunks():
        number = paid = 0
        for name in sorted(glob.glob(trips + "/*.csv")):
            for t in pd.read_csv(name, chunksize=50_000, parse_dates=times):
                t = t[(t.dropoff_datetime - t.pickup_datetime).dt.total_seconds() > 1200]
                number, paid = number + len(t), paid + t.total_amount.sum()
        return [float(number), float(paid)]

    return {"read_csv(chunksize=50_000)": chunks}
