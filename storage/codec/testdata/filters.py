"""Writes filters.json: what the codecs of numcodecs make of small arrays.

    python filters.py > filters.json

Each case has the configuration as Zarr v2 stores it, the bytes that enter the
codec, what it makes of them, and what it decodes that to where that differs.
Bytes are in base64.
"""

import base64
import json
import lzma
import sys

import numcodecs
import numpy as np
from numcodecs.registry import get_codec

rng = np.random.default_rng(1)


def text(b):
    return base64.b64encode(np.ascontiguousarray(b).tobytes() if isinstance(b, np.ndarray) else bytes(b)).decode()


def case(config, data):
    codec = get_codec(config)
    enc = codec.encode(data.copy())
    dec = codec.decode(np.frombuffer(np.ascontiguousarray(enc).tobytes(), "u1") if isinstance(enc, np.ndarray) else enc)
    c = {"config": config, "dtype": data.dtype.str, "data": text(data), "encoded": text(enc)}
    if text(dec) != c["data"]:
        c["decoded"] = text(dec)
    return c


def strings():
    words = np.array(["", "a", "über", "日本語", "x" * 300, "e\u0301", ""], dtype=object)
    return [
        {"config": {"id": "vlen-utf8"}, "strings": list(words), "encoded": text(numcodecs.VLenUTF8().encode(words))},
        {"config": {"id": "vlen-utf8"}, "strings": [], "encoded": text(numcodecs.VLenUTF8().encode(words[:0]))},
        {"config": {"id": "vlen-bytes"}, "strings": ["", "a\0b", "abc"], "encoded": text(numcodecs.VLenBytes().encode(np.array([b"", b"a\0b", b"abc"], dtype=object)))},
    ]


def compressors():
    walk = np.cumsum(rng.integers(-3, 4, 300)).astype("<i4")
    noise = rng.integers(0, 256, 200).astype("u1")
    few = np.zeros(600, "u1")
    for data in [walk, noise, few, walk[:1]]:
        yield case({"id": "zlib", "level": 6}, data)
        yield case({"id": "gzip", "level": 1}, data)
        yield case({"id": "zstd", "level": 5, "checksum": True}, data)
        yield case({"id": "lz4", "acceleration": 1}, data)
        yield case({"id": "bz2", "level": 9}, data)
        yield case({"id": "lzma", "format": 1, "check": -1, "preset": None, "filters": None}, data)
        yield case({"id": "lzma", "format": 1, "check": 1, "preset": 0, "filters": None}, data)
        yield case({"id": "lzma", "format": 2, "check": -1, "preset": 1, "filters": None}, data)
        yield case({"id": "lzma", "format": 1, "check": 10, "preset": 9, "filters": None}, data)
        chain = [{"id": lzma.FILTER_DELTA, "dist": 4}, {"id": lzma.FILTER_LZMA2, "preset": 1}]
        yield case({"id": "lzma", "format": 3, "check": -1, "preset": None, "filters": chain}, data)
        for check in [0, 4]:  # numcodecs reads filters of the file, but doesn't write them
            enc = lzma.compress(data.tobytes(), check=check, filters=chain)
            yield {"config": {"id": "lzma", "format": 1}, "dtype": data.dtype.str, "data": text(data), "encoded": text(enc)}
        for location in ["start", "end"]:
            for name in ["crc32", "crc32c", "adler32"]:
                yield case({"id": name, "location": location}, data)
        for name in ["crc32", "crc32c", "adler32", "fletcher32", "jenkins_lookup3"]:
            yield case({"id": name}, data)
        yield case({"id": "jenkins_lookup3", "initval": 77}, data)
    for n in range(1, 26):
        yield case({"id": "jenkins_lookup3"}, noise[:n])
        yield case({"id": "fletcher32"}, noise[:n])
    for size in [1, 2, 4, 8, 12]:
        yield case({"id": "shuffle", "elementsize": size}, np.arange(96, dtype="u1"))


def filters():
    for dtype in ["|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", ">i2", ">u4", ">i8"]:
        info = np.iinfo(dtype)
        data = rng.integers(info.min, info.max, 37, endpoint=True, dtype=np.dtype(dtype).newbyteorder("=")).astype(dtype)
        yield case({"id": "delta", "dtype": dtype, "astype": dtype}, data)
    for dtype in ["<f2", "<f4", "<f8", ">f4", "<c8", "<c16"]:
        data = np.round(rng.normal(0, 10, 37), 1).astype(dtype)
        yield case({"id": "delta", "dtype": dtype, "astype": dtype}, data)
    steps = np.cumsum(rng.integers(0, 100, 50))
    yield case({"id": "delta", "dtype": "<i8", "astype": "|i1"}, steps.astype("<i8"))
    yield case({"id": "delta", "dtype": "<i4", "astype": ">i2"}, steps.astype("<i4"))
    yield case({"id": "delta", "dtype": ">f8", "astype": "<f4"}, steps.astype(">f8"))
    yield case({"id": "delta", "dtype": "<f8", "astype": "<i2"}, steps.astype("<f8"))

    grid = (1000 + np.arange(60) / 7)
    for dtype in ["<f4", "<f8", ">f8", "<i4"]:
        for astype in ["|u1", "<i2", ">i4", "<f4", "<f8"]:
            yield case({"id": "fixedscaleoffset", "offset": 1000, "scale": 10, "dtype": dtype, "astype": astype}, grid.astype(dtype))
    yield case({"id": "fixedscaleoffset", "offset": -0.5, "scale": 0.25, "dtype": "<f8", "astype": "<i2"}, grid)
    yield case({"id": "fixedscaleoffset", "offset": 0, "scale": 10, "dtype": "<f2", "astype": "<i2"}, (grid - 1000).astype("<f2"))
    yield case({"id": "fixedscaleoffset", "offset": 1, "scale": 10, "dtype": "<f8", "astype": "<f2"}, grid - 1000)

    values = rng.normal(0, 1, 40)
    for dtype, astype in [("<f8", "<f8"), ("<f8", "<f4"), ("<f4", "<f4"), (">f4", "<f2"), ("<f2", "<f2")]:
        for digits in [0, 1, 3]:
            yield case({"id": "quantize", "digits": digits, "dtype": dtype, "astype": astype}, values.astype(dtype))

    special = np.concatenate([values, [0.0, -0.0, np.inf, -np.inf, 1.5, 2.5, 1e-40, 6e4]])
    for dtype in ["<f2", "<f4", "<f8"]:
        for keep in [0, 1, 5, 10]:
            yield case({"id": "bitround", "keepbits": keep}, special.astype(dtype))

    for decode, encode in [("<f8", "<f4"), ("<f8", "<i2"), ("<i4", "|i1"), ("<i8", ">i4"), (">u2", "<f8"), ("<f4", "<f2"), ("<i2", "<c8"), ("|b1", "<i4"), ("<u8", "<f8")]:
        yield case({"id": "astype", "encode_dtype": encode, "decode_dtype": decode}, np.abs(10 * values).astype(decode))

    for n in [1, 7, 8, 9, 64, 77]:
        yield case({"id": "packbits"}, rng.integers(0, 2, n).astype(bool))


if __name__ == "__main__":
    json.dump(strings() + list(compressors()) + list(filters()), sys.stdout, indent=0, ensure_ascii=False)
    print()
