"""The same with pandas."""
import glob
import os
import tempfile

import pandas as pd

t = pd.concat(map(pd.read_csv, sorted(glob.glob(os.path.join(tempfile.gettempdir(), "ndgrid-trips-20000", "*.csv")))))
print(f"{t.shape[0]} rows, {t.shape[1]} columns")
print(f"mean share of tips {(t.tip_amount / t.fare_amount).mean():.8f}")
stored = t.fare_amount[t.store_and_fwd_flag == "Y"]
print(f"{len(stored)} trips were stored and sent later, mean fare {stored.mean():.6f}")
means = t.groupby("store_and_fwd_flag").fare_amount.mean()
print(f"mean fares of [{' '.join(means.index)}]: [{' '.join(f'{m:.6f}' for m in means)}]")
