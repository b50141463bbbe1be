"""Polynomials that are all but minimax: interpolation where a Chebyshev polynomial is zero (mpmath 1.3)."""
import mpmath as mp

mp.mp.prec = 200


def fit(f, lo, hi, terms):
    """Coefficients, by ascending power, of the polynomial that meets f at the Chebyshev nodes of [lo, hi]."""
    lo, hi = mp.mpf(lo), mp.mpf(hi)
    nodes = [(lo + hi) / 2 + (hi - lo) / 2 * mp.cos(mp.pi * (2 * i + 1) / (2 * terms)) for i in range(terms)]
    rows = mp.matrix([[x**k for k in range(terms)] for x in nodes])
    return [c for c in mp.lu_solve(rows, mp.matrix([f(x) for x in nodes]))]


def show(name, f, lo, hi, terms, weight=lambda x: 1):
    """Prints the coefficients as Go has them, and the greatest of |weight * error| as a power of two."""
    c = [float(x) for x in fit(f, lo, hi, terms)]
    grid = [mp.mpf(lo) + (mp.mpf(hi) - lo) * (2 * i + 1) / 2000 for i in range(1000)]
    worst = max(abs(weight(x) * (mp.polyval([mp.mpf(v) for v in c[::-1]], x) - f(x))) for x in grid)
    print(f"{name}: error 2^{float(mp.log(worst, 2)):.1f}")
    print("\t" + ", ".join(x.hex() for x in c) + ",")


def taylor(f, terms):
    """The function whose Taylor coefficients are f(0), f(1) …, for where a closed form cancels."""
    c = [mp.mpf(f(k)) for k in range(terms)]
    return lambda x: mp.polyval(c[::-1], x)
