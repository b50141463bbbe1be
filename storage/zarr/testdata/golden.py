"""Writes golden.json: small hierarchies as zarr-python stores them, and what is in them.

    python golden.py > golden.json

"v3" and "v2" map the keys of a store to values (metadata as text, everything
else in base64); "arrays" maps the path of an array to its elements: raw bytes in
C order, little-endian, in base64, or null where ndgrid can't decode it.
"""

import base64
import json
import sys
import warnings

import numcodecs
import numpy as np
import zarr
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, TransposeCodec, ZstdCodec
from zarr.codecs.numcodecs import BZ2

warnings.simplefilter("ignore")

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
          "float64", "complex64", "complex128", "datetime64[ns]", "timedelta64[10us]", "S5", "U3", "V3"]
FILLS = {"bool": True, "int64": -(2**63), "uint64": 2**64 - 1, "float16": float("nan"), "float32": float("-inf"),
         "float64": 1e-300, "complex64": complex(float("nan"), 1), "complex128": -1.5 + 0.25j,
         "datetime64[ns]": np.datetime64("NaT"), "timedelta64[10us]": np.timedelta64(7, "10us")}


def values(dtype, shape):
    n = int(np.prod(shape))
    if dtype == "bool":
        flat = np.arange(n) % 3 == 0
    elif dtype[0] in "SU":
        flat = np.array([f"a{i}" for i in range(n)])
    elif dtype[0] == "V":
        return np.frombuffer(bytes(range(3 * n)), dtype).reshape(shape)
    else:
        flat = np.arange(n) * 3 + 1
    return flat.astype(dtype).reshape(shape)


arrays = {}


def add(group, name, shape, chunks, dtype="int16", hole=False, readable=True, **options):
    """Creates an array and fills it, leaving out the first chunk if hole."""
    a = group.create_array(name, shape=shape, chunks=chunks, dtype=dtype, **options)
    v = values(dtype, shape)
    if hole:
        a[chunks[0]:] = v[chunks[0]:]
    elif v.size:
        a[...] = v
    got = np.asarray(a[...])
    little = got.astype(got.dtype.newbyteorder("<")).tobytes()
    arrays[f"{group.metadata.zarr_format}/{a.path}"] = base64.b64encode(little).decode() if readable else None
    return a


def version3(store):
    root = zarr.create_group(store, zarr_format=3, attributes={"title": "golden", "n": 7, "big": 2**63, "pi": 3.0, "nan": float("nan"),
                                                  "list": [1, 2.5], "nested": {"a": [None, True]}})
    types = root.create_group("types")
    for d in DTYPES:
        fill = {"fill_value": FILLS[d]} if d in FILLS else {}
        add(types, d.split("[")[0], (5,), (2,), d, hole=d in FILLS, compressors=None, **fill)
    codecs = root.create_group("codecs")
    two = dict(shape=(5, 7), chunks=(2, 3), dtype="float32")
    add(codecs, "default", **two)
    add(codecs, "zstd", **two, compressors=ZstdCodec(level=19, checksum=True))
    add(codecs, "gzip", **two, compressors=GzipCodec(level=9))
    add(codecs, "crc32c", **two, compressors=[ZstdCodec(level=1), Crc32cCodec()])
    add(codecs, "big", **two, serializer=BytesCodec(endian="big"), compressors=None)
    add(codecs, "transpose", **two, filters=TransposeCodec(order=(1, 0)))
    add(codecs, "transpose3", (2, 3, 4), (2, 2, 3), "uint16", filters=TransposeCodec(order=(1, 2, 0)), serializer=BytesCodec(endian="big"))
    add(codecs, "blosc", **two, compressors=BloscCodec(cname="lz4", shuffle="bitshuffle"))
    add(codecs, "sharding", (7, 8), (2, 3), shards=(4, 6), hole=True)
    add(codecs, "shardingstart", (5,), (1,), "uint8", shards={"shape": (3,), "index_location": "start"}, compressors=None)
    add(codecs, "bz2", (4,), (2,), "uint8", compressors=BZ2(level=1))
    keys = root.create_group("keys")
    for name, sep in ("default", "/"), ("default", "."), ("v2", "."), ("v2", "/"):
        add(keys, name + ("slash" if sep == "/" else "dot"), (5, 4), (2, 3), chunk_key_encoding={"name": name, "separator": sep})
    shapes = root.create_group("shapes")
    add(shapes, "scalar", (), (), "float64")
    add(shapes, "scalarv2", (), (), "float64", chunk_key_encoding={"name": "v2", "separator": "."})
    add(shapes, "empty", (0, 3), (1, 2))
    add(shapes, "short", (2,), (10,), dimension_names=["x"])
    add(shapes, "named", (4, 2), (3, 2), hole=True, fill_value=-1, dimension_names=["y", None], attributes={"units": "K"})
    text = shapes.create_array("text", shape=(2,), chunks=(2,), dtype="string")
    text[...] = np.array(["a", "bc"], dtype="O")
    arrays["3/shapes/text"] = None
    zarr.consolidate_metadata(store)


def version2(store):
    root = zarr.create_group(store, zarr_format=2, attributes={"title": "golden", "nan": float("nan")})
    types = root.create_group("types")
    for d in DTYPES:
        fill = {"fill_value": FILLS[d]} if d in FILLS else {}
        add(types, d.split("[")[0], (5,), (2,), d, hole=d in FILLS, compressors=None, **fill)
        if d not in ("bool", "int8", "uint8", "V3", "S5"):
            add(types, "big-" + d.split("[")[0], (5,), (2,), np.dtype(d).newbyteorder(">").str, compressors=None)
    codecs = root.create_group("codecs")
    two = dict(shape=(5, 7), chunks=(2, 3), dtype="float32")
    for c in [numcodecs.Zlib(1), numcodecs.GZip(5), numcodecs.Zstd(3)]:
        add(codecs, c.codec_id, **two, compressors=c)
        add(codecs, c.codec_id + "F", **two, compressors=c, order="F", chunk_key_encoding={"name": "v2", "separator": "/"})
    add(codecs, "shuffle", **two, filters=[numcodecs.Shuffle(4)], compressors=numcodecs.Zlib(1))
    add(codecs, "blosc", **two, compressors=numcodecs.Blosc())
    add(codecs, "bz2", **two, compressors=numcodecs.BZ2())
    add(codecs, "delta", **two, filters=[numcodecs.Delta("f4")], compressors=None)
    shapes = root.create_group("shapes")
    add(shapes, "scalar", (), (), "float64", compressors=None)
    add(shapes, "named", (4, 2), (3, 2), attributes={"_ARRAY_DIMENSIONS": ["y", "x"], "units": "K"}, fill_value=None, compressors=None)
    zarr.consolidate_metadata(store, zarr_format=2)


def dump(fill):
    store = zarr.storage.MemoryStore()
    fill(store)
    out = {}
    for key, value in sorted(store._store_dict.items()):
        raw = value.to_bytes()
        is_text = key.rsplit("/", 1)[-1] in ("zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata")
        out[key] = raw.decode() if is_text else base64.b64encode(raw).decode()
    return out


json.dump({"v3": dump(version3), "v2": dump(version2), "arrays": arrays}, sys.stdout, indent=1)
