"""Writes print.json, index.json, views.json and ranges.json: what NumPy 2.4 prints,
and what its indexing, its views, arange and linspace give.

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
    for shape in [(3,), (40,), (3, 4), (2, 3, 4), (2, 2, 2, 3), (1, 1), (0,), (3, 0), (1001,), (7, 200), (8, 9, 20), (2, 2, 401), (7, 7, 7, 7)]:
        yield rng.normal(size=shape)
        yield rng.integers(0, 2, size=shape).astype(bool)
        if np.prod(shape) > 100 and shape != (7, 200):
            continue
        yield rng.normal(size=shape).astype("f4") * 1000
        yield 10.0 ** rng.integers(-6, 6, size=shape)
        yield rng.integers(-1000, 1000, size=shape)
        yield rng.integers(0, 255, size=shape).astype("u1")
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


def factors(n):
    """A random shape of n elements."""
    shape = []
    while n > 1 and random.random() < 0.8:
        d = random.choice([d for d in range(1, n + 1) if n % d == 0])
        shape.append(d)
        n //= d
    shape.append(n)
    random.shuffle(shape)
    return shape


def step(a):
    """A random operation that can be done to a: name, arguments, result."""
    n = a.ndim
    op = random.choice(["slice", "reshape", "reshapeF", "transpose", "swapaxes", "moveaxis", "squeeze", "expand", "broadcast", "take", "ravel", "ravelF"])
    if op == "slice":
        args = [random.choice([1, -1, 1, 2, -2]) for _ in range(n)]
        return op, args, a[tuple(slice(None, None, s) for s in args)]
    if op.startswith("reshape"):
        args = factors(a.size)
        if a.size and random.random() < 0.5:
            args[random.randrange(len(args))] = -1
        return op, args, a.reshape(args, order="F" if op[-1] == "F" else "C")
    if op == "transpose":
        args = random.sample(range(n), n)
        return op, args, a.transpose(args)
    if op == "swapaxes" and n:
        args = [random.randrange(-n, n), random.randrange(-n, n)]
        return op, args, a.swapaxes(*args)
    if op == "moveaxis" and n:
        args = [random.randrange(-n, n), random.randrange(-n, n)]
        return op, args, np.moveaxis(a, *args)
    if op == "squeeze":
        args = [k for k in range(n) if a.shape[k] == 1 and random.random() < 0.5]
        return op, args, a.squeeze(tuple(args)) if args else a.squeeze()
    if op == "expand":
        args = random.sample(range(-n - 2, 0), 2) if random.random() < 0.5 else [random.randint(0, n)]
        return op, args, np.expand_dims(a, tuple(args))
    if op == "broadcast" and a.size < 100:
        args = [2] + [3 if s == 1 else s for s in a.shape]
        return op, args, np.broadcast_to(a, args)
    if op == "take" and n and a.size:
        k = random.randrange(n)
        args = [k] + [random.randrange(-a.shape[k], a.shape[k]) for _ in range(random.randint(0, 4))]
        return op, args, a.take(np.array(args[1:], int), axis=k)
    if op == "ravelF":
        return op, [], a.ravel(order="F")
    return "ravel", [], a.ravel()


def chained():
    for _ in range(250):
        a = np.arange(random.choice([0, 1, 6, 8, 12, 24, 30])).reshape(-1)
        n, steps = a.size, []
        for _ in range(random.randint(1, 6)):
            op, args, b = step(a)
            view = b.size > 0 and np.may_share_memory(a, b) and np.shares_memory(a, b)
            steps.append({"op": op, "args": args, "shape": b.shape, "values": b.ravel().tolist(), "shared": bool(view)})
            a = b
        yield {"n": n, "steps": steps}


def ranges():
    for dt in ("i1", "u1", "i8", "u8", "f4", "f8"):
        for args in [(0, 10, 1), (1, 100, 7), (5, 5, 1), (9, 2, 3), (0, 1, 0.1), (100, 3, -9), (0.5, -2, -0.3), (1, 1.3, 0.1)]:
            if dt[0] != "f" and (any(v != int(v) for v in args) or dt[0] == "u" and args[2] < 0):
                continue
            typed = np.array(args, dt) if dt[0] == "f" else args
            yield {"dtype": dtype_name(np.dtype(dt)), "args": args, "values": np.arange(*typed, dtype=dt).astype("f8").tolist()}
    for dt in ("f4", "f8"):
        for args in [(0, 1, 11), (0, 1, 7), (-3, 5, 1), (2, 2, 4), (1, 0, 0), (0, 1e300, 3), (0, 5e-324, 4)]:
            with np.errstate(over="ignore"):
                values = np.linspace(*args, dtype=dt).astype("f8")
            if np.isfinite(values).all():
                yield {"dtype": dtype_name(np.dtype(dt)), "linspace": True, "args": args, "values": values.tolist()}


def write(name, rows):
    with open(name, "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows) + "\n]\n")


write("print.json", [one(a) for a in printed()])
write("index.json", list(indexed()))
write("views.json", list(chained()))
write("ranges.json", list(ranges()))
