"""The same with NumPy."""
import numpy as np

NT, NLAT, NLON = 12, 96, 144
n = np.arange(NT * NLAT * NLON).reshape(NT, NLAT, NLON)
x = np.where(n * 5 % 11 == 0, np.nan, n * 7919 % 1001 / 8)
area = np.cos(np.radians(np.arange(NLAT) * (180 / NLAT) - 90 + 90 / NLAT))

b = x.reshape(NT, NLAT // 4, 4, NLON // 4, 4)
weights = area.reshape(NLAT // 4, 4, 1, 1)
present = np.where(np.isnan(b), 0, weights)
coarse = np.nansum(b * weights, axis=(2, 4)) / present.sum(axis=(2, 4))
for row in coarse[0, :3, :4]:
    print("[" + " ".join(f"{v:.6f}" for v in row) + "]")
print(f"mean {coarse.mean():.9f}")
