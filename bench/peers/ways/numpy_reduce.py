"""NumPy's reductions. Products with ones, which BLAS would do on all threads,
are not taken for sums."""

import numpy as np

from . import bands, work


def moments(x):
    """Mean and sum of squared deviations of all of x, read once: those of bands
    are merged as Chan, Golub and LeVeque do."""
    n, mean, m2 = 0, 0.0, 0.0
    parts = bands(x)
    t = np.empty(parts[0][0].shape)
    for (part,) in parts:
        d = t[: len(part)]
        m = part.mean()
        np.subtract(part, m, out=d)
        k, delta = part.size, m - mean
        m2 += np.vdot(d, d) + delta * delta * n * k / (n + k)
        mean += delta * k / (n + k)
        n += k
    return mean, m2


def column_moments(x, rows=64, columns=1024):
    """moments of every column: tiles that stay in cache, merged downwards."""
    mean, m2 = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    t = np.empty((rows, columns))
    for j in range(0, x.shape[1], columns):
        a, b = mean[j : j + columns], m2[j : j + columns]
        for i in range(0, len(x), rows):
            part = x[i : i + rows, j : j + columns]
            d = t[: part.shape[0], : part.shape[1]]
            m, k = part.mean(0), len(part)
            np.subtract(part, m, out=d)
            np.square(d, out=d)
            m -= a
            b += d.sum(0) + m * m * (i * k / (i + k))
            a += m * (k / (i + k))
    return mean, m2


for name in "sum", "mean", "max":
    for case, axis in ("all", None), ("axis0", 0), ("axis1", 1):

        @work("numpy", f"red.{name}/{case}")
        def _(x, name=name, axis=axis):
            call = "" if axis is None else str(axis)
            return {f"x.{name}({call})": lambda: getattr(x, name)(axis)}


def spread(finish, name):
    """The ways of std or var, which are finish of a sum of squares ÷ number."""

    def all_(x):
        def two_passes():
            mean, total, parts = x.mean(), 0.0, bands(x)
            t = np.empty(parts[0][0].shape)
            for (part,) in parts:
                d = t[: len(part)]
                np.subtract(part, mean, out=d)
                total += np.vdot(d, d)
            return finish(total / x.size)

        return {f"x.{name}()": getattr(x, name), "bands, two passes": two_passes, "bands, one pass": lambda: finish(moments(x)[1] / x.size)}

    def axis0(x):
        def two_passes():
            mean, total, parts = x.mean(0), np.zeros(x.shape[1]), bands(x)
            t = np.empty(parts[0][0].shape)
            for (part,) in parts:
                d = t[: len(part)]
                np.subtract(part, mean, out=d)
                total += np.square(d, out=d).sum(0)
            return finish(total / len(x))

        def one_pass():
            return finish(column_moments(x)[1] / len(x))

        return {f"x.{name}(0)": lambda: getattr(x, name)(0), "bands, two passes": two_passes, "tiles, one pass": one_pass}

    work("numpy", f"red.{name}/all")(all_)
    work("numpy", f"red.{name}/axis0")(axis0)


spread(np.sqrt, "std")
spread(lambda v: v, "var")


def without_nan(x):
    """Of every band, the elements that aren't NaN, the others 0; which are; how many are not."""
    parts = bands(x)
    t = np.empty(parts[0][0].shape)
    nan = np.empty(t.shape, bool)
    for (part,) in parts:
        v, m = t[: len(part)], nan[: len(part)]
        np.isnan(part, out=m)
        np.copyto(v, part)
        np.copyto(v, 0, where=m)
        yield v, m, m.size - np.count_nonzero(m)


@work("numpy", "red.nan/mean")
def _(x):
    def banded():
        n, total = 0, 0.0
        for v, _, k in without_nan(x):
            n, total = n + k, total + v.sum()
        return total / n

    return {"np.nanmean(x)": lambda: np.nanmean(x), "bands": banded}


@work("numpy", "red.nan/std")
def _(x):
    def banded():
        n, mean, m2 = 0, 0.0, 0.0
        for v, nan, k in without_nan(x):
            if k == 0:
                continue
            m = v.sum() / k
            np.subtract(v, m, out=v)
            np.copyto(v, 0, where=nan)
            delta = m - mean
            m2 += np.vdot(v, v) + delta * delta * n * k / (n + k)
            mean += delta * k / (n + k)
            n += k
        return np.sqrt(m2 / n)

    return {"np.nanstd(x)": lambda: np.nanstd(x), "bands, one pass": banded}


@work("numpy", "red.arg/argmax")
def _(x):
    return {"x.argmax()": x.argmax}


def above(x, c):
    """Of every band, which elements are above c."""
    parts = bands(x)
    out = np.empty(parts[0][0].shape, bool)
    for (part,) in parts:
        yield np.greater(part, c, out=out[: len(part)])


@work("numpy", "red.arg/count")
def _(x):
    return {
        "np.count_nonzero(x > 3.5)": lambda: np.count_nonzero(x > 3.5),
        "bands": lambda: sum(np.count_nonzero(b) for b in above(x, 3.5)),
    }


@work("numpy", "red.arg/any")
def _(x):
    return {"(x > 4).any()": lambda: (x > 4).any(), "bands": lambda: any(b.any() for b in above(x, 4))}


def zscore(x, out):
    """In two passes over x: moments, then bands in place."""
    mean, m2 = column_moments(x)
    std = np.sqrt(m2 / len(x))
    for part, o in bands(x, out):
        np.subtract(part, mean, out=o)
        np.divide(o, std, out=o)
    return out


@work("numpy", "expr.zscore/fresh")
def _(x):
    return {"(x - x.mean(0)) / x.std(0)": lambda: (x - x.mean(0)) / x.std(0), "tiles and bands": lambda: zscore(x, np.empty_like(x))}


@work("numpy", "expr.zscore/reuse")
def _(x):
    out = np.empty_like(x)

    def in_place():
        np.subtract(x, x.mean(0), out=out)
        return np.divide(out, x.std(0), out=out)

    return {"in place": in_place, "tiles and bands": lambda: zscore(x, out)}
