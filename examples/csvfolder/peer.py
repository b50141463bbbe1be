"""The same with pandas."""
import glob
import os
import tempfile

import pandas as pd

t = pd.concat(map(pd.read_csv, sorted(glob.glob(os.path.join(tempfile.gettempdir(), "ndgrid-trips-20000", "*.csv")))))
print(f"{t.shape[0]} rows, {t.shape[1]} columns")
print(f"mean share of tips {(t.tip_amount / t.fare_amount).mean():.8f}")
