"""polars: a series over NumPy's memory, in its own engine or the streaming one."""

import polars as pl

from . import work


def expression(e, shaped=False):
    """The ways of an expression of the columns named as the inputs."""

    def ways(**inputs):
        shape = next(iter(inputs.values())).shape
        columns = {name: pl.Series(name, a.ravel()) for name, a in inputs.items()}
        lazy = pl.DataFrame(columns).lazy().select(e)

        def run(engine):
            def f():
                s = lazy.collect(engine=engine).to_series()
                return s.to_numpy().reshape(shape) if shaped else s.item()

            return f

        return {"select": run("in-memory"), "select, streaming": run("streaming")}

    return ways


x, y, z = pl.col("x"), pl.col("y"), pl.col("z")
work("polars", "ew.fresh/square")(expression(x * x, True))
work("polars", "ew.fresh/triad")(expression(x * y + z, True))
work("polars", "fused.hypot/sum")(expression((x * x + y * y).sqrt().sum()))
work("polars", "red.sum/all")(expression(x.sum()))
work("polars", "red.mean/all")(expression(x.mean()))
work("polars", "red.max/all")(expression(x.max()))
work("polars", "red.std/all")(expression(x.std(ddof=0)))
work("polars", "red.var/all")(expression(x.var(ddof=0)))
work("polars", "red.nan/mean")(expression(x.fill_nan(None).mean()))
work("polars", "red.nan/std")(expression(x.fill_nan(None).std(ddof=0)))
work("polars", "red.arg/argmax")(expression(x.arg_max()))
work("polars", "red.arg/count")(expression((x > 3.5).sum()))
work("polars", "red.arg/any")(expression((x > 4).any()))


@work("polars", "csv.trips")
def trips(trips):
    t = pl.scan_csv(trips + "/*.csv", try_parse_dates=True)
    long = t.filter((pl.col("dropoff_datetime") - pl.col("pickup_datetime")).dt.total_seconds() > 1200)
    all_read = pl.all().max().name.suffix("_max")  # or columns that nobody asks for aren't parsed
    lazy = long.select(pl.len(), pl.col("total_amount").sum(), all_read)
    return {"scan_csv, streaming": lambda: [float(v) for v in lazy.collect(engine="streaming").row(0)[:2]]}
