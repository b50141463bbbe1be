"""Makes an HDF5 file with names and text in Latin-1, and says what netCDF4 reads in one.

    latin1.py make FILE
    latin1.py read FILE
"""

import sys

if sys.argv[1] == "make":
    import h5py
    import numpy as np

    name = "température".encode("latin-1")
    with h5py.File(sys.argv[2], "w") as f:
        f.create_dataset(name, data=np.arange(3.0))
        f[name].attrs.create("units", np.bytes_("°C".encode("latin-1")))
        f[name].attrs.create("größe".encode("latin-1"), 3)
        f[name].make_scale(name)
        f["data"] = np.arange(3)
        f["data"].dims[0].attach_scale(f[name])
        f.create_group("süd".encode("latin-1"))["x"] = np.arange(2)
else:
    import netCDF4

    with netCDF4.Dataset(sys.argv[2]) as f:
        t = f["température"]
        print(*f.variables, *f.groups, t.dimensions[0], t.units, t.getncattr("größe"), f["data"].dimensions[0], f["süd/x"][1])
