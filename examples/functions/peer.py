"""The same with NumPy."""
import numpy as np

x = np.array([-2.5, 0.5, 1.5, 3.14159, 271.828])
z = np.array([1 + 2j, 3 - 4j, complex(0, -1)])
a, b = np.array([1.0, 2, 3]), np.array([4.0, 5, 6])
m = np.array([[2.0, 0, 0], [0, 1, 1]])
for name, value in {
    "round": np.round(x),
    "round to 2 decimals": np.round(x, 2),
    "round to hundreds": np.round(x, -2),
    "real": z.real,
    "imag": z.imag,
    "conj": z.conj(),
    "z * conj(z)": z * z.conj(),
    "abs": np.abs(z),
    "a dot b": np.dot(a, b),
    "m dot a": np.dot(m, a),
    "m dot transpose(m)": np.dot(m, m.T),
}.items():
    print(f"{name}\n{value}\n")
