"""Prints the polynomials of the trigonometric functions and their inverses: minimax in relative error,
by Remez's exchange, then rounded to float64.

    python trig.py           (mpmath 1.3)
"""
import mpmath as mp

mp.mp.prec = 200


def remez(f, weight, lo, hi, terms, rounds=12):
    """Coefficients of the polynomial p in z of that many terms for which max |weight*(p-f)| on [lo, hi] is least."""
    lo = max(lo, hi / 1024)  # the weight may be 0 at 0
    mid, half = (lo + hi) / 2, (hi - lo) / 2
    points = [mid - half * mp.cos(mp.pi * i / terms) for i in range(terms + 1)]
    for _ in range(rounds):
        rows = [[z**k for k in range(terms)] + [(-1) ** i / weight(z)] for i, z in enumerate(points)]
        solution = mp.lu_solve(mp.matrix(rows), mp.matrix([f(z) for z in points]))
        c = list(solution)[:terms]
        error = lambda z: weight(z) * (mp.polyval(c[::-1], z) - f(z))
        grid = [mid - half * mp.cos(mp.pi * i / (40 * terms)) for i in range(40 * terms + 1)]
        errors = [error(z) for z in grid]
        extrema = []  # the greatest error between any two of its zeros
        for z, e in zip(grid, errors):
            if extrema and mp.sign(extrema[-1][1]) == mp.sign(e):
                if abs(e) > abs(extrema[-1][1]):
                    extrema[-1] = (z, e)
            else:
                extrema.append((z, e))
        if len(extrema) != terms + 1:
            break
        points = [z for z, _ in extrema]
    return c


def show(name, f, weight, lo, hi, terms):
    c = [float(x) for x in remez(f, weight, mp.mpf(lo), mp.mpf(hi), terms)]
    grid = [mp.mpf(lo) + (mp.mpf(hi) - lo) * i / 2000 for i in range(2001)]
    worst = max(abs(weight(z) * (mp.polyval([mp.mpf(x) for x in c[::-1]], z) - f(z))) for z in grid)
    print(f"{name}: relative error 2^{float(mp.log(worst, 2)):.1f}")
    for k, x in enumerate(c):
        print(f"\t{x.hex()}, // z^{k}")


def series(terms):
    """The function of z with these Taylor coefficients, for where closed forms cancel or divide by zero."""
    c = [terms(k) for k in range(120)]
    return lambda z: mp.polyval(c[::-1], z)


sin = series(lambda k: (-1) ** (k + 1) / mp.factorial(2 * k + 3))  # sin r = r + r z p(z), z = r^2
cos = series(lambda k: (-1) ** k / mp.factorial(2 * k + 4))  # cos r = 1 - z/2 + z^2 p(z)
cos1 = series(lambda k: (-1) ** (k + 1) / mp.factorial(2 * k + 2))  # cos r = 1 + z p(z)
sinc = lambda z: 1 + z * sin(z)
cosine = lambda z: 1 + z * cos1(z)
quarter = (mp.pi / 4 * (1 + mp.mpf(2) ** -20)) ** 2

print("pi/2 in parts of 53, 33 and 53 bits; 2/pi")
half = mp.pi / 2
one = mp.mpf(float(half))
scale = mp.mpf(2) ** (33 - 1 - mp.floor(mp.log(abs(half - one), 2)))
two = mp.nint((half - one) * scale) / scale
print(float(one).hex(), float(two).hex(), float(half - one - two).hex(), float(2 / mp.pi).hex())
# Least near pi/4, where rounding errors are greatest.
show("sin", sin, lambda z: z / sinc(z) * (1 + 4 * (z / quarter) ** 2), 0, quarter, 6)
show("cos", cos, lambda z: z**2 / cosine(z), 0, quarter, 6)
show("sin, float32", sin, lambda z: z / sinc(z), 0, quarter, 4)
show("cos, float32", cos1, lambda z: z / cosine(z), 0, quarter, 4)

# The sine's are taken with the other sign in the loops, and so are the cosine's.

atan = series(lambda k: mp.mpf((-1) ** (k + 1)) / (2 * k + 3))  # atan t = t + t z p(z)
tangent = (mp.mpf(1) / 8 * (1 + mp.mpf(2) ** -20)) ** 2
show("atan", atan, lambda z: z / (1 + z * atan(z)), 0, tangent, 6)
show("atan, float32", atan, lambda z: z / (1 + z * atan(z)), 0, tangent, 3)
asin = series(lambda k: mp.binomial(2 * k + 2, k + 1) / mp.mpf(4) ** (k + 1) / (2 * k + 3))  # asin t = t + t z p(z)
show("asin", asin, lambda z: z / (1 + z * asin(z)), 0, mp.mpf(1) / 4, 12)
show("asin, float32", asin, lambda z: z / (1 + z * asin(z)), 0, mp.mpf(1) / 4, 7)

print("nodes of the arctangent, two an octave from 1/8 to 8, and their arctangents in two parts")
for octave in range(-3, 3):
    for lo, hi in ((1, 1.5), (1.5, 2)):
        middle = (mp.atan(mp.mpf(lo) * mp.mpf(2) ** octave) + mp.atan(mp.mpf(hi) * mp.mpf(2) ** octave)) / 2
        node = mp.mpf(float(mp.tan(middle)))
        angle = mp.atan(node)
        first = float(angle)
        print(f"\t{{1, {float(node).hex()}, {first.hex()}, {float(angle - first).hex()}}},")
