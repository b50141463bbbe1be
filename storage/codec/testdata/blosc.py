"""Writes blosc.json: frames that the Blosc library makes, in base64.

    python blosc.py > blosc.json

numcodecs is built without Snappy: frames with it inside come from hdf5plugin
6.0.0, which must be there too.

Byte i of the data of a frame is (i // typesize // 7) >> 8 * (i % typesize),
that is, little-endian counters each of which occurs seven times.
"""

import base64
import json
import sys

import h5py
import hdf5plugin
import numcodecs
import numpy as np
from numcodecs import blosc

blosc.use_threads = False


def data(n, typesize):
    i = np.arange(n)
    return (((i // typesize // 7) >> (8 * (i % typesize))) & 255).astype("u1")


def frame(cname, shuffle, typesize, n, blocksize=0):
    buf = data(n, typesize)
    c = numcodecs.Blosc(cname=cname, clevel=5, shuffle=shuffle, blocksize=blocksize)
    # The library takes the size of an element from the buffer.
    view = buf[: n - n % typesize].view(f"V{typesize}") if typesize > 1 and n % typesize == 0 else buf
    return c.encode(view)


def snappy(shuffle, typesize, n):
    buf = data(n, typesize).view(f"u{typesize}")
    with h5py.File("memory", "w", driver="core", backing_store=False) as f:
        d = f.create_dataset("a", data=buf, chunks=buf.shape, **hdf5plugin.Blosc(cname="snappy", shuffle=shuffle))
        return d.id.read_direct_chunk((0,))[1]


if __name__ == "__main__":
    cases = []
    for cname in ["blosclz", "lz4", "lz4hc", "zlib", "zstd"]:
        for shuffle in [0, 1, 2]:
            for typesize, n, blocksize in [(1, 300, 0), (2, 4000, 1024), (4, 9996, 4096), (8, 12008, 0), (3, 999, 0), (16, 4096, 2048)]:
                raw = frame(cname, shuffle, typesize, n, blocksize)
                cases.append({"name": f"{cname} {shuffle} {typesize} {n}", "typesize": typesize, "n": n, "frame": base64.b64encode(raw).decode()})
    for typesize, n in [(4, 0), (4, 8), (1, 1)]:
        cases.append({"name": f"tiny {n}", "typesize": typesize, "n": n, "frame": base64.b64encode(frame("lz4", 1, typesize, n)).decode()})
    for shuffle in [0, 1, 2]:
        for typesize, n in [(4, 9996), (8, 40000)]:
            cases.append({"name": f"snappy {shuffle} {typesize} {n}", "typesize": typesize, "n": n, "frame": base64.b64encode(snappy(shuffle, typesize, n)).decode()})
    json.dump(cases, sys.stdout, indent=0)
