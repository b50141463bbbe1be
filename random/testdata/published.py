"""Prints NumPy's published test vectors of Philox as lines of hexadecimal numbers: two words of the key, 1000 of the stream.

    python published.py         (numpy 2.4, installed with its tests)
"""
import csv
import os

import numpy as np

data = os.path.join(os.path.dirname(np.random.__file__), "tests", "data")
for name in ("philox-testset-1.csv", "philox-testset-2.csv"):
    rows = list(csv.reader(open(os.path.join(data, name))))
    seed = int(rows[0][1], 0)
    words = [int(r[1], 0) for r in rows[1:]]
    key = np.random.Philox(seed).state["state"]["key"]
    print(*("%x" % w for w in [*key, *words]))
