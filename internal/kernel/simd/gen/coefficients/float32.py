"""Prints the constants of the functions of float32 that are computed in float32: polynomials of the least greatest
error, by Lawson's reweighted least squares. Their coefficients are rounded one after the other, the lowest power
first, those that follow fitted anew each time.

    python float32.py           (mpmath 1.3, NumPy 2)
"""
import mpmath as mp
import numpy as np

mp.mp.prec = 160


def fit(x, y, weight, powers):
    """The coefficients of these powers for which max |weight*(polynomial - y)| is least at x."""
    scale = np.abs(x).max()
    rows = np.stack([(x / scale) ** p for p in powers], axis=1) * weight[:, None]
    share = np.full(len(x), 1 / len(x))
    best, least = None, np.inf
    for _ in range(300):
        root = np.sqrt(share)
        c = np.linalg.lstsq(rows * root[:, None], y * weight * root, rcond=None)[0]
        error = np.abs(rows @ c - y * weight)
        if error.max() < least:
            best, least = c, error.max()
        share *= error
        share /= share.sum()
    return [a / scale**p for a, p in zip(best, powers)]


def show(name, f, weight, lo, hi, terms, fixed=()):
    """The polynomial that begins with the fixed coefficients, and the greatest of |weight * error|."""
    x = (lo + hi) / 2 - (hi - lo) / 2 * np.cos(np.pi * (np.arange(600) + 0.5) / 600)
    exact = np.array([float(f(mp.mpf(v))) for v in x])
    w = np.array([float(weight(mp.mpf(v))) for v in x])
    value = lambda c: sum(a * x**k for k, a in enumerate(c))
    c = list(fixed)
    while len(c) < terms:
        c.append(float(np.float32(fit(x, exact - value(c), w, range(len(c), terms))[0])))
    print(f"{name}: error 2^{np.log2(np.abs(w * (value(c) - exact)).max()):.1f}")
    print("\t" + ", ".join(text(a) for a in c) + ",")


def text(x):
    """A float32 as Go has it."""
    digits, exponent = float(x).hex().split("p")
    return digits.rstrip("0").rstrip(".") + "p" + exponent


def split(name, x, *bits):
    """x in parts of so many bits."""
    parts = []
    for b in bits:
        unit = mp.mpf(2) ** (mp.floor(mp.log(abs(x), 2)) + 1 - b) if x else mp.mpf(1)
        parts.append(mp.nint(x / unit) * unit)
        x -= parts[-1]
    print(f"{name}: " + ", ".join(text(p) for p in parts))


def series(coefficient):
    """The function with these Taylor coefficients, for where closed forms cancel or divide by zero."""
    c = [coefficient(k) for k in range(160)]
    return lambda x: mp.polyval(c[::-1], x)


ln2 = mp.log(2)
half = float(ln2 / 2 * 1.001)
# b^r = 1 + r p(r)
show("(e^r-1)/r", series(lambda k: 1 / mp.factorial(k + 1)), lambda r: abs(r) / mp.exp(r), -half, half, 6, [1.0])
show("(2^r-1)/r", series(lambda k: ln2 ** (k + 1) / mp.factorial(k + 1)), lambda r: abs(r) / 2**r, -0.5005, 0.5005, 6)
split("log2 e", 1 / ln2, 24)
split("ln 2", ln2, 24, 24)

# log(1+f) = f + f^2 p(f), for f of mantissas from sqrt(1/2) to sqrt(2)
log = series(lambda k: mp.mpf((-1) ** (k + 1)) / (k + 2))
for name, unit in [("e", mp.mpf(1)), ("2", 1 / ln2), ("10", 1 / mp.log(10))]:
    show(f"(log(1+f)-f)/f^2 to base {name}", lambda f: unit * log(f), lambda f: abs(f) / unit, 0.5**0.5 - 1, 2**0.5 - 1, 9)
    split(f"log 2 to base {name}", unit * ln2, 16, 24)
    split(f"log e to base {name}", unit, 24, 24)

# sin r = r + r z p(z) and cos r = 1 - z/2 + z^2 p(z), z = r^2
most = (float(mp.pi) / 4 + 2**-6) ** 2
sin = series(lambda k: mp.mpf((-1) ** (k + 1)) / mp.factorial(2 * k + 3))
cos = series(lambda k: mp.mpf((-1) ** k) / mp.factorial(2 * k + 4))
show("sine", sin, lambda z: z / (1 + z * sin(z)), 0, most, 3)
show("cosine", cos, lambda z: z**2, 0, most, 3)
split("2/pi", 2 / mp.pi, 24)
# The first part of pi/2 is rounded down: with a second below zero, the sine of -0 would be 0.
first = mp.floor(mp.pi / 2 * 2**23) / 2**23
split("pi/2", first, 24)
split("the rest", mp.pi / 2 - first, 24, 24)
