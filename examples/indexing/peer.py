"""The same with NumPy."""
import numpy as np

table = np.array([
    [14, 17, 15, 19, 22, 21, 18],
    [16, 13, 12, 15, 18, 20, 23],
    [24, 22, 19, 17, 17, 18, 20],
])
for name, value in {
    "table[0, 4]": table[0, 4],
    "table[1, 2:5]": table[1, 2:5],
    "table[0::2, ::3]": table[0::2, ::3],
    "table[-1]": table[-1],
    "table[:, 5:]": table[:, 5:],
    "table[::-1, ::3]": table[::-1, ::3],
    "table[:, [6, 0, 0]]": table[:, [6, 0, 0]],
}.items():
    print(f"{name}\n{value}\n")
