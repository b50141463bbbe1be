"""Writes select.txt: what NumPy selects, for TestSelect; a line is name: dtype shape bytes."""
import numpy as np

x = (np.arange(120) * 37 % 101 - 50).astype(np.int32).reshape(4, 5, 6)
f = (x / 7).astype(np.float64)
f[1, 2, 3] = f[3, 4, 5] = np.nan
f[0, 0, 1] = f[2, 0, 2] = np.inf
mask = x % 3 == 0
odd = [np.arange(n) % 2 == 1 for n in x.shape]

r = {"mask": x[mask], "float mask": f[f > 0], "none": x[x > 99], "all": x[x < 99], "line": x.ravel()[mask.ravel()]}
for k in range(3):
    r[f"compress {k}"] = np.compress(odd[k], x, axis=k)
r["one"] = np.compress(np.arange(6) == 5, x, axis=-1)
for k, i in enumerate(np.nonzero(x % 5)):
    r[f"nonzero {k}"] = i
for k, i in enumerate(np.nonzero(f)):
    r[f"nonzero float {k}"] = i
for name, a in {"int": x % 17, "float": f, "zeros": np.array([0.0, -0.0, 1, 0]), "empty": np.zeros(0)}.items():
    r[f"unique {name}"], r[f"counts {name}"] = np.unique(a, return_counts=True)
r["unique zeros"] = r["unique zeros"] + 0.0  # of zeros of both signs NumPy returns any

for name, a in r.items():
    print(f"{name}: {a.dtype} {list(a.shape)} {np.ascontiguousarray(a).tobytes().hex()}".rstrip())
