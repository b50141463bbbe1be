"""numexpr: virtual machine over blocks, on all threads."""

import numexpr as ne
import numpy as np

from . import FUNCTIONS, THREADS, work
from .numpy_reduce import column_moments

ne.set_num_threads(THREADS)


def evaluate(text, reuse):
    """The ways of an expression of the inputs. A function compiles and checks it before."""

    def ways(**inputs):
        x = next(iter(inputs.values()))
        out = np.empty_like(x) if reuse else None
        return {f"ne.evaluate('{text}'{', out' if reuse else ''})": lambda: ne.evaluate(text, inputs, out=out)}

    return ways


work("numexpr", "ew.reuse/square")(evaluate("x * x", True))
work("numexpr", "ew.reuse/triad")(evaluate("x * y + z", True))
work("numexpr", "ew.fresh/square")(evaluate("x * x", False))
work("numexpr", "ew.fresh/triad")(evaluate("x * y + z", False))
work("numexpr", "fused.hypot/store")(evaluate("sqrt(x * x + y * y)", True))
work("numexpr", "fn.hard/pow")(evaluate("x ** y", True))
work("numexpr", "fn.hard/tanh")(evaluate("tanh(x)", True))
for name in FUNCTIONS:
    work("numexpr", f"fn.f64/{name}", f"fn.f64cache/{name}", f"fn.f32/{name}")(evaluate(f"{name}(x)", True))


@work("numexpr", "fused.hypot/sum")
def _(x, y):
    out, inputs = np.empty_like(x), {"x": x, "y": y}
    return {
        "ne.evaluate('sum(…)')": lambda: ne.evaluate("sum(sqrt(x * x + y * y))", inputs),  # on one thread
        "ne.evaluate(…, out).sum()": lambda: ne.evaluate("sqrt(x * x + y * y)", inputs, out=out).sum(),
    }


@work("numexpr", "red.sum/all")
def _(x):
    return {"ne.evaluate('sum(x)')": lambda: ne.evaluate("sum(x)", {"x": x})}


@work("numexpr", "red.sum/axis0")
def _(x):
    return {"ne.evaluate('sum(x, axis=0)')": lambda: ne.evaluate("sum(x, axis=0)", {"x": x})}


@work("numexpr", "red.sum/axis1")
def _(x):
    return {"ne.evaluate('sum(x, axis=1)')": lambda: ne.evaluate("sum(x, axis=1)", {"x": x})}


@work("numexpr", "red.max/all")
def _(x):
    return {"ne.evaluate('max(x)')": lambda: ne.evaluate("max(x)", {"x": x})}


def zscore(x, out):
    def plain():
        return ne.evaluate("(x - m) / s", {"x": x, "m": x.mean(0), "s": x.std(0)}, out=out)

    def tiled():
        mean, m2 = column_moments(x)
        return ne.evaluate("(x - m) / s", {"x": x, "m": mean, "s": np.sqrt(m2 / len(x))}, out=out)

    return {"NumPy's mean and std": plain, "NumPy's mean and std in tiles": tiled}


@work("numexpr", "expr.zscore/reuse")
def _(x):
    return zscore(x, np.empty_like(x))


@work("numexpr", "expr.zscore/fresh")
def _(x):
    return zscore(x, None)
