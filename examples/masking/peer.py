"""The same with NumPy."""
import numpy as np

FILL = -999
n = np.arange(180 * 360).reshape(180, 360)
raw = np.where(n * 31 % 7 == 3, FILL, 250 + n * 7919 % 1001 / 16)
t = np.where(raw == FILL, np.nan, raw)
print(f"mean of all numbers   {raw.mean() - 273.15:.6f}")
print(f"mean of what is there {np.nanmean(t - 273.15):.6f}")
print(f"missing               {np.isnan(t).sum()} of {t.size}")
print("warmest of four rows ", np.nanmax(t, axis=1)[:4])
