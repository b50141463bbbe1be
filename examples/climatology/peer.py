"""The same with xarray, which also reads what the program has written."""
import os
import tempfile

import numpy as np
import xarray as xr

folder = os.path.join(tempfile.gettempdir(), "ndgrid-climatology")
air = xr.open_dataset(os.path.join(folder, "air.day.nc"))["air"].load()
assert air.dtype == np.float32 and str(air.time.values[0])[:10] == "1999-01-01"
wide = air.astype("float64")
clim = wide.groupby("time.month").mean()
anom = wide.groupby("time.month") - clim

ours = xr.open_zarr(os.path.join(folder, "anom.zarr")).load()
assert sorted(ours.coords) == ["lat", "lon", "time"] and ours["anom"].attrs == {"units": "K"}
assert ours["lat"].attrs == air["lat"].attrs and (ours["time"] == air["time"]).all()
np.testing.assert_allclose(ours["clim"], clim.transpose("month", "lat", "lon"), rtol=0, atol=1e-5)
np.testing.assert_allclose(ours["anom"], anom, rtol=0, atol=1e-5)

for name in sorted(ours.variables):
    v = ours[name]
    print(name, "[" + " ".join(v.dims) + "]", str(list(v.shape)).replace(",", ""))
means = " ".join(f"{v:.2f}" for v in clim.sel(lat=45, lon=0).values)
print(f"45° N, 0° E, January to December: [{means}]")
warmest = anom.max(["lat", "lon"])
day = warmest["time"][int(warmest.argmax("time"))]
print(f"{float(warmest.max()):.2f} K above the mean of the month on {day.dt.strftime('%Y-%m-%d %H:%M:%S').item()}")
