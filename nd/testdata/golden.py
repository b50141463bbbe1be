"""Writes print.json and index.json: what NumPy 2.4 prints, and what its indexing gives.

Run it in this folder with a Python that has NumPy: python golden.py
"""
import base64
import json
import random

import numpy as np

assert np.__version__.startswith("2.4")
rng = np.random.default_rng(1)
random.seed(1)


def dtype_name(dt):
    if dt.kind in "SUV":
        return {"S": "bytes", "U": "str", "V": "raw"}[dt.kind] + str(dt.itemsize)
    return str(dt)


def printed():
    nan, inf = np.nan, np.inf
    reals = [
        [1.0, 2.5, -3.25], [1, 2, 3], [0.1, 1e-5], [1e10, 1], [1e8, 1], [99999999.5, 1e5], [nan, 1.0, inf], [-inf, 1.5],
        [nan, nan], [inf], [-inf, nan], [0, -0.0], [1e-4, 0.05], [1e-4, 0.5], [1e300, 1e-300], [1e-300, nan], [1 / 3, 2 / 3, 1e2 / 3],
        [123456.789, 0.001], [5e-324, 1], [1.7976931348623157e308], [1e16, nan, -inf], [9.9999999999, 1], [0.999999999999, -1],
        [1e5, 1e6, 999999.0], [1e3, 999.0], [1e-3, 1.0005], [-1.5e-9, 2e-9, -inf], [np.pi * 10.0 ** i for i in range(-3, 1)],
    ]
    for r in reals:
        with np.errstate(over="ignore"):
            for dt in ("f2", "f4", "f8"):
                yield np.array(r, dt)
            z = np.array(r, "c16")
            z.imag = np.array(r[::-1])
            yield z
            yield z.astype("c8")
    for v in [0, 1, -1.5, 0.1, 1e-4, 1e-5, 999, 1000, 999999, 1e6, 1e15, 1e16, 1.17e-38, 123456789.123, nan, inf, -inf, -0.0]:
        with np.errstate(over="ignore"):
            for dt in ("f2", "f4", "f8", "c8", "c16"):
                yield np.array(v, dt)
    for v in [1 + 2j, 2j, complex(-0.0, 2), complex(nan, inf), complex(1, -inf), complex(-0.0, nan), 1e16 + 1e-5j, 1e6 + 3j]:
        yield np.array(v, "c16")
        yield np.array(v, "c8")
    for shape in [(3,), (40,), (3, 4), (2, 3, 4), (2, 2, 2, 3), (1, 1), (0,), (3, 0), (1001,), (40, 40), (8, 9, 20), (2, 3, 400), (7, 7, 7, 7)]:
        yield rng.normal(size=shape)
        yield rng.normal(size=shape).astype("f4") * 1000
        yield 10.0 ** rng.integers(-6, 6, size=shape)
        yield rng.integers(-1000, 1000, size=shape)
        yield rng.integers(0, 255, size=shape).astype("u1")
        yield rng.integers(0, 2, size=shape).astype(bool)
        yield rng.normal(size=shape) + 1j * rng.normal(size=shape)
        yield rng.integers(-10000, 10000, size=shape).astype("M8[D]")
    for dt in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
        i = np.iinfo(dt)
        yield np.array([i.min, 0, i.max], dt)
        yield np.array(i.max, dt)
    yield np.array(True)
    for unit in ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "10us", "3M", "25s"]:
        for vals in [[0, 1, -1], [123456789, -123456789], [5, -(2 ** 63)], [-(2 ** 63)], [719162, -719529, -1000000, 10 ** 7]]:
            yield np.array(vals, f"M8[{unit}]")
            yield np.array(vals, f"m8[{unit}]")
        for v in [7, -7, -(2 ** 63)]:
            yield np.array(v, f"M8[{unit}]")
            yield np.array(v, f"m8[{unit}]")
    yield np.array([b"ab", b"c'", b"\x01\xff\n", b'"\''])
    yield np.array(["ab", "\u00e9\n\u200b'\"\\", "\u65e5\u672c", ""])
    yield np.array([b"\x01\x02", b"a'"], "V2")
    yield np.array(["a" * 60, "b" * 60])
    yield np.array("ab")


def one(a):
    a = np.asarray(a)
    return {
        "dtype": dtype_name(a.dtype), "shape": a.shape,
        "data": base64.b64encode(a.astype(a.dtype.newbyteorder("<")).tobytes()).decode(), "text": str(a),
    }


def bound():
    return random.choice(["", "", str(random.randint(-7, 7)), str(random.choice([-100, 100, 2 ** 62, -(2 ** 62)]))])


def item():
    k = random.random()
    if k < 0.25:
        return str(random.randint(-4, 4))
    if k < 0.35:
        return "..."
    if k < 0.45:
        return "None"
    s = bound() + ":" + bound()
    if random.random() < 0.6:
        s += ":" + random.choice(["", "1", "-1", "2", "-2", "3", "-3", "9", "-9", "9223372036854775807", "-9223372036854775808", "0"])
    return s


def indexed():
    for _ in range(1500):
        shape = [random.choice([0, 1, 2, 3, 4, 5]) for _ in range(random.randint(0, 4))]
        text = ", ".join(item() for _ in range(random.randint(1, 4)))
        a = np.arange(int(np.prod(shape))).reshape(shape)
        try:
            r = eval("a[" + text + ",]", {"a": a})
        except (IndexError, ValueError):
            yield {"shape": shape, "text": text, "error": True}
            continue
        yield {"shape": shape, "text": text, "want": r.shape, "values": r.ravel().tolist()}


def write(name, rows):
    with open(name, "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows) + "\n]\n")


write("print.json", [one(a) for a in printed()])
write("index.json", list(indexed()))
