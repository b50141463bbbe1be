"""Makes the files of this folder and golden.json, what h5py reads from them.

Needs h5py, numpy and numcodecs. Run in this folder: python make.py
With hdf5plugin 7.1.0, which is too big for the tests to install, it makes
plugins.h5 and plugins.json: python make.py plugins
"""

import base64
import ctypes
import glob
import json
import os
import sys
import zlib

import h5py
import numpy as np
from h5py import h5d, h5p, h5s, h5t, h5z
from numcodecs import Zstd

golden = {}


def pack(data):
    """Compresses data for golden.json."""
    return base64.b64encode(zlib.compress(data, 9)).decode()


def expect(f, path, present=None, codecs=None, dims=None):
    """Records what Go should find: bytes in native order, fill, chunks, names."""
    d = f[path]
    v = d[()]
    if d.dtype == bool or d.dtype.kind in "iufcSVM":
        name = {"S": "bytes%d" % d.dtype.itemsize, "V": "raw%d" % d.dtype.itemsize}.get(d.dtype.kind, d.dtype.name)
        v = np.ascontiguousarray(v).astype(d.dtype.newbyteorder("<"))
        data = v.tobytes()
    else:
        name, data = "invalid", b""
    golden.setdefault(f.filename, {})[path] = {
        "dtype": name,
        "shape": list(d.shape),
        "chunks": list(d.chunks) if d.chunks else None,
        "order": "big" if d.dtype.byteorder == ">" else "",
        "data": pack(data),
        "missing": [] if present is None else [list(c) for c in np.ndindex(*[-(-n // c) for n, c in zip(d.shape, d.chunks)]) if c not in present],
        "codecs": codecs or [],
        "dims": dims,
    }


def types():
    rng = np.random.default_rng(1)
    with h5py.File("types.h5", "w", libver=("v110", "v110")) as f:
        for code in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]:
            for order in "<>":
                a = rng.integers(0, 100, (5, 7)).astype(order + code)
                if a.dtype.kind == "c":
                    a += (1j * rng.integers(0, 100, (5, 7))).astype(a.dtype)
                if a.dtype.kind == "i":
                    a[0, 0] = np.iinfo(a.dtype).min
                name = a.dtype.str.replace("<", "l").replace(">", "b").replace("|", "n")
                if "flat_" + name in f:
                    continue
                f["flat_" + name] = a
                expect(f, "flat_" + name)
                f.create_dataset("gzip_" + name, data=a, chunks=(2, 3), compression=6, shuffle=True, fletcher32=True)
                expect(f, "gzip_" + name, codecs=["shuffle", "gzip 6", "fletcher32"])
        b = rng.integers(0, 2, (5, 7)).astype(bool)
        f["bool"] = b
        f.create_dataset("boolz", data=b, chunks=(2, 7), compression=1)
        expect(f, "bool")
        expect(f, "boolz", codecs=["gzip 1"])
        f["text"] = np.array([b"abc", b"", b"defgh"], "S5")
        expect(f, "text")
        padded = h5t.C_S1.copy()
        padded.set_size(4)
        padded.set_strpad(h5t.STR_SPACEPAD)
        d = h5d.create(f.id, b"spaces", padded, h5s.create_simple((2,)))
        d.write(h5s.ALL, h5s.ALL, np.array([b"ab", b"c"], "S4"))
        golden["types.h5"]["spaces"] = {"dtype": "bytes4", "shape": [2], "chunks": None, "order": "", "data": pack(b"ab\0\0c\0\0\0"),
                                        "missing": [], "codecs": [], "dims": None}
        f["raw"] = np.array([b"ab", b"cd\x01"], "V3")
        expect(f, "raw")
        t = np.array(["2020-01-01T00:00:01", "1969-12-31T23:59:59"], "M8[ms]")
        f.create_dataset("time", data=t.astype(h5py.opaque_dtype(t.dtype)))
        golden["types.h5"]["time"] = {"dtype": "datetime64[ms]", "shape": [2], "chunks": None, "order": "",
                                      "data": pack(t.tobytes()), "missing": [], "codecs": [], "dims": None}
        f.create_dataset("enum", data=np.array([0, 1, 7], "i2"), dtype=h5py.enum_dtype({"A": 0, "B": 1, "C": 7}, "i2"))
        expect(f, "enum")
        bits = h5d.create(f.id, b"bits", h5t.STD_B16LE, h5s.create_simple((3,)))
        bits.write(h5s.ALL, h5s.ALL, np.array([1, 2, 65535], "u2"), mtype=h5t.STD_B16LE)
        golden["types.h5"]["bits"] = {"dtype": "uint16", "shape": [3], "chunks": None, "order": "",
                                      "data": pack(b"\1\0\2\0\xff\xff"), "missing": [], "codecs": [], "dims": None}
        f["compound"] = np.array([(1, 2.5)], [("n", "i4"), ("x", "f8")])
        f["strings"] = ["a", "bcd"]
        f.create_dataset("lists", (2,), h5py.vlen_dtype("i4"))
        f.create_dataset("refs", data=np.array([f["bool"].ref], h5py.ref_dtype))
        f.create_dataset("pairs", (2,), np.dtype(("i4", (2, 3))))


def filters():
    with h5py.File("filters.h5", "w", libver=("earliest", "v110")) as f:
        a = (np.arange(30 * 50) // 7).astype("i4").reshape(30, 50)
        make = lambda n, **k: f.create_dataset(n, data=a, chunks=(16, 16), **k)
        make("none")
        expect(f, "none")
        make("lzf", compression="lzf", shuffle=True, fletcher32=True)
        expect(f, "lzf", codecs=["shuffle", "lzf", "fletcher32"])
        f.create_dataset("noise", data=np.random.default_rng(2).integers(0, 256, 64).astype("u1"), chunks=(32,), compression="lzf")
        expect(f, "noise", codecs=["lzf"])
        make("scaleoffset", scaleoffset=0)
        expect(f, "scaleoffset", codecs=["scaleoffset"])
        if h5z.filter_avail(h5z.FILTER_SZIP):
            make("szip", compression="szip")
            expect(f, "szip", codecs=["szip"])
        d = make("mask", compression=4, shuffle=True)
        chunk = np.zeros((16, 16), "i4")
        chunk[:] = 5
        d.id.write_direct_chunk((0, 16), chunk.tobytes(), filter_mask=3)
        d.id.write_direct_chunk((16, 16), np.full((16, 16), 6, "i4").tobytes(), filter_mask=3)
        d.id.refresh()
        expect(f, "mask", codecs=["shuffle", "gzip 4"])

        # Partial chunks stored without filters: h5py has no call for it, its library has.
        for lib in glob.glob(os.path.join(os.path.dirname(h5py.__file__), "..", "h5py.libs", "libhdf5-*")):
            p = h5p.create(h5p.DATASET_CREATE)
            p.set_chunk((16, 16))
            p.set_deflate(4)
            call = ctypes.CDLL(lib).H5Pset_chunk_opts
            call.argtypes = [ctypes.c_int64, ctypes.c_uint]
            assert call(p.id, 2) >= 0
            d = h5d.create(f.id, b"edges", h5t.NATIVE_INT32, h5s.create_simple((30, 50)), dcpl=p)
            d.write(h5s.ALL, h5s.ALL, a)
            expect(f, "edges", codecs=["gzip 4"])

        for name, id, data in [("zstd", 32015, Zstd(3).encode(chunk.tobytes())), ("zfp", 32013, b"whatever"), ("own", 300, b"x")]:
            p = h5p.create(h5p.DATASET_CREATE)
            p.set_chunk((16, 16))
            p.set_filter(id, h5z.FLAG_OPTIONAL, (3,))
            d = h5d.create(f.id, name.encode(), h5t.NATIVE_INT32, h5s.create_simple((16, 20)), dcpl=p)
            d.write_direct_chunk((0, 0), data)
        # By hand: h5py has no zstd.
        v = np.zeros((16, 20), "i4")
        v[:, :16] = 5
        golden["filters.h5"]["zstd"] = {"dtype": "int32", "shape": [16, 20], "chunks": [16, 16], "order": "", "data": pack(v.tobytes()),
                                        "missing": [[0, 1]], "codecs": ["filter 32015 (zstd)"], "dims": None}


def plugins():
    """Chunks of several blocks, the last of odd length, written by the plugins themselves."""
    import hdf5plugin

    bits = hdf5plugin.Bitshuffle
    ways = {
        "filter 32015 (zstd)": {"zstd": hdf5plugin.Zstd(5)},
        "filter 32004 (lz4)": {"lz4": hdf5plugin.LZ4(), "lz4_blocks": hdf5plugin.LZ4(nbytes=1000)},
        "filter 32008 (bitshuffle)": {"bits": bits(cname="none"), "bits_lz4": bits(cname="lz4"), "bits_zstd": bits(cname="zstd"),
                                      "bits_blocks": bits(nelems=64, cname="lz4"), "bits_plain": bits(nelems=64, cname="none")},
        "filter 32001 (blosc)": {"blosc_%s_%d" % (c, s): hdf5plugin.Blosc(cname=c, clevel=5, shuffle=s)
                                 for c in ["blosclz", "lz4", "lz4hc", "zlib", "zstd"] for s in range(3)},
    }
    with h5py.File("plugins.h5", "w", libver=("earliest", "v110")) as f:
        for code in ["i4", "S3"]:
            a = (np.arange(41 * 101) // 7 % 100).astype(code).reshape(41, 101)
            if code == "i4":
                a[:2] = np.random.default_rng(3).integers(-(1 << 31), 1 << 31, (2, 101))  # doesn't compress
            for text, kinds in ways.items():
                for name, way in kinds.items():
                    f.create_dataset(name + "_" + code, data=a, chunks=a.shape, **way)
                    expect(f, name + "_" + code, codecs=[text])
        f.create_dataset("sum_lz4", data=a, chunks=(20, 101), fletcher32=True, shuffle=True, **hdf5plugin.LZ4())
        expect(f, "sum_lz4", codecs=["shuffle", "filter 32004 (lz4)", "fletcher32"])
        f.create_dataset("blosc2", data=a, chunks=a.shape, **hdf5plugin.Blosc2())


def layouts():
    with h5py.File("layouts.h5", "w", libver=("earliest", "v110")) as f:
        a = np.arange(24, dtype="f4").reshape(4, 6)
        p = h5p.create(h5p.DATASET_CREATE)
        p.set_layout(h5d.COMPACT)
        d = h5d.create(f.id, b"compact", h5t.NATIVE_FLOAT, h5s.create_simple((4, 6)), dcpl=p)
        d.write(h5s.ALL, h5s.ALL, a)
        expect(f, "compact")
        f["scalar"] = np.float64(2.5)
        expect(f, "scalar")
        f.create_dataset("null", dtype="f4", data=h5py.Empty("f4"))
        f.create_dataset("empty", (0, 5), "i2", maxshape=(None, 5), chunks=(2, 5))
        expect(f, "empty", present=[])
        d = f.create_dataset("sparse", (10, 10), "i2", chunks=(4, 4), fillvalue=-7, maxshape=(None, None), compression=1)
        d[5, 5] = 3
        expect(f, "sparse", present=[(1, 1)], codecs=["gzip 1"])
        f.create_dataset("never", (10,), "i2", chunks=(4,), fillvalue=9)
        expect(f, "never", present=[])
        d = f.create_dataset("few", (30, 14), "f8", chunks=(16, 8), fillvalue=-1)
        d[:, 8:] = np.arange(180).reshape(30, 6)
        d[0, 0] = 5
        expect(f, "few", present=[(0, 0), (0, 1), (1, 1)])
        f.create_dataset("unset", (3, 4), "i8", fillvalue=4)
        f.create_dataset("big", (1 << 40, 1 << 20), "u1", chunks=(1 << 10, 1 << 10))
        src = h5py.VirtualSource("layouts.h5", "compact", (4, 6))
        v = h5py.VirtualLayout((2, 6), "f4")
        v[0], v[1] = src[1], src[3]
        f.create_virtual_dataset("virtual", v)
    with h5py.File("layouts.h5", "r") as f:
        expect(f, "virtual")
    with h5py.File("userblock.h5", "w", userblock_size=512) as f:
        f["flat"] = a
        f.create_dataset("gzip", data=a, chunks=(2, 4), compression=3)
        f.create_dataset("few", data=np.arange(128.0).reshape(2, 64), chunks=(1, 64))
        expect(f, "flat")
        expect(f, "few")
        expect(f, "gzip", codecs=["gzip 3"])


def index():
    """Chunks that are found by a B-tree of version 1, of one level and of more."""
    with h5py.File("index.h5", "w", libver=("earliest", "v110")) as f:
        a = np.arange(50 * 60, dtype="i2").reshape(50, 60)
        f.create_dataset("tree", data=a, chunks=(2, 3), compression=1)  # 500 chunks, of 64 in a node
        expect(f, "tree", codecs=["gzip 1"])
        d = f.create_dataset("holes", (20, 12), "i2", chunks=(2, 3), fillvalue=7)
        for i, j in [(0, 0), (3, 11), (10, 5), (19, 0)]:
            d[i, j] = 1
        expect(f, "holes", present=[(0, 0), (1, 3), (5, 1), (9, 0)])
        d = f.create_dataset("masked", (8,), "i4", chunks=(4,), compression=1)
        d.id.write_direct_chunk((0,), np.arange(4, dtype="i4").tobytes(), filter_mask=1)
        d.id.write_direct_chunk((4,), zlib.compress(np.arange(4, 8, dtype="i4").tobytes()))
        expect(f, "masked", codecs=["gzip 1"])
        d = f.create_dataset("grown", (4,), "f8", chunks=(4,), maxshape=(None,), data=np.arange(4.0), fletcher32=True)
        for i in range(20):  # attributes that the header goes on after
            d.attrs["a%d" % i] = np.arange(50)
        d.resize((10,))
        d[4:] = np.arange(4, 10)
        expect(f, "grown", codecs=["fletcher32"])
        d = f.create_dataset("newer", data=a, chunks=(25, 30), track_order=True)  # a header of version 2
        for i in range(6):
            d.attrs["a%d" % i] = np.arange(50)
        expect(f, "newer")
        f["chunked"] = h5py.ExternalLink("filters.h5", "/none")
        f["flat"] = h5py.ExternalLink("types.h5", "/flat_lf8")
        expect(f, "chunked")
        expect(f, "flat")


def latest():
    """Chunks that are found by the indexes of files of the latest format."""
    rng = np.random.default_rng(3)
    with h5py.File("latest.h5", "w", libver=("v110", "v110")) as f:
        for name, shape, chunks, maxshape, kind in [
            ("fixed", (7, 9), (2, 3), (9, 9), {}),
            ("pages", (60, 70), (1, 2), None, {"compression": 1}),
            ("grows", (300,), (2,), (None,), {}),
            ("columns", (3, 90), (2, 3), (7, None), {"compression": 1}),
            ("tree", (30, 60), (2, 1), (None, None), {"compression": 1}),
        ]:
            d = f.create_dataset(name, shape, "u1", chunks=chunks, maxshape=maxshape, fillvalue=7, **kind)
            present = set()
            for _ in range(3 * max(shape) if name == "tree" else 6):
                at = tuple(int(rng.integers(n)) for n in shape)
                d[at] = rng.integers(256)
                present.add(tuple(i // n for i, n in zip(at, chunks)))
            expect(f, name, present=present, codecs=["gzip 1"] if kind else [])
        f.create_dataset("huge", (10**6, 10**6), "u1", chunks=(1, 1), maxshape=(None, None))[12345, 678901] = 1
        f.create_dataset("many", (10**9,), "u1", chunks=(1,), maxshape=(None,))[1000] = 1


def groups():
    with h5py.File("groups.h5", "w", libver=("earliest", "v110")) as f:
        f.attrs["title"] = "groups"
        f["a/b/x"] = np.arange(3)
        f["a/up"] = f["/"]  # hard-link circles
        f["a/b/self"] = f["a/b"]
        f["soft"] = h5py.SoftLink("/a/b")
        f["softx"] = h5py.SoftLink("/a/b/x")
        f["dangling"] = h5py.SoftLink("/nowhere")
        f["round1"] = h5py.SoftLink("/round2")
        f["round2"] = h5py.SoftLink("/round1")
        f["outside"] = h5py.ExternalLink("types.h5", "/bool")
        f["gone"] = h5py.ExternalLink("nofile.h5", "/bool")
        f["type"] = np.dtype("i4")
        f["äöü"] = np.float32(1)
        f["a/b"].attrs["n"] = np.int16(4)


def attributes():
    with h5py.File("attrs.h5", "w", libver=("earliest", "v110")) as f:
        at = f.attrs
        for code in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]:
            at["one_" + code] = np.dtype(code).type(3)
            at["list_" + code] = np.array([1, 2], code)
        at["big"] = np.array([1, 2], ">i4")
        at["flag"] = np.bool_(True)
        at["flags"] = np.array([True, False])
        at["matrix"] = np.arange(6, dtype="i2").reshape(2, 3)
        at["utf8"] = "Größe"
        at["fixed"] = np.bytes_(b"ascii")
        at["fixed_list"] = np.array([b"ab", b"cde"])
        at["list"] = ["ein", "zwei", "drei vier"]
        at["none"] = h5py.Empty("f4")
        at["nothing"] = h5py.Empty("S1")
        at["zero"] = np.zeros(0, "i4")
        at["ref"] = f.ref
        at["compound"] = np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")])
        lists = np.empty(1, object)
        lists[0] = np.arange(2, dtype="i4")
        at.create("vlenlist", lists, dtype=h5py.vlen_dtype("i4"))
        at["long"] = "x" * 3000


def dims():
    with h5py.File("dims.h5", "w", libver=("earliest", "v110")) as f:
        f["t"], f["y"] = np.arange(4.0), np.arange(3.0)
        f["v"] = np.zeros((4, 3, 2), "i1")
        f["t"].make_scale("time")
        f["y"].make_scale()
        f["v"].dims[0].attach_scale(f["t"])
        f["v"].dims[1].attach_scale(f["y"])
        f["v"].dims[2].label = "z"
        f["plain"] = np.zeros((2, 2), "i1")
        f["forged"] = np.zeros(2, "i1")
        f["forged"].attrs["DIMENSION_LIST"] = np.array([12345, 678])
        expect(f, "v", dims=["t", "y", "z"])
        expect(f, "t", dims=["t"])
        expect(f, "plain")
        expect(f, "forged")


def corrupt():
    with h5py.File("corrupt.h5", "w", libver=("v110", "v110")) as f:
        a = np.arange(64, dtype="i4")
        f.create_dataset("ok", data=a, chunks=(16,), compression=4)
        for name, k, data in [
            ("deflate", {"compression": 4}, b"this is not zlib at all"),
            ("short", {"compression": 4}, zlib.compress(b"abc")),
            ("long", {"compression": 4}, zlib.compress(bytes(1000))),
            ("adler", {"compression": 4}, zlib.compress(bytes(64))[:-1] + b"\0"),
            ("fletcher", {"fletcher32": True}, bytes(range(68))),
            ("lzf", {"compression": "lzf"}, b"\xff\xff\xff"),
            ("huge", {"compression": 4}, bytes(6000)),
        ]:
            d = f.create_dataset(name, data=a, chunks=(16,), **k)
            d.id.write_direct_chunk((16,), data)


if sys.argv[1:] == ["plugins"]:
    plugins()
else:
    for make in types, filters, layouts, index, latest, groups, attributes, dims, corrupt:
        make()
with open("plugins.json" if "plugins.h5" in golden else "golden.json", "w") as out:
    json.dump(golden, out, indent=0, sort_keys=True)
    out.write("\n")
