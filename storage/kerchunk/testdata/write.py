"""Writes data.h5 and refs.json, a manifest of it, into a folder; prints what fsspec reads for every key.

The manifest has all kinds of references: text, base64, JSON, parts of the HDF5 file by relative and absolute
path and through a template, and a file as a whole.
"""

import base64
import json
import os
import sys
import warnings

import fsspec
import h5py
import numcodecs
import numpy as np

warnings.simplefilter("ignore")
os.chdir(sys.argv[1])

values = np.arange(35, dtype="<i4").reshape(5, 7) * 3
with h5py.File("data.h5", "w") as f:
    d = f.create_dataset("a", data=values, chunks=(2, 3), compression="gzip", shuffle=True)
    chunks = [d.id.get_chunk_info(i) for i in range(d.id.get_num_chunks())]
    urls = ["data.h5", "./data.h5", os.path.join(os.getcwd(), "data.h5"), "{{d}}.h5", "{{d}}.{{ext}}"]
    refs = {
        f"a/{c.chunk_offset[0] // 2}.{c.chunk_offset[1] // 3}": [urls[i % len(urls)], c.byte_offset, c.size]
        for i, c in enumerate(chunks)
    }
zarray = {
    "zarr_format": 2, "shape": [5, 7], "chunks": [2, 3], "dtype": "<i4", "fill_value": 0, "order": "C",
    "filters": [numcodecs.Shuffle(4).get_config()], "compressor": numcodecs.Zlib(4).get_config(),
}
with open("whole.bin", "wb") as f:
    f.write(bytes(range(100)))
refs |= {
    ".zgroup": json.dumps({"zarr_format": 2}),
    "a/.zarray": json.dumps(zarray),
    "a/.zattrs": "base64:" + base64.b64encode(b'{"units": "K", "_ARRAY_DIMENSIONS": ["y", "x"]}').decode(),
    "text": "ünï \U0001f600 \"quoted\"",
    "b/whole": ["whole.bin"],
    "b/part": ["whole.bin", 10, 5],
    "b/nothing": ["whole.bin", 100, 0],
}
manifest = {"version": 1, "templates": {"d": "data", "ext": "h5"}, "refs": refs}
with open("refs.json", "w") as f:
    json.dump(manifest, f)
del manifest["refs"]["b/nothing"]  # fsspec reads to the end where the length is 0
fs = fsspec.filesystem("reference", fo=manifest, target_protocol="file")
json.dump({key: base64.b64encode(fs.cat(key)).decode() for key in manifest["refs"]}, sys.stdout)
