"""Writes files for ndgrid to read, and reads those it wrote:

    python interop.py read-zarr | read-hdf5 | xarray-zarr | xarray-netcdf | xarray-coords FILE
    python interop.py write-zarr | write-hdf5 | write-cf FILE
    python interop.py xarray-cf FILE,FILE…
    python interop.py write-times FILE

Prints as JSON what the libraries see: name -> {dtype, shape, chunks, dims, attrs,
data}; data are the bytes of the elements, C order, native byte order, in base64.
"""

import base64
import functools
import json
import sys
import warnings

import h5py
import numpy as np
import zarr


def plain(v):
    """Makes a value of NumPy or HDF5 one of JSON."""
    if isinstance(v, dict):
        return {k: plain(x) for k, x in v.items()}
    if isinstance(v, np.ndarray):
        return [plain(x) for x in v]
    if isinstance(v, np.generic):
        return plain(v.item())
    return v.decode() if isinstance(v, bytes) else v


def look(values, chunks, dims, attrs):
    v = np.asarray(values)
    return {
        "dtype": v.dtype.name,
        "shape": v.shape,
        "chunks": [min(c, n) for c, n in zip(chunks or v.shape, v.shape)],
        "dims": list(dims or [None] * v.ndim),
        "attrs": {k: plain(a) for k, a in attrs.items()},
        "data": base64.b64encode(v.astype(v.dtype.newbyteorder("=")).tobytes()).decode(),
    }


def look_zarr(a):
    return look(a[...], a.chunks, getattr(a.metadata, "dimension_names", None), a.attrs.asdict())


def read_zarr(file):
    root = zarr.open_group(file, mode="r")
    return {name: look_zarr(a) for name, a in root.members(max_depth=None) if isinstance(a, zarr.Array)}


INTERNAL = {"CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "DIMENSION_LABELS", "_Netcdf4Dimid", "_Netcdf4Coordinates", "_NCProperties"}


def look_hdf5(d):
    dims = [(dim[0].name.rsplit("/")[-1] if len(dim) else dim.label) or None for dim in d.dims]
    if d.is_scale:
        dims = [d.name.rsplit("/")[-1]]
    return look(d[()], d.chunks, dims, {k: v for k, v in d.attrs.items() if k not in INTERNAL})


def read_hdf5(file):
    seen = {}
    with h5py.File(file, "r") as f:
        f.visititems(lambda name, d: seen.update({name: look_hdf5(d)}) if isinstance(d, h5py.Dataset) else None)
    return seen


def xarray(opener, file):
    """What xarray sees of a file whose times it decodes, and that it finds values by their labels."""
    import xarray as xr  # here because it takes long

    with warnings.catch_warnings(record=True, action="always") as complaints, getattr(xr, opener)(file) as ds:
        chunks = {name: v.encoding["preferred_chunks"] for name, v in ds.variables.items()}
        return {
            "variables": {k: look(v.values, [chunks[k][d] for d in v.dims if chunks[k]], v.dims, v.attrs) for k, v in ds.variables.items()},
            "coords": sorted(ds.coords),
            "attrs": {k: plain(v) for k, v in ds.attrs.items()},
            "point": float(ds["anomaly"].sel(time="2000-01-03", lat=20.0, lon=10.0)),
            "recomputed": bool((ds["sst"] - ds["sst"].mean("time") == ds["anomaly"]).all()),
            "warnings": [str(w.message) for w in complaints],
        }


def xarray_coords(file):
    """The coordinates that xarray sees, of the file and of its variables."""
    import xarray as xr

    with xr.open_zarr(file) if file.endswith(".zarr") else xr.open_dataset(file) as ds:
        return {"coords": sorted(ds.coords), "variables": {k: sorted(v.coords) for k, v in ds.data_vars.items()}, "attrs": {k: ds[k].attrs for k in ds.coords}}


def xarray_cf(files):
    """The coordinates of files, bounds and grid mappings among them, and the grid mapping of each variable."""
    import xarray as xr

    def attributes(v):  # NetCDF has lists only, and one element of a list is a number for its readers
        a = plain(v.attrs)
        return {k: x[0] if isinstance(x, list) and len(x) == 1 else x for k, x in a.items()}

    def look_at(file):
        with (xr.open_zarr if file.endswith(".zarr") else xr.open_dataset)(file, decode_coords="all") as ds:
            named = lambda v: {k: str(v.encoding[k]) for k in ("bounds", "units", "calendar", "grid_mapping") if k in v.encoding}
            return {
                "coords": {k: [list(v.dims), str(v.values.tolist()), {**attributes(v), **named(v)}] for k, v in ds.coords.items()},
                "variables": {k: [sorted(v.coords), named(v).get("grid_mapping", "")] for k, v in ds.data_vars.items()},
            }
    return [look_at(f) for f in files.split(",")]


def write_cf(file):
    """A file as climate models write them: cells with bounds, on a projected grid."""
    import netCDF4

    with netCDF4.Dataset(file, "w") as f:
        def variable(name, dtype, dims, values, **attrs):
            v = f.createVariable(name, dtype, dims)
            v.setncatts(attrs)
            v[...] = values

        for name, n in {"time": None, "y": 4, "x": 5, "bnds": 2, "nv": 4}.items():
            f.createDimension(name, n)
        y, x = np.arange(4) * 1000.0, np.arange(5) * 1000.0
        cells = lambda c, half: np.stack([c - half, c + half], -1)
        variable("time", "f8", ["time"], [15, 45, 75], units="days since 2001-01-01", calendar="noleap", bounds="time_bnds", axis="T")
        variable("time_bnds", "f8", ["time", "bnds"], cells(np.array([15.0, 45, 75]), 15))
        variable("y", "f8", ["y"], y, standard_name="projection_y_coordinate", units="m", bounds="y_bnds")
        variable("y_bnds", "f8", ["y", "bnds"], cells(y, 500))
        variable("x", "f8", ["x"], x, standard_name="projection_x_coordinate", units="m", bounds="x_bnds")
        variable("x_bnds", "f8", ["x", "bnds"], cells(x, 500))
        for k, name in enumerate(["lat", "lon"]):
            c = np.add.outer(y, x) / 1e5 + 10 * k
            variable(name, "f4", ["y", "x"], c, units=["degrees_north", "degrees_east"][k], bounds=name + "_bnds")
            variable(name + "_bnds", "f4", ["y", "x", "nv"], c[..., None] + [0, 1, 2, 3])
        variable("crs", "i4", [], 0, grid_mapping_name="lambert_conformal_conic", standard_parallel=25.0, longitude_of_central_meridian=265.0)
        variable("tas", "f8", ["time", "y", "x"], np.arange(60.0).reshape(3, 4, 5), coordinates="lat lon", grid_mapping="crs: x y")
    return {}


DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64", "complex64", "complex128"]
LAYOUTS = ["int16", "float64", "complex64"]  # the dtypes written in every layout
ATTRS = {"units": "°C", "valid_range": [-5.0, 40.5], "count": 7, "flag": True}


def values(dtype, shape):
    """Values that reach to the edges of a dtype."""
    d = np.dtype(dtype)
    a = np.random.default_rng(len(shape)).integers(0, 120, shape).astype(d)
    edges = {"b": [True], "c": [complex(np.nan, -np.inf), complex(-0.0, 1)], "f": [np.nan, np.inf, -0.0]}.get(d.kind)
    if edges is None:
        edges = [np.iinfo(d).min, np.iinfo(d).max]
    a.flat[: len(edges)] = edges
    return a


def write_zarr(file):
    from numcodecs import Blosc, GZip, Shuffle, Zlib, Zstd
    from zarr.codecs import BloscCodec, BytesCodec, GzipCodec, TransposeCodec, ZstdCodec

    root = zarr.create_group(file, zarr_format=3, attributes={"title": "from Python"})

    def put(name, a, **kw):
        kw = {"chunks": (3, 4), "attributes": ATTRS} | kw
        root.create_array(name, shape=a.shape, dtype=a.dtype, **kw)[...] = a

    for d in DTYPES:
        put(f"v3/{d}", values(d, (7, 10)), dimension_names=("y", "x"))
    for d in LAYOUTS:
        a = values(d, (7, 10))
        put(f"layouts/gzip {d}", a, compressors=GzipCodec(level=6))
        put(f"layouts/zstd {d}", a, compressors=ZstdCodec(level=9, checksum=True))
        put(f"layouts/blosc {d}", a, compressors=BloscCodec(cname="lz4", shuffle="bitshuffle"))
        put(f"layouts/plain {d}", a, compressors=None)
        put(f"layouts/big {d}", a, serializer=BytesCodec(endian="big"))
        put(f"layouts/fortran {d}", a, filters=TransposeCodec(order=(1, 0)))
        put(f"layouts/dots {d}", a, chunk_key_encoding={"name": "default", "separator": "."})
        put(f"layouts/v2 keys {d}", a, chunk_key_encoding={"name": "v2", "separator": "."})
        put(f"layouts/shards {d}", a, shards=(6, 8))
        put(f"layouts/cube {d}", values(d, (3, 4, 5)), chunks=(2, 3, 4))
        put(f"layouts/scalar {d}", values(d, (4,))[3], chunks=())
        put(f"layouts/empty {d}", values(d, (7, 10))[:0], chunks=(1, 4))
        root.create_array(f"layouts/sparse {d}", shape=(7, 10), chunks=(3, 4), dtype=d, fill_value=5)[4:6, 1:7] = 1
    v2 = zarr.create_group(file + "2", zarr_format=2, attributes={"title": "from Python"})
    for d in DTYPES:
        a = values(d, (7, 10))
        ways = {
            "default": {},
            "gzip": {"compressors": GZip(5)},
            "zlib": {"compressors": Zlib(1), "order": "F"},
            "blosc": {"compressors": Blosc(cname="zstd")},
            "shuffled": {"compressors": Zstd(), "filters": [Shuffle(a.itemsize)]},
            "slashes": {"chunk_key_encoding": {"name": "v2", "separator": "/"}},
        }
        for name, kw in ways.items() if d in LAYOUTS else [("default", {})]:
            v2.create_array(f"{name}/{d}", shape=a.shape, chunks=(3, 4), dtype=a.dtype.newbyteorder(">"), attributes=ATTRS, **kw)[...] = a
    v2.create_array("sparse", shape=(7, 10), chunks=(3, 4), dtype="i4", fill_value=-1)[4:6, 1:7] = 1
    return {k: read_zarr(k) for k in [file, file + "2"]}


def write_hdf5(file):
    with h5py.File(file, "w") as f:
        f.attrs["title"] = "from Python"
        for d in DTYPES:
            a = values(d, (7, 10))
            for name, kw in {
                "flat": {}, "chunked": {"chunks": (3, 4)}, "gzip": {"chunks": (3, 4), "compression": "gzip", "shuffle": True},
                "lzf": {"chunks": (3, 4), "compression": "lzf", "fletcher32": True},
                "resizable": {"chunks": (2, 5), "maxshape": (None, None)},
            }.items():
                for order in "<>":
                    if name == "lzf" and order == ">" and a.dtype.kind == "c":
                        continue  # left to libhdf5, which has no lzf of its own
                    f.create_dataset(f"{name}{order}/{d}", data=a.astype(a.dtype.newbyteorder(order)), **kw).attrs.update(ATTRS)
        f.create_dataset("sparse", (7, 10), "f4", chunks=(3, 4), fillvalue=-9)[4:6, 1:7] = 1
        f["scalar"] = 2.5
        f["empty"] = np.zeros((0, 4), "i2")
        f["cube"] = values("f8", (3, 4, 5))
        for i, name in enumerate(["z", "y", "x"]):
            f[name] = np.arange(float(f["cube"].shape[i]))
            f[name].make_scale(name)
            f["cube"].dims[i].attach_scale(f[name])
    return read_hdf5(file)


def write_times(file):
    """Writes numbers that are times, and says what xarray makes of them, in nanoseconds."""
    import xarray as xr
    low = -2**63
    def var(values, kind, units, /, **attrs):
        return xr.Variable("x", np.array(values, kind), {"units": units, **attrs})
    raw = xr.Dataset({
        "days": var([0, 73000, -5, 7], "i4", "days since 1800-01-01", _FillValue=np.int32(7)),
        "hours": var([0, 1, 2, 3], "i8", "hours since 1990-01-01 00:30:00", calendar="gregorian"),
        "minutes": var([0, 1, 2, 300], "u2", "minute since 2000-02-29T12:00:00Z", missing_value=np.uint16(300)),
        "seconds": var([low, 1, -2**31, 3], "i8", "seconds since 1970-01-01", calendar="proleptic_gregorian", _FillValue=np.int64(low)),
        "fraction": var([0.25, np.nan, 1e5 / 3, -1.5], "f8", "days since 1970-01-01 06:00", calendar="standard"),
        "single": var([0.5, 1.5, 9e9, -3], "f4", "hours since 2020-1-1 0:0:0.0", _FillValue=np.float32(9e9)),
        "nanos": var([1, 2, 3, 1600000000123456789], "i8", "nanoseconds since 1970-01-01"),
        "millis": var([1, 2, 3, -1], "i2", "milliseconds since 2001-01-01 00:00:00.25"),
        "zoned": var([0, 1, 2, 3], "i4", "hours since 2000-01-01 00:00:00 +02:00"),
        "packed": var([0, 1, 2, 9], "i2", "hours since 2000-01-01", scale_factor=0.5, add_offset=100.0, _FillValue=np.int16(9)),
        "span": var([0, 1, low, -3], "i8", "minutes", dtype="timedelta64[s]", _FillValue=np.int64(low)),
        "noleap": var([0, 1, 2, 3], "i4", "days since 2000-01-01", calendar="noleap"),
        "plain": var([0, 1, 2, 3], "i4", "days"),
    })
    for v in raw.values():  # attributes as they are
        v.encoding = {"_FillValue": v.attrs.pop("_FillValue", None)}
    raw.to_netcdf(file)
    seen = {}
    for name, v in xr.open_dataset(file).items():
        if v.dtype.kind in "mM":
            seen[name] = v.values.astype(v.dtype.str[1:3] + "[ns]").astype("i8").tolist()
    return seen


COMMANDS = {
    "xarray-zarr": functools.partial(xarray, "open_zarr"),
    "xarray-netcdf": functools.partial(xarray, "open_dataset"),
    "xarray-coords": xarray_coords, "xarray-cf": xarray_cf, "write-cf": write_cf, "write-times": write_times,
    "read-zarr": read_zarr, "read-hdf5": read_hdf5, "write-zarr": write_zarr, "write-hdf5": write_hdf5,
}

if __name__ == "__main__":
    command, file = sys.argv[1:]
    # Nobody shall get warnings from files that ndgrid wrote; those about files made
    # here (dtypes that not everybody reads) are of no interest.
    warnings.simplefilter("ignore" if command.startswith("write") else "error")
    json.dump(COMMANDS[command](file), sys.stdout)
