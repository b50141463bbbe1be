"""Writes golden.gz: what NumPy computes, for every operation and dtype.

    python golden.py            (numpy 2.4)

The file is a gzip of records. A record is a line of JSON
{"op", "reduce", "params", "args": [dtypes], "out": dtype, "lens": [bytes of each argument, of the result]}
followed by these bytes. Two arguments of an element-wise operation go through all pairs of edge values.
"""
import gzip
import json
import os
import warnings

import numpy as np

warnings.simplefilter("ignore")
rng = np.random.default_rng(1)
records = []


def record(op, args, out, reduce=False, **params):
    parts = [np.ascontiguousarray(a) for a in args] + [np.ascontiguousarray(out)]
    name = lambda a: a.dtype.name if a.dtype.kind not in "mM" else str(a.dtype).replace("<", "")
    head = {"op": op, "reduce": reduce, "params": params, "args": [name(a) for a in parts[:-1]], "out": name(parts[-1]),
            "lens": [a.nbytes for a in parts]}
    records.append(json.dumps(head).encode() + b"\n" + b"".join(a.tobytes() for a in parts))


INTS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float32", "float64"]
COMPLEX = ["complex64", "complex128"]
TIMES = ["datetime64[D]", "timedelta64[D]"]


def edges(dtype):
    """Values at the edges of a dtype, and a few between."""
    d = np.dtype(dtype)
    if d.kind == "b":
        return np.array([False, True, True, False])
    if d.kind in "iu":
        i = np.iinfo(d)
        v = [i.min, i.min + 1, i.max - 1, i.max, 0, 1, 2, 3, 5, 7, 8, 31, 63, 64, 100, i.max // 3]
        v += [-1, -2, -3, -5, -7, -64, -100] if d.kind == "i" else []
        return np.array(v, dtype=d)
    if d.kind == "f":
        f = np.finfo(d)
        v = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2, 2.5, -2.5, 3, -3, 7.25, -10, 0.1, 1.0001, 0.9999, 1e-5,
             np.pi, 100, 1000, -745, 1e10, f.max, -f.max, f.tiny, f.smallest_subnormal, -f.smallest_subnormal, f.eps, 1e-30, 1e30]
        return np.array(v, dtype=d)
    if d.kind == "c":
        p = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1, -1, 0.5, -2.5, 1e-8, 30.0]
        return np.array([complex(a, b) for a in p for b in p] + [3 + 4j, -3.5 + 0.25j, 1 + 1e-9j, 1e30 + 1e30j, 1e-30 - 1e-30j], dtype=d)
    return np.array([0, 1, -1, 2, 1000, -1000, np.iinfo("i8").max // 4, "NaT"], dtype=d)


def grid(dtype):
    """All pairs of edge values."""
    e = edges(dtype)
    if np.dtype(dtype).kind == "c":
        e = e[:: 4]
    return np.repeat(e, len(e)), np.tile(e, len(e))


def wide(f):
    """f computed in double precision and rounded."""
    def g(*args):
        up = {"float32": "float64", "complex64": "complex128"}
        name = args[0].dtype.name
        return f(*(a.astype(up.get(name, name)) for a in args)).astype(name)
    return g


def times(x, y):
    """The product with one rounding per operation: NumPy's own uses fused operations on some machines."""
    out = np.empty_like(x)
    out.real = x.real * y.real - x.imag * y.imag
    out.imag = x.real * y.imag + x.imag * y.real
    return out


def log1p(z):
    """NumPy's own loses all digits of small numbers."""
    exact = np.log1p(z.real * (2 + z.real) + z.imag * z.imag) / 2 + 1j * np.arctan2(z.imag, 1 + z.real)
    return np.where(np.abs(z) < 0.5, exact, np.log1p(z))


def either(f, g):
    """f for complex numbers, g for others."""
    return lambda *args: (f if args[0].dtype.kind == "c" else g)(*args)


UNARY = {
    "neg": (np.negative, INTS + FLOATS + COMPLEX + TIMES[1:]), "abs": (np.abs, INTS + FLOATS + TIMES[1:]),
    "sign": (np.sign, INTS + FLOATS + COMPLEX), "square": (either(lambda x: times(x, x), np.square), INTS + FLOATS + COMPLEX),
    "sqrt": (np.sqrt, FLOATS), "conj": (np.conj, COMPLEX),
    "floor": (np.floor, INTS + FLOATS), "ceil": (np.ceil, INTS + FLOATS), "trunc": (np.trunc, INTS + FLOATS), "round": (np.rint, FLOATS),
    "invert": (np.invert, ["bool"] + INTS), "logical_not": (np.logical_not, ["bool", "float16"] + INTS + FLOATS + COMPLEX),
    "isnan": (np.isnan, INTS + FLOATS + COMPLEX + TIMES), "isinf": (np.isinf, INTS + FLOATS + COMPLEX + TIMES),
    "isfinite": (np.isfinite, INTS + FLOATS + COMPLEX + TIMES),
    "real": (np.real, COMPLEX), "imag": (np.imag, COMPLEX),
    "angle": (np.angle, COMPLEX[1:]), "modulus": (np.abs, COMPLEX[1:]),
}
for op, f in {"exp": np.exp, "exp2": np.exp2, "expm1": np.expm1, "log": np.log, "log2": np.log2, "log10": np.log10, "log1p": np.log1p,
              "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asin": np.arcsin,
              "acos": np.arccos, "atan": np.arctan, "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh, "cbrt": np.cbrt}.items():
    UNARY[op] = (wide(f), FLOATS)
for op, (f, dtypes) in UNARY.items():
    for d in dtypes:
        x = edges(d)
        if d in FLOATS:
            x = np.concatenate([x, (rng.standard_normal(40) * 10).astype(d), rng.uniform(-1, 1, 20).astype(d), rng.uniform(1, 30, 20).astype(d)])
        record(op, [x], f(x))
for op, f in {"sqrt": np.sqrt, "exp": np.exp, "exp2": np.exp2, "expm1": np.expm1, "log": np.log, "log2": np.log2, "log10": np.log10, "log1p": log1p, "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh,
              "tanh": np.tanh, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan}.items():
    for d in COMPLEX:
        x = np.concatenate([edges(d), (rng.standard_normal(30) * 3 + 1j * rng.standard_normal(30) * 3).astype(d)])
        record(op, [x], wide(f)(x))

ARITH = INTS + FLOATS + COMPLEX
BINARY = {
    "add": (np.add, ARITH), "sub": (np.subtract, ARITH), "mul": (either(times, np.multiply), ARITH), "div": (np.divide, FLOATS + COMPLEX),
    "floor_divide": (np.floor_divide, INTS + FLOATS), "remainder": (np.remainder, INTS + FLOATS),
    "minimum": (np.minimum, ["bool"] + INTS + FLOATS), "maximum": (np.maximum, ["bool"] + INTS + FLOATS),
    "fmin": (np.fmin, FLOATS), "fmax": (np.fmax, FLOATS),
    "atan2": (wide(np.arctan2), FLOATS), "hypot": (wide(np.hypot), FLOATS), "pow": (wide(np.power), FLOATS + COMPLEX[1:]),
    "bit_and": (np.bitwise_and, ["bool"] + INTS), "bit_or": (np.bitwise_or, ["bool"] + INTS), "bit_xor": (np.bitwise_xor, ["bool"] + INTS),
    "shift_left": (np.left_shift, INTS), "shift_right": (np.right_shift, INTS),
}
for op in ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]:
    BINARY[op] = (getattr(np, op), ["bool"] + INTS + FLOATS + TIMES + (COMPLEX if "equal" in op[-5:] and op[0] in "en" else []))
for op in ["logical_and", "logical_or", "logical_xor"]:
    BINARY[op] = (getattr(np, op), ["bool"] + INTS + FLOATS + COMPLEX)
for op, (f, dtypes) in BINARY.items():
    for d in dtypes:
        x, y = grid(d)
        if op == "pow" and d in COMPLEX:
            ok = np.isfinite(x) & np.isfinite(y)
            x, y = x[ok], y[ok]
        record(op, [x, y], f(x, y))
for d in INTS:
    x, y = grid(d)
    x, y = x[y >= 0], y[y >= 0]
    record("pow", [x, y], np.power(x, y))
z = (rng.standard_normal(40) * 3 + 1j * rng.standard_normal(40)).round(2)
for n in [-99, -3, -2, -1, 0, 1, 2, 3, 7, 99, 100, 2.5]:
    record("pow", [z, np.full(40, n + 0j)], np.power(z, n + 0j))
record("pow", [np.zeros(6, "c16"), np.array([0, 1, 2.5, 1 + 1j, -1, 1j])], np.power(np.zeros(6, "c16"), np.array([0, 1, 2.5, 1 + 1j, -1, 1j])))
for d in FLOATS + COMPLEX:
    x, y = grid(d)
    for nan in [False, True]:
        record("isclose", [x, y], np.isclose(x, y, equal_nan=nan), equal_nan=nan)
    record("isclose", [x, y], np.isclose(x, y, rtol=0.1, atol=0.5), rtol=0.1, atol=0.5)
t, dt = grid(TIMES[0]), grid(TIMES[1])
record("sub", t, np.subtract(*t))
record("add", [t[0], dt[1]], np.add(t[0], dt[1]))
record("sub", [t[0], dt[1]], np.subtract(t[0], dt[1]))
record("add", [dt[0], t[1]], np.add(dt[0], t[1]))
record("add", dt, np.add(*dt))
record("sub", dt, np.subtract(*dt))
for d in INTS + FLOATS:
    x, y = grid(d)
    record("clip", [x, y, y[::-1].copy()], np.clip(x, y, y[::-1]))
for d in ["bool", "float16"] + INTS + FLOATS + COMPLEX + TIMES:
    x, y = grid(d)
    c = np.arange(len(x)) % 3 == 1
    record("where", [c, x, y], np.where(c, x, y))

ALL = ["bool"] + INTS + ["float16"] + FLOATS + COMPLEX
for d in ALL:
    x = edges(d)
    for to in ALL:
        k, t = np.dtype(d).kind, np.dtype(to)
        if k == "c" and t.kind in "iuf":
            continue
        if k == "f" and t.kind in "iu":  # what is out of range is another matter
            i = np.iinfo(t)
            wide_x = x.astype("float64")
            x_in = x[(wide_x > float(i.min) - 1) & (wide_x < float(i.max)) & np.isfinite(x)]
            record("cast", [x_in], x_in.astype(to), to=to)
            continue
        record("cast", [x], x.astype(to), to=to)

for d in FLOATS + COMPLEX:
    for n in [1, 2, 15, 16, 17, 100, 1000]:
        x = rng.standard_normal(n) * 3 + 5
        x = (x + 1j * rng.standard_normal(n) if d in COMPLEX else x).astype(d)
        up = x.astype("complex128" if d in COMPLEX else "float64")
        out = np.dtype(d)
        real = np.dtype("float32" if d in ["float32", "complex64"] else "float64")
        record("sum", [x], up.sum().astype(out), True)
        record("mean", [x], up.mean().astype(out), True)
        record("prod", [x[:20]], up[:20].prod().astype(out), True)
        for ddof in [0, 1, 0.5, 2]:
            record("var", [x], up.var(ddof=ddof).astype(real), True, ddof=ddof)
            record("std", [x], up.std(ddof=ddof).astype(real), True, ddof=ddof)
        if d in FLOATS:
            x[rng.random(n) < 0.2] = np.nan
            up = x.astype("float64")
            for op in ["nansum", "nanmean", "nanvar", "nanstd", "nanmin", "nanmax"]:
                record(op, [x], getattr(np, op)(up).astype(out), True)
for d in ["bool"] + INTS + FLOATS:
    for n in [1, 5, 64, 333]:
        x = rng.choice(edges(d), n)
        cases = [x, x[~np.isnan(x)]] if d in FLOATS else [x]
        for x in cases:
            for op in ["min", "max", "argmin", "argmax"]:
                if len(x):
                    record(op, [x], np.asarray(getattr(np, op)(x)), True)
for d in ALL + TIMES[1:]:
    for x in [edges(d), edges(d)[:1], np.zeros(9, d), np.ones(9, d)]:
        record("any", [x], np.asarray(np.any(x != np.zeros(1, d))), True)
        record("all", [x], np.asarray(np.all(x != np.zeros(1, d))), True)
        record("count_nonzero", [x], np.asarray(np.count_nonzero(x)), True)

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.gz")
with open(path, "wb") as f:
    f.write(gzip.compress(b"".join(records), 9, mtime=0))
print(len(records), "records,", os.path.getsize(path), "bytes")
