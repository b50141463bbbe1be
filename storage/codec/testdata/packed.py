"""Writes packed.json: chunks as zarrs stores them with packbits and reshape, which zarr-python and numcodecs don't have in version 3.

    pip install numpy==2.4.6 zarr==3.1.6 zarrs==0.2.3
    python packed.py > packed.json

Each case has the dtype and shape of a chunk, the codecs, its elements, what zarrs stores, and what is to be read where that differs: the
bits outside first_bit to last_bit are gone, and signed integers extend their sign. That is computed here, because zarrs extends signs
within a byte only. In "bare" chunks zarrs leaves out, against the specification, the byte that counts the padding, because all bits of
numbers are stored. "refused" are codecs that zarrs doesn't take for chunks of shape (2, 3, 4). Bytes are in base64, little-endian.
"""

import base64
import json
import pathlib
import sys
import tempfile
import warnings

import numpy as np
import zarr
from zarr.abc.codec import ArrayArrayCodec, ArrayBytesCodec

import zarrs

warnings.simplefilter("ignore")
zarr.config.set({"codec_pipeline.path": "zarrs.ZarrsCodecPipeline", "codec_pipeline.strict": True})
rng = np.random.default_rng(1)


def named(name, base):
    """A codec of which zarr-python knows the configuration only: zarrs does the work."""

    class Named(base):
        is_fixed_size = True

        def __init__(self, **configuration):
            object.__setattr__(self, "configuration", configuration)

        def to_dict(self):
            return {"name": name, "configuration": self.configuration}

        def compute_encoded_size(self, n, spec):
            return n

        async def _encode_single(self, *_):
            raise NotImplementedError

        _decode_single = _encode_single

    return Named


Packed, Reshaped, Transposed = named("packbits", ArrayBytesCodec), named("reshape", ArrayArrayCodec), named("transpose", ArrayArrayCodec)


def text(b):
    return base64.b64encode(b).decode()


def stored(v, filters, serializer):
    """What a chunk is stored as, and the codecs of its metadata."""
    with tempfile.TemporaryDirectory() as d:
        a = zarr.create_array(d, shape=v.shape, chunks=v.shape, dtype=v.dtype, filters=filters, serializer=serializer, compressors=None, fill_value=0)
        a[...] = v
        chunk = next(p for p in pathlib.Path(d).rglob("*") if p.is_file() and p.name != "zarr.json")
        return chunk.read_bytes(), json.loads((pathlib.Path(d) / "zarr.json").read_text())["codecs"], a[...]


def kept(v, first, last):
    """The elements that are left of v: its bits from first to last."""
    part = np.dtype(f"{'i' if v.dtype.kind == 'i' else 'u'}{v.dtype.itemsize // (2 if v.dtype.kind == 'c' else 1)}")
    up = 8 * part.itemsize - 1 - last
    return (((v.view(part) << up) >> (up + first)) << first).view(v.dtype)


def case(v, filters=(), first=None, last=None, serializer=None, **packed):
    if first is not None:
        packed["first_bit"] = first
    if last is not None:
        packed["last_bit"] = last
    chunk, codecs, back = stored(v, list(filters), serializer or Packed(**packed))
    c = {"dtype": v.dtype.name, "shape": v.shape, "codecs": codecs, "data": text(v.tobytes()), "encoded": text(chunk)}
    if first is not None or last is not None:
        top = 8 * v.dtype.itemsize // (2 if v.dtype.kind == "c" else 1) - 1
        want = kept(v, first or 0, top if last is None else last)
        assert v.dtype.kind == "i" or want.tobytes() == back.tobytes(), c
        c["decoded"] = text(want.tobytes())
    else:
        assert back.tobytes() == v.tobytes(), c
    return c


def some(dtype, shape):
    dtype = np.dtype(dtype)
    if dtype == "bool":
        v = rng.integers(0, 2, shape).astype(bool)
        v.flat[0] = True  # chunks of fill values aren't stored
        return v
    return rng.integers(0, 256, int(np.prod(shape)) * dtype.itemsize, dtype="u1").view(dtype).reshape(shape)


def cases():
    for n in [1, 7, 8, 9, 64, 77]:
        for padding in [None, "none", "first_byte", "last_byte"]:
            yield case(some("bool", n), **({"padding_encoding": padding} if padding else {}))
    yield case(some("bool", (3, 5)), first=0, last=0)
    for dtype in ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64", "complex64", "complex128"]:
        top = 8 * np.dtype(dtype).itemsize // (2 if dtype.startswith("c") else 1) - 1
        yield case(some(dtype, (3, 5)))
        for first, last in [(None, 4), (3, None), (1, top - 2), (top, None), (0, 0)]:
            for padding in ["none", "first_byte", "last_byte"]:
                yield case(some(dtype, (3, 5)), first=first, last=last, padding_encoding=padding)
    whole = zarr.codecs.BytesCodec(endian="little")
    cube = some("int16", (2, 3, 4))
    for shape in [[24], [-1], [6, 4], [[0, 1], [2]], [[0], [1, 2]], [[0, 1, 2]], [[0], -1], [-1, [2]], [2, [1], 4], [[0], 3, 2, 2], [4, -1, 2]]:
        yield case(cube, [Reshaped(shape=shape)], serializer=whole)
        yield case(some("bool", (2, 3, 4)), [Reshaped(shape=shape)], padding_encoding="first_byte")
    yield case(cube, [Transposed(order=(2, 0, 1)), Reshaped(shape=[[0, 1], [2]]), Transposed(order=(1, 0))], serializer=whole)
    yield case(cube, [Reshaped(shape=[4, 6]), Transposed(order=(1, 0))], last=11)


def bare():
    for dtype in ["uint8", "int16", "float64", "complex64"]:
        for padding in ["first_byte", "last_byte"]:
            yield case(some(dtype, (3, 5)), padding_encoding=padding)


def refused():
    cube = np.ones((2, 3, 4), "int16")
    for shape in [[23], [[0], [1]], [[1], [0]], [[1, 0], 4], [[0], [0]], [-1, -1], [5, -1], [0, 24], [[3]], ["x"], [-2]]:
        codec = Reshaped(shape=shape)
        try:
            stored(cube, [codec], "auto")
        except (zarrs.pipeline.UnsupportedMetadataError, RuntimeError):
            yield codec.to_dict()
        else:
            sys.exit(f"zarrs takes {codec.to_dict()}")


if __name__ == "__main__":
    json.dump({"cases": list(cases()), "bare": list(bare()), "refused": list(refused())}, sys.stdout, separators=(",", ":"))
    print()
