"""Writes and reads the arrays of the matrix of Zarr arrays with one library:

    python matrix.py read|write zarr|tensorstore|xarray FOLDER < cases.json

A case says how an array is stored, and its elements and fill value: bytes in C
order, native byte order, in base64, or a list of texts. Prints as JSON what the
library sees or has written, name -> {dtype, data, fill, dims, attrs}, of which a
library may leave out what it has no notion of, or name -> {error}.
"""

import base64
import functools
import json
import sys
import warnings

import numpy as np

DIMS, ATTRS = ["y", "x"], {"long_name": "°C"}
SHAPE, CHUNK, SHARD = (3, 5), (2, 3), (4, 6)


def elements(case, key="data"):
    if case["dtype"] == "string":
        v = np.array(case[key], dtype=object)
    else:
        v = np.frombuffer(base64.b64decode(case[key]), case["dtype"])
    return v.reshape(SHAPE) if key == "data" else v[0]


def b64(v):
    return base64.b64encode(v.astype(v.dtype.newbyteorder("=")).tobytes()).decode()


def look(v, fill=None, **more):
    """What is seen of an array whose elements are v."""
    v = np.asarray(v)
    if v.dtype.kind in "OT":
        seen = {"dtype": "string", "data": v.ravel().tolist(), "fill": fill if fill is None else [str(fill)]}
    else:
        seen = {"dtype": v.dtype.newbyteorder("=").str, "data": b64(v), "fill": fill if fill is None else b64(np.asarray(fill, v.dtype))}
    return seen | more


def fill_json(v):
    """A fill value as a document of version 3 has it."""
    if isinstance(v, (complex, np.complexfloating)):
        return [fill_json(v.real), fill_json(v.imag)]
    if isinstance(v, (float, np.floating)) and not np.isfinite(v):
        return "NaN" if np.isnan(v) else "Infinity" if v > 0 else "-Infinity"
    if isinstance(v, (np.datetime64, np.timedelta64)):
        return int(v.astype("i8"))
    return v.item() if isinstance(v, np.generic) else v


def numcodec(case):
    """A codec of numcodecs, with parameters that lose nothing of the elements."""
    import numcodecs
    import zarr.codecs.numcodecs as v3

    dtype, ns = case["dtype"], numcodecs if case["version"] == 2 else v3
    return {
        "zlib": lambda: ns.Zlib(level=1), "lz4": lambda: ns.LZ4(acceleration=1), "shuffle": lambda: ns.Shuffle(elementsize=elements(case).itemsize),
        "delta": lambda: ns.Delta(dtype=dtype), "bz2": lambda: ns.BZ2(level=1), "lzma": lambda: ns.LZMA(preset=1),
        "fixedscaleoffset": lambda: ns.FixedScaleOffset(offset=1, scale=2, dtype=dtype, astype="<i2"), "quantize": lambda: ns.Quantize(digits=3, dtype=dtype),
        "astype": lambda: ns.AsType(encode_dtype="<f4", decode_dtype=dtype), "fletcher32": lambda: ns.Fletcher32(),
        "adler32": lambda: ns.Adler32(), "crc32": lambda: ns.CRC32(),
    }[case["codec"].removeprefix("numcodecs.")]()


class Zarr:
    def read(self, path, case):
        import zarr

        a = zarr.open_array(path, mode="r")
        attrs = a.attrs.asdict()
        dims = attrs.pop("_ARRAY_DIMENSIONS", None) or a.metadata.dimension_names
        return look(a[...], a.fill_value, dims=list(dims), attrs=attrs)

    def write(self, path, case):
        import zarr

        v = elements(case)
        dtype = str if case["dtype"] == "string" else v.dtype
        kw = self.codecs2(case) if case["version"] == 2 else self.codecs3(case)
        if case["version"] == 2 and case["codec"] == "big":
            dtype = v.dtype.newbyteorder(">")
        a = zarr.create_array(path, shape=SHAPE, chunks=CHUNK, dtype=dtype, zarr_format=case["version"], fill_value=elements(case, "fill"), **kw)
        a[...] = v

    def codecs2(self, case):
        import numcodecs as n

        filters, compressor = {
            "plain": ([], None), "big": ([], None), "zstd": ([], n.Zstd(3)), "gzip": ([], n.GZip(5)), "zlib": ([n.Shuffle(elements(case).itemsize)], n.Zlib(1)),
            "blosc": ([], n.Blosc("zstd")), "blosc zstd": ([], n.Blosc("zstd")), "blosc lz4": ([], n.Blosc("lz4")),
        }.get(case["codec"]) or ([numcodec(case)], n.Zlib(1))
        if case["dtype"] == "string":
            filters = [n.VLenUTF8()]
        return {"order": case["order"], "filters": filters or None, "compressors": compressor, "attributes": ATTRS | {"_ARRAY_DIMENSIONS": DIMS}}

    def codecs3(self, case):
        import zarr.codecs.numcodecs
        from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, TransposeCodec, ZstdCodec

        kw = {"dimension_names": DIMS, "attributes": ATTRS, "compressors": {
            "plain": None, "big": None, "zstd": ZstdCodec(level=3), "gzip": GzipCodec(level=5), "blosc": BloscCodec(cname="zstd"),
            "blosc zstd": BloscCodec(cname="zstd"), "blosc lz4": BloscCodec(cname="lz4"), "checked": [ZstdCodec(level=1, checksum=True), Crc32cCodec()],
        }.get(case["codec"]), "filters": [TransposeCodec(order=(1, 0))] if case["order"] == "F" else []}
        if case["codec"].startswith("numcodecs."):
            c = numcodec(case)
            if isinstance(c, zarr.codecs.numcodecs._NumcodecsArrayArrayCodec):
                kw["filters"].append(c)
            else:
                kw["compressors"] = c
        if case["codec"] == "big":
            kw["serializer"] = BytesCodec(endian="big")
        if case["shards"]:
            kw["shards"] = SHARD
        return kw


class Tensorstore:
    def spec(self, path, case, **more):
        driver = {2: "zarr", 3: "zarr3"}[case["version"]]
        return {"driver": driver, "kvstore": {"driver": "file", "path": path + "/"}} | more

    def read(self, path, case):
        import tensorstore as ts

        a = ts.open(self.spec(path, case), open=True).result()
        dims = {"dims": list(a.domain.labels)} if case["version"] == 3 else {}
        return look(a.read().result(), a.fill_value, **dims)

    def write(self, path, case):
        import tensorstore as ts

        metadata = self.metadata2(case) if case["version"] == 2 else self.metadata3(case)
        ts.open(self.spec(path, case, metadata=metadata), create=True).result().write(elements(case)).result()

    def metadata2(self, case):
        v, fill = elements(case), elements(case, "fill")
        if case["codec"] == "big" and case["dtype"] != "string":
            v = v.astype(v.dtype.newbyteorder(">"))
        fill = base64.b64encode(np.asarray(fill, v.dtype).tobytes()).decode() if v.dtype.kind in "SV" else fill_json(fill)
        compressor = {
            "plain": None, "big": None, "zstd": {"id": "zstd", "level": 3}, "gzip": {"id": "gzip", "level": 5}, "zlib": {"id": "zlib", "level": 1},
            "blosc": {"id": "blosc", "cname": "zstd", "clevel": 5, "shuffle": 1}, "blosc zstd": {"id": "blosc", "cname": "zstd", "clevel": 5, "shuffle": 1},
            "blosc lz4": {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1},
        }[case["codec"]]
        filters = [{"id": "shuffle", "elementsize": v.itemsize}] if case["codec"] == "zlib" else None
        return {"shape": SHAPE, "chunks": CHUNK, "dtype": v.dtype.str, "fill_value": fill, "order": case["order"], "compressor": compressor, "filters": filters}

    def metadata3(self, case):
        v = elements(case)
        blosc = lambda cname: [{"name": "blosc", "configuration": {"cname": cname, "clevel": 5, "shuffle": "shuffle"}}]
        codecs = [{"name": "transpose", "configuration": {"order": [1, 0]}}] if case["order"] == "F" else []
        codecs.append({"name": "bytes", "configuration": {"endian": "big" if case["codec"] == "big" else "little"}})
        codecs += {
            "plain": [], "big": [], "zstd": [{"name": "zstd", "configuration": {"level": 3}}], "gzip": [{"name": "gzip", "configuration": {"level": 5}}],
            "blosc": blosc("zstd"), "blosc zstd": blosc("zstd"), "blosc lz4": blosc("lz4"), "checked": [{"name": "zstd", "configuration": {"level": 1}}, {"name": "crc32c"}],
        }[case["codec"]]
        if case["shards"]:
            codecs = [{"name": "sharding_indexed", "configuration": {"chunk_shape": CHUNK, "codecs": codecs, "index_location": "start"}}]
        return {
            "shape": SHAPE, "data_type": v.dtype.name, "fill_value": fill_json(elements(case, "fill")), "codecs": codecs,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": SHARD if case["shards"] else CHUNK}},
            "dimension_names": DIMS, "attributes": ATTRS,
        }


class Xarray:
    @functools.cache
    def open(self, folder):
        import xarray as xr

        return xr.open_zarr(folder, decode_cf=False, consolidated=False, chunks=None)

    def read(self, path, case):
        folder, name = path.rsplit("/", 1)
        v = self.open(folder)[name]
        attrs = {k: a for k, a in v.attrs.items() if k != "_FillValue"}
        return look(v.values, dims=list(v.dims), attrs=attrs)

    def write(self, path, case):
        import xarray as xr

        kw = Zarr().codecs2(case) if case["version"] == 2 else Zarr().codecs3(case)
        encoding = {"chunks": CHUNK} | {k: kw[k] for k in ("compressors", "filters", "serializer", "shards") if kw.get(k) is not None}
        xr.Dataset({"v": (DIMS, elements(case), ATTRS)}).to_zarr(path, zarr_format=case["version"], consolidated=True, encoding={"v": encoding})


if __name__ == "__main__":
    command, library, folder = sys.argv[1:]
    warnings.simplefilter("ignore")
    peer = {"zarr": Zarr, "tensorstore": Tensorstore, "xarray": Xarray}[library]()
    seen = {}
    for case in json.load(sys.stdin):
        try:
            seen[case["name"]] = getattr(peer, command)(f"{folder}/{case['name']}", case) or {}
        except Exception as e:  # whatever a library can't do
            seen[case["name"]] = {"error": f"{type(e).__name__}: {e}"}
    json.dump(seen, sys.stdout)
