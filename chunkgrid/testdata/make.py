"""Prints arrays that TestMake makes, as NumPy makes them: name, dtype, shape and bytes.

    python make.py         (numpy 2.4)
"""
import numpy as np


def show(name, a):
    print(f"{name}: {a.dtype} {list(a.shape)} {a.tobytes().hex()}".rstrip())


show("linspace", np.linspace(-1.1, 7.3, 1001))
show("linspace32", np.linspace(*np.float32([0.1, 100.7]).tolist(), 333, dtype=np.float32))
show("linspace 0", np.linspace(2.0, 3.0, 0))
show("linspace 1", np.linspace(2.0, 3.0, 1))
show("linspace one", np.linspace(0.1, 0.1, 5))
show("eye", np.eye(5, 7))
show("eye above", np.eye(5, 7, 3, dtype=np.int8))
show("eye below", np.eye(5, 4, -2, dtype=np.complex64))
show("diag", np.diag(np.array([3, -1, 4], np.int16)))
mesh = np.meshgrid(*(np.array(x, np.int16) for x in ([3, -1, 4], [0, 1, 2, 3], [7, 9])), indexing="ij")
for i, m in enumerate(mesh):
    show(f"mesh {i}", m)
