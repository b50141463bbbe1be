"""Prints covariances, derivatives and integrals as NumPy makes them: name, shape and elements.

    python calculus.py         (numpy 2.4)
"""
import numpy as np

n = np.arange(7 * 300)
x = ((n * 37 % 1009 - 500) / 7 + 1e6).reshape(7, 300)
c = x[:, :40].reshape(7, 5, 8) - 1e6
at = np.cumsum(np.arange(300) % 5 + 0.5)


def show(name, a):
    print(f"{name}: {list(a.shape)} {' '.join(map(repr, np.ravel(a).tolist()))}")


show("cov", np.cov(x))
show("cov 0", np.cov(x, ddof=0))
show("cov columns", np.cov(x[:, :60], rowvar=False))
show("cov float32", np.cov(c[0].astype("f4")))
show("corrcoef", np.corrcoef(x))
show("corrcoef columns", np.corrcoef(x, rowvar=False)[:50, :50])
for axis in range(3):
    places = at[: c.shape[axis]]
    for edge in (1, 2):
        show(f"gradient {axis} {edge}", np.gradient(c, 0.3, axis=axis, edge_order=edge))
        show(f"gradient places {axis} {edge}", np.gradient(c, places, axis=axis, edge_order=edge))
    show(f"trapezoid {axis}", np.trapezoid(c, dx=0.3, axis=axis))
    show(f"trapezoid places {axis}", np.trapezoid(c, places, axis=axis))
show("gradient short", np.gradient(c[:, :2], 2, axis=1))
show("gradient float32", np.gradient(c.astype("f4"), np.float32(0.5), axis=2))
show("correlate 0", np.stack([np.correlate(col, [0.5, -2, 3]) for col in c.reshape(7, -1).T], 1).reshape(5, 5, 8))
show("correlate 2", np.stack([np.correlate(row, np.arange(8) + 0.25) for row in c.reshape(-1, 8)]).reshape(7, 5, 1))
show("correlate float32", np.stack([np.correlate(row, [1, 1, 0.5]) for row in c.reshape(-1, 8).astype("f4")]).reshape(7, 5, 6).astype("f4"))
show("correlate long", np.correlate(x[0], np.cos(np.arange(40))))
