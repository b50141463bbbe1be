"""h5py: whole datasets, or a row of chunks at a time; HDF5 has one thread. It
would keep decoded chunks from call to call: nothing is kept here."""

import h5py

from . import work


@work("h5py", "hdf5.mean.gzip")
def _(z):
    path, name = z.rsplit("/", 1)
    d = h5py.File(path, rdcc_nbytes=0)[name]

    def rows():
        step = d.chunks[0]
        return sum(d[i : i + step].sum() for i in range(0, d.shape[0], step)) / d.size

    return {"d[:].mean()": lambda: d[:].mean(), "a row of chunks at a time": rows}
