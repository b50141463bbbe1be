"""Writes golden.txt: what NumPy makes of the operands in ufunc_test.go.

    python golden.py            (numpy 2.4)

A line is a case's name, a colon, and the result as NumPy prints it.
"""
import os
import warnings

import numpy as np

warnings.simplefilter("ignore")
np.set_printoptions(linewidth=10000)

f = np.array([-2.5, -1, -0.0, 0, 0.5, 1.5, 2, np.inf, np.nan])
g = np.array([2, -3, 1, 2, -0.25, 4, 2, 3, 1])
r = np.array([-2.25, -0.04, -0.0, 1.005, 2.675, 25, 1234.5678, 1e308, np.inf, np.nan])
h = np.array([-1, -0.75, -0.0, 0, 0.25, 0.5, 1])
i = np.array([-128, -7, -1, 0, 1, 7, 127], dtype="i1")
j = np.array([2, 2, 0, 3, 1, 3, 9], dtype="i1")
u = np.array([0, 1, 7, 200, 255], dtype="u1")
v = np.array([0, 1, 1 << 63, (1 << 63) + 1, (1 << 64) - 1], dtype="u8")
edges = [-np.inf, -1, -1, 0, 0.5, 2]
z = np.array([1 + 2j, -3.5 + 0.25j, 0, 0.5 - 1j])
w = np.array([2 - 1j, 1j, 1 + 1j, -2], dtype="c16")
b = np.array([False, False, True, True])
c = np.array([False, True, False, True])
t = np.array([0, 31, "NaT", 59], dtype="M8[D]")
d = np.array([1, -2, 3, "NaT"], dtype="m8[D]")

cases = {
    "add": f + g, "add number": f + 2, "add int": i + j, "add complex": z + w, "add time": d + d,
    "sub": f - g, "sub left": 1 - f, "sub unsigned": u - np.uint8(7), "sub time": d - np.timedelta64(1, "D"),
    "mul": f * g, "mul int": i * j, "mul complex": z * w,
    "div": f / g, "div zero": f / 0, "div complex": z / w,
    "floor_divide": f // g, "floor_divide int": i // j, "remainder": f % g, "remainder int": i % j, "remainder zero": f % 0,
    "pow": f**g, "pow int": i**j, "pow complex": z**w,
    "neg": -f, "neg int": -i, "neg unsigned": -u, "neg time": -d,
    "abs": abs(f), "abs int": abs(i), "abs time": abs(d), "sign": np.sign(f), "sign int": np.sign(i), "sign complex": np.sign(z),
    "square": np.square(f), "square int": np.square(i), "square complex": np.square(z),
    "floor": np.floor(f), "ceil": np.ceil(f), "trunc": np.trunc(f), "round": np.round(f), "round int": np.round(i),
    "round to 1": np.round(r, 1), "round to 2": np.round(r, 2), "round to 0": np.round(r, 0), "round to tens": np.round(r, -1),
    "round to float32": np.round(r.astype("f4"), 3),
    "minimum": np.minimum(f, g), "maximum": np.maximum(f, g), "minimum bool": np.minimum(b, c), "maximum int": np.maximum(i, j),
    "fmin": np.fmin(f, g), "fmax": np.fmax(f, g), "clip": np.clip(f, -1, 1.5), "clip int": np.clip(i, j, np.int8(5)),
    "clip crossed": np.clip(f, 2, 1),
    "equal": f == g, "equal complex": z == z, "equal bool": b == c, "equal time": t == t, "not_equal": f != f,
    "less": f < g, "less bool": b < c, "less time": t < np.datetime64("1970-02-01"), "less_equal": f <= g, "greater": f > g,
    "greater_equal": i >= j,
    "isclose": np.isclose(f, f * (1 + 1e-6)), "isclose tight": np.isclose(f, f * (1 + 1e-6), 1e-9, 0),
    "isclose nan": np.isclose(f, f, equal_nan=True),
    "isnan": np.isnan(f), "isnan time": np.isnat(t), "isinf": np.isinf(f), "isfinite": np.isfinite(f), "isnan int": np.isnan(i),
    "logical_and": np.logical_and(b, c), "logical_or": np.logical_or(i, j), "logical_xor": np.logical_xor(b, c),
    "logical_not": np.logical_not(f),
    "bit_and": i & j, "bit_or": i | j, "bit_xor": i ^ j, "bit_xor bool": b ^ c, "invert": ~u, "invert bool": ~b,
    "shift_left": i << j, "shift_right": i >> j,
    "sqrt": np.sqrt(f), "sqrt complex": np.sqrt(z), "cbrt": np.cbrt(f),
    "exp": np.exp(f), "exp complex": np.exp(z), "exp2": np.exp2(f), "expm1": np.expm1(f),
    "log": np.log(f), "log complex": np.log(w), "log2": np.log2(f), "log10": np.log10(f), "log1p": np.log1p(f),
    "sin": np.sin(f), "cos": np.cos(f), "tan": np.tan(f), "sin complex": np.sin(z), "cos complex": np.cos(z), "tan complex": np.tan(z),
    "sinh": np.sinh(f), "cosh": np.cosh(f), "tanh": np.tanh(f), "asin": np.asin(h), "acos": np.acos(h), "atan": np.atan(f),
    "asinh": np.asinh(f), "acosh": np.acosh(f), "atanh": np.atanh(h), "atan2": np.atan2(f, g), "hypot": np.hypot(f, g),
    "real": z.real, "imag": z.imag, "angle": np.angle(z), "modulus": abs(z), "conj": z.conj(),
    "where": np.where(f > 0, f, g), "where bool": np.where(c, b, True),
    "cast": u.astype("i1"), "cast float": i.astype("f4"), "cast bool": f.astype("?"), "cast from bool": b.astype("i8"),
    "cast complex": i.astype("c8"), "cast time": t.astype("i8"), "cast half": f.astype("f2").astype("f4"),
    "digitize": np.digitize(f, edges), "digitize right": np.digitize(f, edges, right=True), "digitize int": np.digitize(i, [-7, 0.5, 7]),
    "digitize one": np.digitize(f, [0], right=True), "isin": np.isin(f, [2, np.nan, 0, -np.inf, 1.5]), "isin none": np.isin(f, []),
    "isin float32": np.isin(f.astype("f4"), [-2.5, 0.5]), "isin_integer": np.isin(i, [-128, 0, 7, 7, 3]), "isin_integer none": np.isin(i, []),
    "isin_integer unsigned": np.isin(v, np.array([0, (1 << 64) - 1, 1 << 63], "u8")),
    "interp": np.interp(f, [-1, 0, 0, 0.5, 1.75, np.inf], [0.1, 3, -2, np.inf, np.inf, 7]), "interp one": np.interp(h, [0.5], [3]),
    "interp float32": np.interp(f, [-3, 4], [0, 1]).astype("f4"),
    "since": t - np.datetime64("1970-01-02"), "after": t + d, "after one": t + np.timedelta64(7, "D"),
}
with open(os.path.join(os.path.dirname(__file__), "golden.txt"), "w") as out:
    for name, v in cases.items():
        out.write(f"{name}: {v}\n")
