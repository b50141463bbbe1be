"""Casts numbers with the package cast-value (0.2.1 on PyPI), and scales them with NumPy:

    python casts.py > casts.json

Every case has elements one by one, so that each shows whether it has a value:
{from, to, rounding, out_of_range, pairs, data, cast, ok}; bytes in base64, little-endian.
"""

import base64
import json
import sys

import numpy as np
from cast_value.impl._numpy import cast_array

ROUNDINGS = ["nearest-even", "nearest-away", "towards-zero", "towards-positive", "towards-negative"]
INTS, FLOATS = ["int8", "uint8", "int16", "uint32", "int64"], ["float16", "float32", "float64"]
cases = []


def b64(v):
    return base64.b64encode(np.ascontiguousarray(v).tobytes()).decode()


def case(v, to, rounding="nearest-even", outside=None, pairs=()):
    out, ok = np.zeros(len(v), to), []
    for i in range(len(v)):
        try:
            out[i] = cast_array(v[i : i + 1], target_dtype=np.dtype(to), rounding_mode=rounding, out_of_range_mode=outside, scalar_map_entries=pairs)[0]
            ok.append(True)
        except (ValueError, FloatingPointError):
            ok.append(False)
    cases.append({
        "from": v.dtype.name, "to": to, "rounding": rounding, "out_of_range": outside or "error", "data": b64(v), "cast": b64(out), "ok": ok,
        "pairs": [[b64(v.dtype.type(a)), b64(np.dtype(to).type(b))] for a, b in pairs],
    })


# Beyond 2^62 cast-value has no wrapped floats, beyond 2^53 it doesn't see what float64 loses.
edges = [0, -0.0, 0.4, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5, 127.5, 128, -128.5, -129, 254.5, 255.5, 256, 300, -1, 32767.5, 40000, 2.0**32, -7e4]
exact = [0, 1, 100, 127, 128, 255, 256, 2049, 2051, 40000, 2**24 + 1, 2**24 + 3, 2**31 - 1, -1, -128, -129, -2049, -2**24 - 1, -2**31]
tiny = [1 / 3, -1 / 3, 1 + 2.0**-11, 1 + 3 * 2.0**-11, 2.0**-24 * 1.5, -(2.0**-24) * 2.5, 2.0**-26, 1e-45, 65000.3, 1e5, 1e39, -1e39]
for name in FLOATS:
    with np.errstate(over="ignore"):
        v = np.array(edges + [np.nan], name)
    v = v[~np.isinf(v)]
    for to in INTS:
        for rounding in ROUNDINGS:
            for outside in [None, "clamp", "wrap"]:
                case(v, to, rounding, outside)
for name in INTS:
    v = np.array([x for x in exact if np.iinfo(name).min <= x <= np.iinfo(name).max], name)
    for to in INTS:
        for outside in [None, "clamp", "wrap"]:
            case(v, to, outside=outside)
    for to in FLOATS:
        for rounding in ROUNDINGS:
            case(v, to, rounding)
for rounding in ROUNDINGS:
    for to in FLOATS:
        case(np.array(tiny + [np.nan, np.inf, -np.inf]), to, rounding)
    case(np.array([1 / 3, -1 / 3, 1e5, 2.0**-26], "float32"), "float16", rounding)
case(np.array([np.nan, 1.5, 7, np.inf]), "uint8", pairs=[(np.nan, 255), (np.inf, 254)])
case(np.array([255, 1, 0], "uint8"), "float32", pairs=[(255, np.nan)])
case(np.array([-1, 5], "int16"), "uint8", pairs=[(-1, 200)])

scaled = []
for name, offset, scale, v in [
    ("float64", 273.15, 0.01, np.linspace(-3, 9, 11)), ("float32", 5, 0.1, np.linspace(-3, 9, 11)), ("float16", 5, 0.1, np.linspace(-3, 9, 11)),
    ("int16", 100, 3, np.arange(-5, 6)), ("uint8", 10, 2, np.arange(10, 21)),
]:
    t = np.dtype(name).type
    v = v.astype(name)
    stored = (v - t(offset)) * t(scale)
    plain = stored / t(scale) + t(offset) if v.dtype.kind == "f" else stored // t(scale) + t(offset)
    scaled.append({"dtype": name, "offset": b64(t(offset)), "scale": b64(t(scale)), "data": b64(v), "stored": b64(stored), "decoded": b64(plain)})
json.dump({"casts": cases, "scaled": scaled}, sys.stdout, separators=(",", ":"))
