"""Writes precise.gz: correctly rounded values of functions, one line "name bits-of-x bits-of-f(x)" each.

    python precise.py           (mpmath 1.3)
"""
import gzip
import math
import os
import random
import struct

import mpmath as mp

mp.mp.prec = 1400
random.seed(1)


def spread(lo, hi):
    """Numbers of all sizes from 2^lo to 2^hi."""
    return [random.choice([-1, 1]) * math.ldexp(random.uniform(1, 2), random.randint(lo, hi)) for _ in range(150)]


def between(lo, hi):
    return [random.uniform(lo, hi) for _ in range(100)]


angles = spread(-30, 60) + spread(20, 1020) + between(-20, 20) + [k * math.pi / 2 for k in range(-40, 40)] + [1e22, 6381956970095103 * 2.0**797]
near1 = [1 + x for x in spread(-50, -2)] + [abs(x) for x in spread(-1074, 1023)] + between(0.5, 2)
unit = spread(-40, -1) + between(-1, 1) + [math.copysign(1 - abs(x), x) for x in spread(-50, -2)]
sizes = spread(-40, 9) + between(-5, 5)

FUNCTIONS = {
    "sin": (mp.sin, angles), "cos": (mp.cos, angles), "tan": (mp.tan, angles),
    "exp": (mp.exp, sizes), "exp2": (lambda x: mp.power(2, x), sizes), "expm1": (mp.expm1, sizes),
    "sinh": (mp.sinh, sizes), "cosh": (mp.cosh, sizes), "tanh": (mp.tanh, sizes),
    "log": (mp.log, near1), "log2": (lambda x: mp.log(x, 2), near1), "log10": (mp.log10, near1),
    "log1p": (mp.log1p, [x for x in unit + near1 if x > -1]),
    "asin": (mp.asin, unit), "acos": (mp.acos, unit), "atan": (mp.atan, sizes + spread(0, 80)),
    "asinh": (mp.asinh, sizes + spread(9, 900)), "acosh": (mp.acosh, [x for x in near1 if x >= 1]), "atanh": (mp.atanh, unit),
    "cbrt": (mp.cbrt, near1),
}
bits = lambda x: struct.pack(">d", x).hex()
lines = []
for name, (f, xs) in FUNCTIONS.items():
    for x in xs:
        y = f(mp.mpf(x))
        if abs(y) < 1e308:
            lines.append(f"{name} {bits(x)} {bits(float(y))}\n")
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "precise.gz")
with open(path, "wb") as f:
    f.write(gzip.compress("".join(lines).encode(), 9, mtime=0))
print(len(lines), "lines,", os.path.getsize(path), "bytes")
