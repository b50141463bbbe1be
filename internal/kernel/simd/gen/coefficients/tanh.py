"""Prints the constants of the hyperbolic functions: python tanh.py."""
from chebyshev import mp, show, taylor

half = mp.log(2) / 2
high = mp.mpf(float(half))
print("ln(2)/2 in two parts:", float(high).hex(), float(half - high).hex())
print("2/ln(2):", float(2 / mp.log(2)).hex())

# tanh h = h + h z p(z), z = h^2
p = lambda z: (mp.tanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z
show("tanh", p, 0, mp.mpf("0.183") ** 2, 7, weight=lambda z: z)
show("tanh32", p, 0, (half / 2) ** 2 * 1.01, 4, weight=lambda z: z)

# sinh h = h + h z p(z), cosh h = 1 + z p(z)
print("ln(2) in two parts:", float(2 * high).hex(), float(2 * (half - high)).hex())
most = half**2 * mp.mpf("1.001")
sinh = taylor(lambda k: 1 / mp.factorial(2 * k + 3), 30)
cosh = taylor(lambda k: 1 / mp.factorial(2 * k + 2), 30)
show("sinh", sinh, 0, most, 6, weight=lambda z: z)
show("cosh", cosh, 0, most, 6, weight=lambda z: z)
show("sinh32", sinh, 0, most, 3, weight=lambda z: z)
show("cosh32", cosh, 0, most, 3, weight=lambda z: z)
