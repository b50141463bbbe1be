"""Prints, as JSON, what pandas' groupby gives of every CSV file it is given, by the keys k (text) and j (int64) in turn: a list of rows
of texts, the key and then count, sum, mean, min and max of columns i (int64), u (uint64) and f (float64)."""

import json
import sys

import pandas as pd

types = {"k": str, "j": "int64", "i": "int64", "u": "uint64", "f": "float64"}
columns = [(c, f) for c in "iuf" for f in ("count", "sum", "mean", "min", "max")]
tables = []
for path in sys.argv[1:]:
    t = pd.read_csv(path, dtype=types, keep_default_na=False, na_values={"f": [""]})
    for key in "kj":
        groups = t.groupby(key)[["i", "u", "f"]].agg(["count", "sum", "mean", "min", "max"])
        values = [groups[c].tolist() for c in columns]
        tables.append([[str(k), *map(str, row)] for k, *row in zip(groups.index.tolist(), *values)])
print(json.dumps(tables))
