"""Prints the polynomials and the table of internal/kernel's exponential functions and logarithms: minimax, by
Remez's exchange, rounded to float64.

    python explog.py           (mpmath 1.3)
"""
import mpmath as mp

mp.mp.prec = 240


def remez(f, weight, h, terms):
    """Coefficients of the polynomial of that many terms with the least max |weight*(polynomial - f)| on [-h, h]."""
    points = [-h * mp.cos(mp.pi * (2 * i + 1) / (2 * terms + 2)) for i in range(terms + 1)]
    for _ in range(15):
        rows = [[x**k for k in range(terms)] + [(-1) ** i / weight(x)] for i, x in enumerate(points)]
        c = list(mp.lu_solve(mp.matrix(rows), mp.matrix([f(x) for x in points])))[:terms]
        grid = [-h * mp.cos(mp.pi * (2 * i + 1) / (128 * terms)) for i in range(64 * terms)]
        extrema = []  # the greatest error between any two of its zeros
        for x in grid:
            e = weight(x) * (mp.polyval(c[::-1], x) - f(x))
            if extrema and mp.sign(extrema[-1][1]) == mp.sign(e):
                if abs(e) > abs(extrema[-1][1]):
                    extrema[-1] = (x, e)
            else:
                extrema.append((x, e))
        if len(extrema) != terms + 1:
            break
        points = [x for x, _ in extrema]
    return c


def show(name, f, weight, h, terms, first=0):
    """The coefficients of f, lowest power first, from the one of x^first on: those before are about 0."""
    c = [float(a) for a in remez(f, weight, h, terms)]
    c[:first] = [0.0] * first
    grid = [-h + 2 * h * i / mp.mpf(2001) for i in range(2002)]
    worst = max(abs(weight(x) * (mp.polyval([mp.mpf(a) for a in c[::-1]], x) - f(x))) for x in grid)
    print(f"{name}: error 2^{float(mp.log(worst, 2)):.1f}")
    print("\t" + ", ".join(a.hex() for a in c[first:]))


def series(coefficient):
    """The function with these Taylor coefficients."""
    c = [coefficient(k) for k in range(60)]
    return lambda x: mp.polyval(c[::-1], x)


one = lambda x: mp.mpf(1)
h = mp.log(2) / 32 * (1 + mp.mpf(2) ** -20)
ln2 = mp.log(2)
expm1 = series(lambda k: 1 / mp.factorial(k) if k else 0)
exp2m1 = lambda x: expm1(x * ln2)

small = lambda x: abs(x) + h / 1000  # relative to r

show("e^r-1", expm1, one, h, 7, 1)
show("2^r-1", exp2m1, one, h / ln2, 7, 1)
show("(e^r-1-r)/r^2", series(lambda k: 1 / mp.factorial(k + 2)), small, h, 6)
exp2m1r = series(lambda k: ln2 ** (k + 1) / mp.factorial(k + 1))
show("(2^r-1)/r, float32", exp2m1r, one, mp.mpf(1) / 16, 5)

# Logarithms: numbers from 0x1.74ap-1 on in steps of 2^48 of their bits, which are 1/32 below 1 and 1/16 above. c is
# near 1/m, and 1 next to 1; it has so few bits that r = m*c - 1 is exact but for the last bit of some.
import struct
bits = lambda x: struct.unpack("<q", struct.pack("<d", x))[0]
number = lambda b: struct.unpack("<d", struct.pack("<q", b))[0]
start = bits(float.fromhex("0x1.74ap-1"))
table, most = [], 0
for j in range(16):
    lo, hi = number(start + (j << 48)), number(start + (j + 1 << 48))
    if lo < 1 < hi:
        c = 1.0
    else:
        for unit in [32, 64, 128]:  # exact for |r| < 2^-5, if this is 32 below 1 and 64 above
            if lo > 1 and unit == 32:
                continue
            c = round(2 * unit / (lo + hi)) / unit
            if max(1 - lo * c, hi * c - 1) < 0.0301:
                break
    most = max(most, 1 - lo * c, hi * c - 1)
    table.append(c)
print(f"c, r at most {most}")
print("\t" + ", ".join(repr(c) for c in table))
h = mp.mpf(most)
logr = series(lambda k: mp.mpf((-1) ** (k + 1)) / (k + 2))  # (log(1+r)-r)/r^2
show("(log(1+r)-r)/r^2", logr, small, h, 8)
show("log(1+r)/r, float32", series(lambda k: mp.mpf((-1) ** k) / (k + 1)), one, h, 5)
for name, base in [("e", mp.e), ("2", mp.mpf(2)), ("10", mp.mpf(10))]:
    unit = 1 / mp.log(base)
    print(f"1/log({name}) in two parts: {float(unit).hex()}, {float(unit - mp.mpf(float(unit))).hex()}")
