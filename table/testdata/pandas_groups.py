"""Prints, as JSON, what pandas finds out of the CSV files it is given: the categories and codes of column k, and by them how
many values column v has, its sum, mean, min and max, and the sum over all rows; None is NaN."""

import json
import sys

import pandas as pd

read = lambda path: pd.read_csv(path, dtype={"k": str, "v": float}, keep_default_na=False, na_values={"v": [""]})
t = pd.concat([read(path) for path in sys.argv[1:]])
codes, categories = pd.factorize(t.k, sort=True)
stats = t.groupby("k").v.agg(["count", "sum", "mean", "min", "max"])
print(json.dumps({
    "codes": codes.tolist(),
    "categories": list(categories),
    "stats": stats.astype(object).where(stats.notna(), None).values.tolist(),
    "long": float(t.v[t.k.str.len() > 1].sum()),
}))
