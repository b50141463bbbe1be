"""Judges ndgrid's results by NumPy's: reads cases from standard input, answers each with nothing or what is wrong.

    python reference.py         (numpy 2.4; x87 long double)

A message is a length of 4 bytes and as many bytes: a length of 4 bytes, a JSON header of that length, then the bytes of the
inputs and of the result. An answer is a length, a byte (1 where something is wrong), and text.

The rules: movements, integers, bools, comparisons and correctly rounded operations bit by bit (any NaN for a NaN);
transcendental functions within 4 units in the last place of NumPy's in the next wider type, complex ones by their distance;
sums within 4 units of the sum of |x| of math.fsum. Where ndgrid differs from NumPy on purpose the function here says
so and computes what ndgrid documents.
"""
import json
import math
import struct
import sys
import traceback

import numpy as np

np.seterr(all="ignore")

WIDER = {"float32": "float64", "float64": "longdouble", "complex64": "complex128", "complex128": "clongdouble"}
ULPS = 4


class Value:
    """An array, exact, or wider with how far its elements may be off. Where wrong is true there is no value but an error."""

    def __init__(self, x, tol=None, dtype=None, wrong=None):
        self.x, self.tol, self.wrong = x, tol, wrong
        self.dtype = np.dtype(dtype or x.dtype)

    def moved(self, f):
        part = lambda a: None if a is None else f(a)
        return Value(f(self.x), part(self.tol), self.dtype, part(self.wrong))


# ---- movements

def repeat(x, axis, n):
    return np.repeat(x, n, axis)


MOVES = {
    "slice": lambda x, text: x[eval("np.s_[%s]" % (text or "..."), {"np": np})],
    "reshape": lambda x, shape, order: x.reshape(shape, order=order),
    "transpose": lambda x, axes: x.transpose(axes),
    "swapaxes": lambda x, i, j: x.swapaxes(i, j),
    "moveaxis": lambda x, i, j: np.moveaxis(x, i, j),
    "squeeze": lambda x, axes: x.squeeze(tuple(axes)),
    "expand_dims": lambda x, axes: np.expand_dims(x, tuple(axes)),
    "broadcast_to": lambda x, shape: np.broadcast_to(x, shape),
    "repeat": repeat,
    "take": lambda x, axis, index: np.take(x, np.array(index, "i8"), axis),
    "rechunk": lambda x, grid: x,
    "roll": lambda x, axis, n: np.roll(x, n, axis),
    "flip": lambda x, axes: np.flip(x, tuple(axes)),
    "tile": lambda x, axis, n: np.tile(x, [n if k == axis else 1 for k in range(x.ndim)]),
}
JOINS = {"concatenate": np.concatenate, "stack": np.stack}


def join(f, axis, args):
    """Joins values; exact ones beside inexact are exact still."""
    if all(a.tol is None for a in args):
        x, tol, dtype = f([a.x for a in args], axis), None, None
    else:
        wide = np.dtype(WIDER[args[0].dtype.name])
        x = f([a.x.astype(wide) for a in args], axis)
        tol = f([np.zeros(a.x.shape, "longdouble") if a.tol is None else a.tol for a in args], axis)
        dtype = args[0].dtype
    wrong = None
    if any(a.wrong is not None for a in args):
        wrong = f([np.zeros(a.x.shape, bool) if a.wrong is None else a.wrong for a in args], axis)
    return Value(x, tol, dtype, wrong)


def pad(v, depth, mode, fill=None):
    """More elements at the ends; NumPy calls the modes symmetric, wrap and edge."""
    for k, d in enumerate(depth):
        if mode == "constant":
            shape = [d if j == k else n for j, n in enumerate(v.x.shape)]
            more = Value(np.full(shape, np.frombuffer(bytes(fill), v.dtype)[0], v.dtype))
            v = join(np.concatenate, k, [more, v, more])
        elif mode != "none" and d > 0:
            width = [(d, d) if j == k else (0, 0) for j in range(v.x.ndim)]
            v = v.moved(lambda x: np.pad(x, width, {"reflect": "symmetric", "periodic": "wrap", "nearest": "edge"}[mode]))
    return v


def overlap(v, depth, mode, chunks, fill=None):
    """Every chunk with what is around it, turned round; of that the chunk's own part."""
    around, shape = pad(v, depth, mode, fill), v.x.shape
    ends = [np.cumsum([0] + sizes) for sizes in chunks]

    def turned(x):
        out = np.empty(shape, x.dtype)
        for at in np.ndindex(*(len(sizes) for sizes in chunks)):
            chunk, given, own = [], [], []
            for k, i in enumerate(at):
                lo, hi, d = int(ends[k][i]), int(ends[k][i + 1]), depth[k]
                first, last = (max(lo - d, 0), min(hi + d, shape[k])) if mode == "none" else (lo, hi + 2 * d)
                before = lo - first if mode == "none" else d
                chunk.append(slice(lo, hi))
                given.append(slice(first, last))
                own.append(slice(before, before + hi - lo))
            out[tuple(chunk)] = np.flip(x[tuple(given)])[tuple(own)]
        return out
    return around.moved(turned)


PADS = {"pad": pad, "overlap": overlap}


def lined(args, chunks):
    """The chunks of arrays, which broadcast to the first, end to end, each backwards."""
    shape = args[0].x.shape
    ends = [np.cumsum([0] + sizes).astype(int) for sizes in chunks]
    boxes = [tuple(slice(e[i], e[i + 1]) for e, i in zip(ends, at)) for at in np.ndindex(*(len(sizes) for sizes in chunks))]

    def backwards(arrays, _):
        parts = [np.broadcast_to(a, shape)[box].ravel()[::-1] for box in boxes for a in arrays]
        return np.concatenate(parts) if parts else arrays[0].reshape(0)
    return join(backwards, 0, args)


# ---- element-wise operations that are exact

def truth(x):
    return (x.view("i8") if x.dtype.kind in "mM" else x) != 0


def ordered(f, negative_wins):
    """minimum or maximum with -0 below +0; NumPy takes either."""
    def g(x, y):
        r = f(x, y)
        if x.dtype.kind != "f":
            return r
        both = (x == 0) & (y == 0)
        sign = np.signbit(x) | np.signbit(y) if negative_wins else np.signbit(x) & np.signbit(y)
        return np.where(both, np.where(sign, x.dtype.type(-0.0), x.dtype.type(0)), r)
    return g


minimum, maximum = ordered(np.minimum, True), ordered(np.maximum, False)


def numbers_first(f):
    """f where both are numbers, else the other one; NumPy's fmin and fmax have NaN beside a signalling NaN."""
    return lambda x, y: np.where(x != x, y, np.where(y != y, x, f(x, y)))


def times(x, y):
    """Complex products with one rounding per operation: NumPy's own fuses some on some machines."""
    if x.dtype.kind != "c":
        return x * y
    x, y = np.broadcast_arrays(x, y)
    out = np.empty(x.shape, x.dtype)
    out.real = x.real * y.real - x.imag * y.imag
    out.imag = x.real * y.imag + x.imag * y.real
    return out


def integer_power(x, y):
    """Negative exponents give 1/x**-y rounded toward zero; NumPy refuses them."""
    x, y = np.broadcast_arrays(x, y)
    r = np.power(x, np.where(y < 0, 0, y).astype(y.dtype))
    if x.dtype.kind == "i":
        odd = np.where(y & 1 != 0, x, 1).astype(x.dtype)
        r = np.where(y < 0, np.where(x == 1, 1, np.where(x == -1, odd, 0)), r).astype(x.dtype)
    return r


def cast(x, to):
    """Floats that an integer doesn't hold, NaN among them, give its minimum; NumPy leaves that open."""
    to = np.dtype(to)
    if to.kind == "b":
        return truth(x)
    if to.kind in "mM" or x.dtype.kind in "mM":
        return x.view("i8").view(to)
    if to == "float16" and x.dtype.kind in "iu":
        return x.astype("float64").astype(to)
    if x.dtype.kind != "f" or to.kind not in "iu":
        return x.astype(to)
    i, whole = np.iinfo(to), np.trunc(x.astype("longdouble"))
    inside = (whole >= np.longdouble(i.min)) & (whole <= np.longdouble(i.max))
    return np.where(inside, np.where(inside, whole, 0).astype(to), to.type(i.min))


def isclose(x, y, rtol=1e-5, atol=1e-8, equal_nan=False):
    """In double precision, whatever the dtype."""
    up = "complex128" if x.dtype.kind == "c" else "float64"
    return np.isclose(x.astype(up), y.astype(up), rtol, atol, equal_nan)


def by_kind(**functions):
    """The function for the kind of the first argument; "other" for those not named."""
    return lambda x, *rest: functions.get(x.dtype.kind, functions.get("other"))(x, *rest)


same = lambda x: x
EXACT = {
    "add": np.add, "sub": np.subtract, "mul": times, "div": np.divide, "neg": np.negative, "abs": np.abs,
    "square": lambda x: times(x, x), "conj": np.conj, "real": np.real, "imag": np.imag,
    "floor": by_kind(i=same, u=same, other=np.floor), "ceil": by_kind(i=same, u=same, other=np.ceil),
    "trunc": by_kind(i=same, u=same, other=np.trunc), "round": by_kind(i=same, u=same, other=np.rint),
    "floor_divide": np.floor_divide, "remainder": np.remainder,
    "minimum": minimum, "maximum": maximum, "fmin": numbers_first(minimum), "fmax": numbers_first(maximum),
    "clip": lambda x, lo, hi: minimum(maximum(x, lo), hi),
    "bit_and": np.bitwise_and, "bit_or": np.bitwise_or, "bit_xor": np.bitwise_xor, "invert": np.invert,
    "shift_left": np.left_shift, "shift_right": np.right_shift,
    "equal": np.equal, "not_equal": np.not_equal, "less": np.less, "less_equal": np.less_equal, "greater": np.greater,
    "greater_equal": np.greater_equal, "isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite,
    "logical_and": lambda x, y: truth(x) & truth(y), "logical_or": lambda x, y: truth(x) | truth(y),
    "logical_xor": lambda x, y: truth(x) ^ truth(y), "logical_not": lambda x: ~truth(x),
    "where": np.where, "cast": cast, "isclose": isclose,
    "digitize": lambda x, edges, right: np.digitize(x, np.array(edges, "f8"), right),
    "interp": lambda v, x, y: np.interp(v, np.array(x, "f8"), np.array(y, "f8")),
    "isin": lambda x, set: np.isin(x, np.array(set, "f8")), "isin_integer": lambda x, set: np.isin(x, np.array(set, "i8")),
}
EXACT_OF_KIND = {"pow": ("iu", integer_power), "sign": ("iuf", np.sign), "sqrt": ("f", np.sqrt)}


# ---- element-wise operations that are not

def log1p(z):
    """NumPy's own loses the digits of small complex numbers."""
    if z.dtype.kind != "c":
        return np.log1p(z)
    near = np.log1p(z.real * (2 + z.real) + z.imag * z.imag) / 2 + 1j * np.arctan2(z.imag, 1 + z.real)
    return np.where(np.abs(z) < 0.5, near, np.log1p(z))


def expm1(z):
    """NumPy's own has inf*0, NaN, for zero imaginary parts."""
    return np.where(np.isfinite(z) & (z.real > 64), np.exp(z), np.expm1(z)) if z.dtype.kind == "c" else np.expm1(z)


FUNCTIONS = {
    "exp": np.exp, "exp2": np.exp2, "expm1": expm1, "log": np.log, "log2": np.log2, "log10": np.log10, "log1p": log1p,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asin": np.arcsin, "acos": np.arccos,
    "atan": np.arctan, "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh, "cbrt": np.cbrt, "sqrt": np.sqrt, "sign": np.sign,
    "atan2": np.arctan2, "hypot": np.hypot, "pow": np.power, "angle": lambda z: np.arctan2(z.imag, z.real), "modulus": np.abs,
}


def real_type(dtype):
    return np.dtype({"c8": "float32", "c16": "float64"}.get(dtype.str[1:], dtype))


def units(x, dtype, count):
    """count units in the last place of dtype at the size of x."""
    f = real_type(np.dtype(dtype))
    size = np.minimum(np.abs(x).astype("longdouble"), np.longdouble(np.finfo(f).max)).astype(f)
    return np.where(np.isfinite(x), count * np.spacing(size).astype("longdouble"), 0)


def ufunc(op, args, params):
    x = args[0].x
    kinds, f = EXACT_OF_KIND.get(op, ("", None))
    if x.dtype.kind in kinds:
        return Value(np.asarray(f(*(a.x for a in args))))
    if op in EXACT:
        return Value(np.asarray(EXACT[op](*(a.x for a in args), **params)))
    wide = "clongdouble" if op == "exp2" and x.dtype.kind == "c" else WIDER[x.dtype.name]
    w = np.asarray(FUNCTIONS[op](*(a.x.astype(wide) for a in args)))
    dtype = x.dtype if w.dtype.kind == x.dtype.kind else real_type(x.dtype)
    tol = units(w, dtype, ULPS)
    if dtype.kind == "c" and op in ("pow", "exp2"):
        # The angle is a product, and the rounding of that, where it is large, turns the result: NumPy's by 2^-63 of it for exp2.
        # For pow with both the product and the logarithm in it are rounded, as NumPy does it in the same dtype.
        angle = x.imag if op == "exp2" else args[1].x * np.log(x.astype(w.dtype))
        off = np.abs(angle).astype("longdouble") * np.longdouble(2.0) ** (-63 if op == "exp2" else -50)
        tol = np.where(off < 1e-3, tol + off * np.abs(w), np.inf)
    return Value(w, tol, dtype)


# ---- reductions

def rows(x, axes, keepdims):
    """The array with its kept axes first and the reduced ones, in order, as one last axis; and the shape of the result."""
    axes = range(x.ndim) if axes is None else sorted(a % x.ndim for a in axes)
    kept = [k for k in range(x.ndim) if k not in axes]
    shape = [1 if k in axes else x.shape[k] for k in range(x.ndim)] if keepdims else [x.shape[k] for k in kept]
    m = math.prod(x.shape[k] for k in axes)
    return x.transpose(kept + list(axes)).reshape([math.prod(x.shape[k] for k in kept), m]), shape


def integer_total(f, r, dtype):
    exact = [f(int(v) for v in row) for row in r]
    i = np.iinfo(dtype)
    wrong = np.array([not i.min <= v <= i.max for v in exact], bool)
    return np.array([0 if bad else v for v, bad in zip(exact, wrong)], dtype), None, wrong


def fsum(row):
    """math.fsum, with the infinities and NaN that adding gives; anything where partial sums may overflow: the order decides."""
    row = row.astype("float64")
    finite = np.isfinite(row)
    size = np.abs(row[finite].astype("longdouble")).sum()
    if size > np.finfo("float64").max:
        return np.nan, np.inf
    if not finite.all():
        return row[~finite].sum(), 0
    return math.fsum(row), size


def complex_of(re, im):
    """re + im*1j, with infinite parts too."""
    z = np.empty((), "clongdouble")
    z.real, z.imag = re, im
    return z[()]


def total(row, dtype, mean):
    n = len(row) if mean else 1
    with_n = lambda s: np.longdouble(s) / n if n else np.longdouble(np.nan)
    eps = np.finfo(dtype).eps
    parts = [row.real, row.imag] if dtype.kind == "c" else [row]
    sums = [fsum(p) for p in parts]
    tol = sum(ULPS * eps * s[1] for s in sums) / max(n, 1) + np.finfo(dtype).smallest_subnormal
    values = [with_n(s[0]) for s in sums]
    return (values[0] if len(values) == 1 else complex_of(*values)), tol


def product(row, dtype):
    wide = row.astype("clongdouble" if dtype.kind == "c" else "longdouble")
    p = wide.prod()
    if np.maximum(np.abs(wide), 1).prod() > np.finfo("float64").max:  # the order decides what overflows on the way
        return p, np.inf
    return p, (ULPS * (4 if dtype.kind == "c" else 1) + len(row)) * np.finfo(dtype).eps * np.abs(wide).prod()


def variance(row, dtype, ddof, root):
    """Deviations in extended precision. With n <= ddof the result is 0/0 or x/0, which rounding decides."""
    n = len(row)
    wide = row.astype("clongdouble" if dtype.kind == "c" else "longdouble")
    if n - ddof <= 0:
        return np.longdouble(np.nan), np.longdouble(np.inf)
    if not np.isfinite(wide).all():
        return np.longdouble(np.nan), np.longdouble(0)
    d = wide - wide.sum() / n
    v = (d.real ** 2 + d.imag ** 2).sum() / (n - ddof)
    square = (np.abs(wide) ** 2).sum() / (n - ddof)
    if (np.abs(wide).sum() > np.finfo("float64").max) or square * n > np.finfo("float64").max:
        return np.longdouble(np.nan), np.longdouble(np.inf)
    eps, fine = np.finfo(dtype).eps, np.finfo("float64").eps
    # A leaf's mean, some 64 additions, may be off by 32 units; its square is what equal elements seem to vary.
    tol = ULPS * (eps * v + fine * np.sqrt(v * square)) + (32 * fine) ** 2 * square
    tiny = ULPS * n * np.longdouble(2) ** -1074
    if root:
        return np.sqrt(v), min(tol / (2 * np.sqrt(v)) if v else np.inf, np.sqrt(tol)) + np.sqrt(tiny) + ULPS * eps * np.sqrt(v) + np.finfo(dtype).smallest_subnormal
    return v, tol + tiny + np.finfo(dtype).smallest_subnormal


def extreme(f, row):
    """min or max of a row, with the zero that ordered says."""
    r = f(row)
    if row.dtype.kind == "f" and r == 0:
        zeros = np.signbit(row[row == 0])
        r = row.dtype.type(-0.0 if (zeros.any() if f is np.min else zeros.all()) else 0)
    return r


PLACES = {"argmin": np.argmin, "argmax": np.argmax}
COUNTS = {"any": np.any, "all": np.all, "count_nonzero": np.count_nonzero}


def by_groups(op, arg, labels, groups, **params):
    """The reduction of every group along axis 0. Its stretches of equal steps, or more of them, are merged one after the other."""
    places = [np.flatnonzero(np.array(labels, int) == g) for g in range(groups)]
    parts = [reduction(op, Value(arg.x[at]), **params) for at in places]
    for p, at in zip(parts, places):
        if p.tol is not None:
            p.tol = p.tol * (1 + np.count_nonzero(np.diff(at, 2)))
    join = lambda name: None if getattr(parts[0], name) is None else np.concatenate([getattr(p, name) for p in parts])
    return Value(join("x"), join("tol"), parts[0].dtype, join("wrong"))


def reduction(op, arg, axes=None, keepdims=False, ddof=0, labels=None, groups=None):
    x = arg.x
    if groups is not None:
        return by_groups(op, arg, labels, groups, axes=axes, keepdims=keepdims, ddof=ddof)
    r, shape = rows(x, axes, keepdims)
    dtype, tol, wrong = x.dtype, None, None
    out = lambda values, d: np.array(values, d).reshape(shape)
    if op.startswith("nan"):
        op, r = op[3:], [row[~np.isnan(row)] for row in r]
    if op in PLACES:
        return Value(out([PLACES[op](row) for row in r], "int64"))
    if op in COUNTS:
        return Value(out([COUNTS[op](truth(row)) for row in r], "int64" if op == "count_nonzero" else bool))
    if op in ("min", "max"):
        f = np.min if op == "min" else np.max
        return Value(out([extreme(f, row) if len(row) else np.nan for row in r], dtype))
    if dtype.kind in "iu":
        values, tol, wrong = integer_total(sum if op == "sum" else math.prod, r, dtype)
        return Value(values.reshape(shape), None, dtype, wrong.reshape(shape))
    if op in ("sum", "mean"):
        pairs = [total(row, dtype, op == "mean") for row in r]
    elif op == "prod":
        pairs = [product(row, dtype) for row in r]
    else:
        pairs = [variance(row, dtype, ddof, op == "std") for row in r]
        dtype = real_type(dtype)
    wide = "clongdouble" if dtype.kind == "c" else "longdouble"
    return Value(out([p[0] for p in pairs], wide), out([p[1] for p in pairs], "longdouble"), dtype)


REDUCTIONS = {"sum", "prod", "mean", "var", "std", "min", "max", "argmin", "argmax", "any", "all", "count_nonzero",
              "nansum", "nanmean", "nanvar", "nanstd", "nanmin", "nanmax"}


def scan(op, arg, axis):
    """Running totals, one element after the other."""
    x, f = arg.x, np.add if op == "cumsum" else np.multiply
    if x.dtype.kind in "iu":
        exact, i = f.accumulate(x.astype(object), axis), np.iinfo(x.dtype)
        wrong = np.logical_or.accumulate(((exact < i.min) | (exact > i.max)).astype(bool), axis)
        return Value(np.where(wrong, 0, exact).astype(x.dtype), None, x.dtype, wrong)
    if x.dtype.kind == "c" and op == "cumprod":
        r = np.moveaxis(x.copy(), axis, 0)
        for k in range(1, len(r)):
            r[k] = times(r[k - 1], r[k])
        return Value(np.moveaxis(r, 0, axis))
    return Value(f.accumulate(x, axis, dtype=x.dtype))


def diff(arg, axis, n):
    return Value(np.diff(arg.x, n, axis))


def quantile(arg, axis, q, method):
    """Interpolated in float64; which of two zeros comes first in order is open. NumPy has NaN for an element beside an infinity."""
    x, lower, higher = (np.quantile(arg.x.astype("float64"), q, axis=axis, method=m) for m in (method, "lower", "higher"))
    x = np.where(lower == higher, lower, x).astype(arg.dtype).astype("longdouble")
    return Value(x, np.full(x.shape, np.finfo(arg.dtype).smallest_subnormal, "longdouble"), arg.dtype)


def window(arg, axis, length, ddof, **rest):
    """The reduction of every window. Leaves are merged as a tree."""
    r = reduction(rest["reduction"], Value(np.lib.stride_tricks.sliding_window_view(arg.x, length, axis)), axes=[-1], ddof=ddof)
    if r.tol is not None:
        r.tol = r.tol * (1 + (length // 8).bit_length())
    return r


def gradient(arg, axis, x, edge):
    """NumPy's in a wider type; every one of three products may be off by some units."""
    wide, f = arg.x.astype("longdouble"), np.finfo(arg.dtype)
    step = min(np.diff(x)) if len(x) > 1 else x[0]
    size = np.where(np.isfinite(wide), np.abs(wide), 0)
    pads = [(2, 2) if k == axis else (0, 0) for k in range(wide.ndim)]
    near = np.lib.stride_tricks.sliding_window_view(np.pad(size, pads), 5, axis).max(-1) * 4 / step
    tol = np.where(near > f.max, np.inf, 16 * f.eps * near + f.smallest_subnormal)
    return Value(np.gradient(wide, x if len(x) > 1 else x[0], axis=axis, edge_order=edge), tol, arg.dtype)


def cov(arg, axis, ddof):
    """Deviations in extended precision; every one, and every product, may be off by a unit of float64."""
    x = np.moveaxis(arg.x, axis, 1).astype("longdouble")
    n, f, wide = x.shape[1], np.finfo(arg.dtype), np.finfo("float64")
    finite = np.isfinite(x).all(1)
    x = np.where(finite[:, None], x, 0)
    d = x - (x.mean(1, keepdims=True) if n else 0)
    size = np.abs(x) @ np.abs(d).T
    tol = ((8 + n) * wide.eps * (size + size.T) + n * (8 * wide.eps * np.abs(x).max(initial=0)) ** 2) / max(n - ddof, 1)
    v = d @ d.T / max(n - ddof, 1)
    tol = tol + f.eps * np.abs(v) + f.smallest_subnormal
    most = np.abs(x).max(1, initial=0)
    tol = np.where((n <= ddof) | (n * np.outer(most, most) > wide.max), np.inf, tol)
    both = finite[:, None] & finite
    return Value(np.where(both, v, np.nan), np.where(both | (n <= ddof), tol, 0), arg.dtype)


def product_of(a, b):
    """Every product that is added may be off by a unit; the order decides what overflows on the way."""
    x, y = a.x.astype("longdouble"), b.x.astype("longdouble")
    f, size = np.finfo(a.dtype), np.abs(x) @ np.abs(y)
    tol = (ULPS + x.shape[-1]) * (f.eps * size + f.smallest_subnormal.astype("longdouble"))
    return Value(np.asarray(x @ y), np.asarray(np.where(np.isfinite(size) & (size > f.max), np.inf, tol)), a.dtype)


ALONG = {
    "cumsum": lambda arg, **p: scan("cumsum", arg, **p), "cumprod": lambda arg, **p: scan("cumprod", arg, **p),
    "diff": diff, "quantile": quantile, "matmul": product_of, "window": window, "gradient": gradient, "cov": cov,
}


# ---- bins

def bins(op, args, edges=None, n=None):
    """Counts of elements by value, NumPy's; or the sums of weights, which are added one after the other in every chunk."""
    x, wrong = args[0].x.ravel(), None
    if op == "histogram":
        edges = np.array(edges, "float64")
        n, at = len(edges) - 1, np.searchsorted(edges, x.astype("float64"), "right") - 1
        at[x == edges[-1]] = n - 1
        counts = np.histogram(x, edges)[0]
    else:
        outside = (x < 0) | (x >= n)
        wrong = np.full(n, outside.any())
        at = np.where(outside, 0, x).astype("int64")
        counts = np.bincount(at, minlength=n)[:n]
    if len(args) == 1:
        return Value(counts.astype("int64"), None, "int64", wrong)
    rows = [args[1].x.ravel()[at == i] for i in range(n)]
    pairs = [total(row, np.dtype("float64"), False) for row in rows]
    return Value(np.array([p[0] for p in pairs], "longdouble"), np.array([p[1] * (1 + len(row)) for p, row in zip(pairs, rows)], "longdouble"), "float64", wrong)


# ---- selections

CHOICES = {
    "compress": lambda x, mask, axis: np.compress(mask, x, axis),
    "extract": lambda x, mask: x[mask],
    "nonzero": lambda x: np.stack(np.nonzero(truth(x))),
    "unique": lambda x: np.unique(x + x.dtype.type(0)),
    "unique_counts": lambda x: np.unique(x + x.dtype.type(0), return_counts=True)[1],
}


# ---- the judge

def value(call, inputs, values):
    op, args, params = call["op"], [values[k] for k in call["args"]] if call["op"] != "input" else [], call.get("params") or {}
    if op == "input":
        return Value(inputs[call["args"][0]])
    if op in MOVES:
        return args[0].moved(lambda x: MOVES[op](x, **params))
    if op in JOINS:
        return join(JOINS[op], params["axis"], args)
    if op == "lined":
        return lined(args, **params)
    if op in PADS:
        return PADS[op](args[0], **params)
    if op in ("histogram", "bincount"):
        return bins(op, args, **params)
    if op in CHOICES:
        return Value(CHOICES[op](*(a.x for a in args), **params))
    if op in ALONG:
        return ALONG[op](*args, **params)
    if op in REDUCTIONS:
        return reduction(op, args[0], **params)
    return ufunc(op, args, params)


def same_elements(want, got):
    """Where elements agree to the bit, or are NaN both, part by part."""
    if want.dtype.kind == "c":
        return same_elements(want.real, got.real) & same_elements(want.imag, got.imag)
    bits = "u%d" % want.dtype.itemsize
    equal = np.ascontiguousarray(want).view(bits) == np.ascontiguousarray(got).view(bits)
    return equal | (want != want) & (got != got) if want.dtype.kind == "f" else equal


def near_elements(v, got):
    """Where elements are within the tolerance, or beyond the dtype's range both."""
    if v.dtype.kind == "c":
        wide = got.astype(v.x.dtype)
        off = np.abs(wide - v.x)
        # Beside an infinite part the other one counts alone, and beside NaN signs are open, by C99.
        nan, parts = np.isnan(v.x), True
        for x, y in (v.x.real, got.real), (v.x.imag, got.imag):
            x, y = np.where(nan, np.abs(x), x), np.where(nan, np.abs(y), y)
            parts &= near_parts(x, np.where(np.isfinite(v.x) | np.isinf(v.tol), v.tol, units(x, v.dtype, ULPS)), v.dtype, y)
        return (off <= v.tol) | parts
    return near_parts(v.x, v.tol, v.dtype, got)


def near_parts(x, tol, dtype, got):
    wide = got.astype("longdouble")
    edge = np.finfo(real_type(dtype)).max * (1 - 8 * np.finfo(real_type(dtype)).eps.astype("longdouble"))
    infinite = np.isinf(wide) & (np.abs(x) >= edge) & (np.signbit(x) == np.signbit(wide))
    zero_sign = (x != 0) | (wide != 0) | (np.signbit(x) == np.signbit(wide)) | (tol > 0)
    return (np.abs(wide - x) <= tol) & zero_sign | (wide == x) & zero_sign | (x != x) & (wide != wide) | infinite | (tol == np.inf)


def judge(head, blobs):
    inputs = []
    for i in head["inputs"]:
        dtype = np.dtype(i["dtype"])
        n = dtype.itemsize * math.prod(i["shape"])
        inputs.append(np.frombuffer(blobs[:n], dtype).reshape(i["shape"]))
        blobs = blobs[n:]
    values = []
    for call in head["calls"]:
        values.append(value(call, inputs, values))
    v, out = values[-1], head["out"]
    wrong = v.wrong is not None and v.wrong.any()
    if out["error"]:
        failing = any(u.wrong is not None and u.wrong.any() for u in values)
        return "" if failing else "error " + out["error"]
    if wrong:
        return "no error, though a result does not fit"
    dtype = np.dtype(out["dtype"])
    if dtype != v.dtype or list(v.x.shape) != out["shape"]:
        return "result is %s %s, want %s %s" % (dtype, out["shape"], v.dtype, list(v.x.shape))
    got = np.frombuffer(blobs, dtype).reshape(out["shape"])
    good = same_elements(v.x, got) if v.tol is None else near_elements(v, got)
    if good.all():
        return ""
    bad = np.argwhere(~good)
    texts = []
    for at in bad[:3]:
        at = tuple(int(k) for k in at)
        text = "%s is %r, want %r" % (list(at), got[at], v.x[at])
        if v.tol is not None:
            text += " within %.3g, off by %.3g" % (v.tol[at], np.abs(got[at].astype(v.x.dtype) - v.x[at]))
        texts.append(text)
        texts += operands(head, values, at)
    return "%d of %d elements differ: %s" % (len(bad), got.size, "; ".join(texts))


def operands(head, values, at):
    """The operands of an element, where the last call is element-wise."""
    call = head["calls"][-1]
    if call["op"] not in EXACT and call["op"] not in FUNCTIONS:
        return []
    return ["of " + repr(np.broadcast_to(values[k].x, values[-1].x.shape)[at]) for k in call["args"]]


def read(f, n):
    b = f.read(n)
    if len(b) < n:
        sys.exit(0)
    return b


def main():
    f, out = sys.stdin.buffer, sys.stdout.buffer
    while True:
        msg = read(f, struct.unpack("<I", read(f, 4))[0])
        n = struct.unpack("<I", msg[:4])[0]
        try:
            text = judge(json.loads(msg[4:4 + n]), msg[4 + n:])
        except Exception:
            text = traceback.format_exc()
        b = text.encode()
        out.write(struct.pack("<IB", len(b) + 1, 1 if b else 0) + b)
        out.flush()


main()
