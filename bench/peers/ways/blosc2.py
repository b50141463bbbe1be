"""Python-Blosc2: lazy expressions over NumPy's arrays, and the mean of its own
compressed array with the same values."""

import os

import blosc2
import numpy as np

from . import FUNCTIONS, THREADS, work

blosc2.set_nthreads(THREADS)


def evaluate(text, reuse):
    """The ways of an expression of the inputs."""

    def ways(**inputs):
        if not reuse:
            return {f"lazyexpr('{text}')[:]": lambda: blosc2.lazyexpr(text, inputs)[:], "evaluate(…)": lambda: blosc2.evaluate(text, inputs)}
        out = np.empty_like(next(iter(inputs.values())))
        return {f"evaluate('{text}', out)": lambda: blosc2.evaluate(text, inputs, out=out)}

    return ways


for kind, reuse in ("reuse", True), ("fresh", False):
    work("blosc2", f"ew.{kind}/square")(evaluate("x * x", reuse))
    work("blosc2", f"ew.{kind}/triad")(evaluate("x * y + z", reuse))
work("blosc2", "fused.hypot/store")(evaluate("sqrt(x * x + y * y)", True))
for name in FUNCTIONS:
    work("blosc2", f"fn.f64/{name}", f"fn.f32/{name}")(evaluate(f"{name}(x)", True))


@work("blosc2", "fused.hypot/sum")
def _(x, y):
    return {"lazyexpr(…).sum()": lambda: blosc2.lazyexpr("sqrt(x * x + y * y)", {"x": x, "y": y}).sum()}


@work("blosc2", "zarr.mean.zstd/1MiB", "zarr.mean.zstd/8MiB")
def _(z):
    import zarr

    source = zarr.open_array(z, mode="r")
    path = z.replace("/", "_").strip("_") + ".b2nd"
    path = os.path.join(os.path.dirname(os.path.dirname(z)), path)
    cparams = {"codec": blosc2.Codec.ZSTD, "clevel": 3, "filters": [blosc2.Filter.NOFILTER]}
    blosc2.asarray(source[:], chunks=source.chunks, urlpath=path, mode="w", cparams=cparams)
    a = blosc2.open(path, mode="r")

    def rows():
        step = source.chunks[0]
        return sum(a[i : i + step].sum() for i in range(0, a.shape[0], step)) / np.prod(a.shape)

    return {"its own format, a[:].mean()": lambda: a[:].mean(), "its own format, a.mean()": a.mean, "its own format, a row of chunks at a time": rows}
