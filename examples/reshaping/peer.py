"""The same with NumPy."""
import numpy as np

days = np.array([14, 17, 15, 19, 22, 21, 18, 16, 13, 12, 15, 18, 20, 23, 24, 22, 19, 17, 17, 18, 20])
weeks = days.reshape(3, 7)
for name, value in {
    "reshape(3, 7)": weeks,
    "reshape(7, 3), order F": days.reshape(7, 3, order="F"),
    "reshape(7, 3), order C": days.reshape(7, -1),
    "transpose": weeks.transpose(),
    "flatten": weeks.flatten(),
    "flatten, order F": weeks.flatten(order="F"),
    "repeat each of [:, 5:] twice along axis 1": weeks[:, 5:].repeat(2, axis=1),
    "stack Saturdays, Sundays": np.stack([weeks[:, 5], weeks[:, 6]]),
    "concatenate [:, :1], [:, 5:]": np.concatenate([weeks[:, :1], weeks[:, 5:]], axis=1),
}.items():
    print(f"{name}\n{value}\n")
