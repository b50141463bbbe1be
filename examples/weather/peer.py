"""The same with NumPy."""
import os
import tempfile

import numpy as np

x = np.loadtxt(os.path.join(tempfile.gettempdir(), "ndgrid-weather.csv"), delimiter=",", skiprows=1, usecols=(1, 2, 3, 4))
for name, v in zip(["precipitation", "temp_max", "temp_min", "wind"], x.std(axis=0)):
    print(f"{name:13} {v:.10f}")
