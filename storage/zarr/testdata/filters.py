"""Writes arrays with the codecs of numcodecs, in both versions of Zarr, and prints what they hold, as JSON:

    python filters.py STORE

path -> data: the bytes of the elements, C order, little-endian, in base64.
"""

import base64
import json
import sys
import warnings

import numcodecs
import numpy as np
import zarr
import zarr.codecs.numcodecs as v3

warnings.simplefilter("ignore")  # these codecs are not in the specification of version 3

root = sys.argv[1]
zarr.create_group(root + "/v2", zarr_format=2)
zarr.create_group(root + "/v3", zarr_format=3)
rng = np.random.default_rng(3)
steps = np.cumsum(rng.integers(0, 90, (30, 41)), axis=1)
values = rng.normal(280, 20, (30, 41))
out = {}


def put(path, data, **kw):
    kw.setdefault("chunks", (16, 21))  # cut at both edges
    a = zarr.create_array(f"{root}/{path}", shape=data.shape, dtype=data.dtype, zarr_format=int(path[1]), fill_value=0, **kw)
    a[...] = data
    got = a[...]
    out[path] = base64.b64encode(np.ascontiguousarray(got.astype(got.dtype.newbyteorder("<"))).tobytes()).decode()


for order in "<>":
    i4, i8, f4, f8 = (order + t for t in ["i4", "i8", "f4", "f8"])
    for name, data, filters in [
        ("delta", steps.astype(i8), [numcodecs.Delta(i8)]),
        ("delta narrow", steps.astype(i4), [numcodecs.Delta(i4, order + "i2")]),
        ("delta float", values.astype(f4), [numcodecs.Delta(f4)]),
        ("scaled", values.astype(f8), [numcodecs.FixedScaleOffset(offset=273.15, scale=100, dtype=f8, astype="i2")]),
        ("scaled twice", values.astype(f4), [numcodecs.FixedScaleOffset(offset=200, scale=10, dtype=f4, astype=order + "u2"), numcodecs.Delta(order + "u2")]),
        ("quantized", values.astype(f4), [numcodecs.Quantize(digits=1, dtype=f4)]),
        ("cast", steps.astype(i8), [numcodecs.AsType(encode_dtype=order + "u2", decode_dtype=i8)]),
        ("checked", steps.astype(i4), [numcodecs.CRC32(), numcodecs.Adler32(), numcodecs.Fletcher32()]),
        ("shuffled", steps.astype(i4), [numcodecs.Shuffle(4)]),
    ]:
        for z in [numcodecs.LZ4(), numcodecs.Blosc(cname="lz4", shuffle=-1), numcodecs.Zlib(1), None]:
            put(f"v2/{order == '>'} {name} {z and z.codec_id}", data, filters=filters, compressors=z)
    put(f"v2/{order} F", steps.astype(i4), filters=[numcodecs.Delta(i4)], compressors=numcodecs.LZ4(), order="F")
put("v2/rounded", values.astype("<f8"), filters=[numcodecs.BitRound(keepbits=9)], compressors=numcodecs.LZ4())
for z in [numcodecs.BZ2(), numcodecs.LZMA()]:
    put(f"v2/{z.codec_id}", steps.astype(">i4"), filters=[numcodecs.Delta(">i4")], compressors=z)
for z in [v3.BZ2(level=1), v3.LZMA()]:
    put(f"v3/{z.codec_name}", steps.astype("i4"), compressors=z)
put("v2/packed", steps % 3 == 0, filters=[numcodecs.PackBits()], compressors=numcodecs.LZ4())

for name, data, filters in [
    ("delta", steps.astype("i8"), [v3.Delta(dtype="<i8")]),
    ("delta narrow", steps.astype("i4"), [v3.Delta(dtype="<i4", astype="<i2")]),
    ("scaled", values.astype("f8"), [v3.FixedScaleOffset(offset=273.15, scale=100, dtype="<f8", astype="<i2")]),
    ("named", values.astype("f4"), [v3.FixedScaleOffset(offset=200, scale=10, dtype="float32", astype="uint16")]),
    ("quantized", values.astype("f4"), [v3.Quantize(digits=1, dtype="<f4")]),
    ("rounded", values.astype("f8"), [v3.BitRound(keepbits=9)]),
    ("cast", steps.astype("i8"), [v3.AsType(encode_dtype="<u2", decode_dtype="<i8")]),
]:
    for z in [v3.LZ4(), v3.Blosc(cname="zstd", shuffle=2), v3.Zlib(level=1), v3.CRC32(), v3.Adler32(), v3.Fletcher32(), v3.JenkinsLookup3()]:
        put(f"v3/{name} {z.codec_name}", data, filters=filters, compressors=z)
json.dump(out, sys.stdout)
