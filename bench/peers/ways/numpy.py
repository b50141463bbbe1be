"""NumPy: on one thread, as it is, but for its BLAS. Where whole arrays are slow,
a second way goes through them in bands that stay in cache, and in place."""

import numpy as np

from . import FUNCTIONS, bands, numpy_reduce, work  # noqa: F401, it registers more


def through(parts, f, out):
    """A way that calls f with the views of each band, and returns out."""

    def run():
        for part in parts:
            f(*part)
        return out

    return run


@work("numpy", "ew.reuse/square")
def _(x):
    out = np.empty_like(x)
    return {"np.square(x, out)": lambda: np.square(x, out=out)}


@work("numpy", "ew.fresh/square")
def _(x):
    return {"x * x": lambda: x * x}


def mul_add(x, y, z, out):
    np.multiply(x, y, out=out)
    out += z


@work("numpy", "ew.reuse/triad")
def _(x, y, z):
    out = np.empty_like(x)

    def whole():
        mul_add(x, y, z, out)
        return out

    return {"np.multiply(x, y, out); out += z": whole, "bands": through(bands(x, y, z, out), mul_add, out)}


@work("numpy", "ew.fresh/triad")
def _(x, y, z):
    def banded():
        out = np.empty_like(x)
        return through(bands(x, y, z, out), mul_add, out)()

    return {"x * y + z": lambda: x * y + z, "bands": banded}


def hypot(x, y, t):
    """sqrt(x² + y²) into t, which is as large as a band or larger."""
    t, u = t[0, : len(x)], t[1, : len(x)]
    np.square(x, out=t)
    np.square(y, out=u)
    np.add(t, u, out=t)
    return np.sqrt(t, out=t)


@work("numpy", "fused.hypot/store")
def _(x, y):
    out, parts = np.empty_like(x), bands(x, y)
    t = np.empty((2, *parts[0][0].shape))

    def in_place():
        np.square(x, out=out)
        np.add(out, y * y, out=out)
        return np.sqrt(out, out=out)

    def band(x, y, out):
        np.square(x, out=out)
        u = t[1, : len(x)]
        np.square(y, out=u)
        np.add(out, u, out=out)
        np.sqrt(out, out=out)

    return {"np.sqrt(x * x + y * y)": lambda: np.sqrt(x * x + y * y), "in place": in_place, "bands": through(bands(x, y, out), band, out)}


@work("numpy", "fused.hypot/sum")
def _(x, y):
    parts = bands(x, y)
    t = np.empty((2, *parts[0][0].shape))
    return {
        "np.sqrt(x * x + y * y).sum()": lambda: np.sqrt(x * x + y * y).sum(),
        "bands": lambda: sum(hypot(x, y, t).sum() for x, y in parts),
    }


def function(f):
    def ways(x):
        out = np.empty_like(x)
        return {f"np.{f.__name__}(x, out)": lambda: f(x, out=out)}

    return ways


for name in FUNCTIONS:
    cases = [f"fn.f64/{name}", f"fn.f64cache/{name}", f"fn.f64cache/{name}-core", f"fn.f32/{name}"]
    work("numpy", *cases)(function(getattr(np, name)))
work("numpy", "fn.hard/tanh")(function(np.tanh))


@work("numpy", "fn.hard/pow")
def _(x, y):
    out = np.empty_like(x)
    return {"np.power(x, y, out)": lambda: np.power(x, y, out=out)}


@work("numpy", "copy.transpose")
def _(x):
    out, n = np.empty(x.shape[::-1]), len(x)

    def tiles(size):
        step = min(size, n)
        parts = [(out[j : j + step, i : i + step], x[i : i + step, j : j + step].T) for i in range(0, n, step) for j in range(0, n, step)]
        return through(parts, np.copyto, out)

    def copyto():
        np.copyto(out, x.T)
        return out

    return {"np.copyto(out, x.T)": copyto, "tiles of 64": tiles(64), "tiles of 256": tiles(256)}


@work("numpy", "mm.f64")
def _(a, b):
    return {"a @ b": lambda: a @ b}
