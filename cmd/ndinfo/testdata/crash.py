"""Writes crash.h5, a damaged file on which libhdf5 1.10 crashes: a text says that
it is longer than memory."""

import os

import h5py

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "crash.h5")
with h5py.File(path, "w", libver="earliest") as f:
    f.attrs["text"] = "a text in the global heap"
with open(path, "r+b") as f:
    data = f.read()
    size = data.index(b"GCOL") + 16 + 8  # of the first object: behind the heap's header, index, count and padding
    assert data[size] == len("a text in the global heap"), data[size]
    f.seek(size + 5)
    f.write(b"\x0f")
