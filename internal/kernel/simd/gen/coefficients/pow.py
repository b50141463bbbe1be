"""Prints the tables and constants of powers, as Go: python pow.py.

The mantissas of the logarithm's argument, from OFFSET to twice that, are cut into 32 intervals by their first
bits. Each has a number c near the reciprocal of its middle, of so few bits that r = m*c - 1 is exact; the interval
with 1 in it has c = 1.
"""
import struct
from chebyshev import mp, show, taylor

STEP = 1 << 47
ONE = 0x3FF << 52
OFFSET = ONE - 18 * STEP - (2 * STEP) // 3


def number(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def reciprocal(lo, hi):
    """The c for the interval, and the greatest |r|: the cube of r is what is rounded, relative to the logarithm."""
    best = None
    for places in range(9):
        for j in range(int(2**places / hi) - 1, int(2**places / lo) + 2):
            c = j / 2**places
            r = max(abs(lo * c - 1), abs(hi * c - 1))
            exact = r < 2.0 ** (1 - places if lo >= 1 else -places) or c == 1
            if not exact or (c == 1) != (lo < 1 < hi):
                continue
            cost = 0 if c == 1 else max(abs(m * c - 1) ** 3 / abs(float(mp.log(m))) for m in (lo, (lo + hi) / 2, hi))
            if best is None or cost < best[2]:
                best = c, r, cost
    return best


print(f"OFFSET {OFFSET:#x}")
most, rows, spans = 0, [], []
for i in range(32):
    lo, hi = number(OFFSET + i * STEP), number(OFFSET + (i + 1) * STEP)
    c, r, cost = reciprocal(lo, hi)
    most = max(most, r)
    exact = -mp.log(c)
    high = number((bits(float(exact)) + (1 << 31)) >> 32 << 32)  # the upper half of a float64
    spans.append((lo, hi, c))
    rows.append((c, high, float(exact - mp.mpf(high)), float(exact / mp.log(2))))
print(f"|r| <= {most}")
for name, columns in [("powLogs", (0, 1, 2)), ("powLogs32", (0, 3))]:
    print(f"\t{name} = [32][{len(columns)}]float64{{ // c, and -ln c in two parts or -log2 c")
    for row in rows:
        print("\t\t{" + ", ".join(row[k].hex() for k in columns) + "},")
    print("\t}")

ln2 = mp.log(2)
high = mp.floor(ln2 * 2**42) / 2**42  # times an exponent: exact
print("ln 2:", float(high).hex(), float(ln2 - high).hex())


def relative(r):
    """The least |ln m| of any m whose r this is."""
    return min([abs(mp.log((1 + r) / c)) for lo, hi, c in spans if lo <= (1 + r) / c <= hi] + [mp.mpf(1)])


# ln(1+r) = r - r^2/2 + r^3 p(r), log2(1+r) = r p(r)
show("powLogPoly", taylor(lambda k: mp.mpf((-1) ** k) / (k + 3), 90), -most, most, 9, weight=lambda r: r**3 / relative(r))
show("powLogPoly32", lambda r: mp.log(1 + r) / r / ln2, -most, most, 6, weight=lambda r: r / relative(r))

print("\tpowRoots = [16][2]float64{ // 2^(j/16), and what that leaves of it")
for j in range(16):
    exact = mp.mpf(2) ** (mp.mpf(j) / 16)
    print(f"\t\t{{{float(exact).hex()}, {float(exact / float(exact) - 1).hex()}}},")
print("\t}")
print("16/ln(2):", float(16 / ln2).hex(), "ln(2)/16:", float(ln2 / 16).hex(), float(ln2 / 16 - float(ln2 / 16)).hex())
show("powExpPoly", taylor(lambda k: 1 / mp.factorial(k + 2), 40), -ln2 / 32 * 1.01, ln2 / 32 * 1.01, 6, weight=lambda h: h**2)
show("powExpPoly32", taylor(lambda k: ln2 ** (k + 1) / mp.factorial(k + 1), 60), -0.5, 0.5, 7, weight=lambda f: f)
