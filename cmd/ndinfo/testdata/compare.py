"""Compares documents of ndinfo --json with what Python's libraries read.

usage: compare.py SCHEMA < documents, one a line

Every document must parse, validate against the schema, and agree with h5py,
zarr-python or NumPy on shape, dtype, chunks, fill value, attributes and, where
it holds them, values. Documents of ndinfo verify and diff are validated only.
"""

import base64
import json
import os
import struct
import sys

import jsonschema
import numpy as np


def dtype(name):
    """The NumPy dtype of a dtype's name in a document."""
    for kind, code, size in ("bytes", "S", 1), ("str", "U", 4), ("raw", "V", 1):
        if name.startswith(kind) and name[len(kind):].isdigit():
            return np.dtype(f"{code}{int(name[len(kind):]) // size}")
    return np.dtype(name)


def array(value, shape, dt):
    """The array that nested lists of elements stand for."""
    if dt.kind == "c":
        parts = np.array(value, "O").reshape(tuple(shape) + (2,)).astype("f8")
        out = np.empty(shape, dt)
        out.real, out.imag = parts[..., 0], parts[..., 1]
        return out
    flat = np.array(value, "O").reshape(shape)
    if dt.kind in "SV":
        flat = np.vectorize(base64.b64decode, "O")(flat)
    return flat.astype(dt)


def same(a, b):
    """Equal, NaN and NaT included."""
    a, b = np.asarray(a), np.asarray(b)
    nan = a.dtype.kind in "fcmM"
    assert a.shape == b.shape, (a.shape, b.shape)
    assert np.array_equal(a, b, equal_nan=nan), (a, b)


def h5_attrs(doc, obj):
    """Attributes as h5py reads them; references and compounds are left out."""
    import h5py

    names = set()
    for name, value in obj.attrs.items():
        stored = obj.attrs.get_id(name).dtype
        if h5py.check_ref_dtype(stored) or stored.names or h5py.check_vlen_dtype(stored) not in (None, str, bytes):
            continue
        names.add(name)
        got = doc["attrs"][name]
        if isinstance(value, h5py.Empty):
            assert got["value"] == [], name
            continue
        value = np.asarray(value)
        if value.dtype.kind in "SUO":
            assert got["dtype"] == "string", name
            texts = [v.decode() if isinstance(v, bytes) else v for v in value.ravel()]
            assert got["value"] == (texts[0] if value.shape == () else texts), name
            continue
        assert got["dtype"] == value.dtype.name, (name, got, value.dtype)
        same(array(got["value"], value.shape, value.dtype), value)
    assert names == set(doc["attrs"]), names ^ set(doc["attrs"])


def h5_array(doc, ds):
    h5_attrs(doc, ds)
    if ds.shape is None or ds.dtype.kind == "O" or ds.dtype.names:
        return
    dt = dtype(doc["dtype"])
    assert dt == ds.dtype.newbyteorder("="), (doc["name"], dt, ds.dtype)
    assert tuple(doc["shape"]) == ds.shape
    assert (tuple(doc["chunks"]) if "chunks" in doc else None) == ds.chunks
    assert doc["stored"]["bytes"] == ds.id.get_storage_size() and doc["stored"]["complete"]
    same(array(doc["fill"], (), dt), ds.fillvalue)
    if ds.dims and any(len(d) for d in ds.dims):
        assert doc["dims"] == [os.path.basename(d[0].name) if len(d) else "" for d in ds.dims]
    compare_values(doc, ds[()], dt)


def compare_values(doc, data, dt):
    if "values" in doc:
        same(array(doc["values"]["data"], data.shape, dt), data.astype(dt))
    s = doc.get("stats")
    if s is None or dt.kind not in "iuf":
        return
    bad = np.zeros(data.shape, bool)
    for m in doc.get("missing", []):
        bad |= np.isin(data, array(m["values"], (len(m["values"]),), np.dtype("f8")))
    nan = np.isnan(data)
    assert (s["count"], s["missing"], s["nan"]) == (data.size, bad.sum(), nan.sum())
    moments(s["moments"], data[~bad & ~nan], dt)
    if "raw" in s:
        moments(s["raw"], data, dt)


def moments(got, data, dt):
    if data.size == 0:
        assert got == {"min": None, "max": None, "mean": None, "std": None}
        return
    same(array(got["min"], (), dt), data.min())
    same(array(got["max"], (), dt), data.max())
    wide = data.astype("f8")
    np.testing.assert_allclose(float(got["mean"]), wide.mean(), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(float(got["std"]), wide.std(), rtol=1e-12, atol=1e-15)


def h5_group(doc, group):
    h5_attrs(doc, group)
    names = {a["name"]: a for a in doc["arrays"]} | {g["name"]: g for g in doc["groups"]}
    assert {group[k].name.strip("/") for k in group} == set(names), names.keys()
    for key in group:
        child = group[key]
        got = names[child.name.strip("/")]
        (h5_group if got["kind"] == "group" else h5_array)(got, child)


def zarr_attrs(doc, obj):
    def value(v):
        return [value(x) for x in v] if isinstance(v, (list, tuple)) else v

    want = {k: value(v) for k, v in obj.attrs.items() if k != "_ARRAY_DIMENSIONS"}
    fill = want.get("_FillValue")
    if isinstance(fill, str) and hasattr(obj, "dtype") and obj.dtype.kind == "f":  # as xarray writes that of floats
        want["_FillValue"] = struct.unpack("<d", base64.b64decode(fill))[0]
    assert {k: v["value"] for k, v in doc["attrs"].items()} == want


def obj_dims(a, names):
    """Names of the axes, of Zarr v2 in the attribute where xarray keeps them."""
    return a.attrs.get("_ARRAY_DIMENSIONS", names)


def zarr_array(doc, a):
    zarr_attrs(doc, a)
    assert tuple(doc["shape"]) == a.shape and tuple(doc["chunks"]) == a.chunks
    names = getattr(a.metadata, "dimension_names", None) or [None] * a.ndim
    assert doc["dims"] == [n or "" for n in obj_dims(a, names)]
    if a.dtype.kind == "T" or a.dtype.kind == "O":
        return
    dt = dtype(doc["dtype"])
    assert dt == a.dtype.newbyteorder("="), (doc["name"], dt, a.dtype)
    compare_values(doc, a[()], dt)


def zarr_group(doc, group):
    zarr_attrs(doc, group)
    for got in doc["arrays"]:
        zarr_array(got, group[os.path.basename(got["name"])])
    for got in doc["groups"]:
        zarr_group(got, group[os.path.basename(got["name"])])
    assert {k for k in group} == {os.path.basename(d["name"]) for d in doc["arrays"] + doc["groups"]}


def compare(doc):
    path, inner = doc["path"], ""
    while not os.path.exists(path):
        path, _, tail = path.rpartition("/")
        inner = f"{tail}/{inner}".strip("/")
    if os.path.isdir(path):
        import zarr

        obj = zarr.open(path, mode="r")
        obj = obj[inner] if inner else obj
        (zarr_group if doc["kind"] == "group" else zarr_array)(doc, obj)
    elif path.endswith(".npy"):
        a = np.load(path)
        assert tuple(doc["shape"]) == a.shape and dtype(doc["dtype"]) == a.dtype.newbyteorder("=")
        compare_values(doc, a, dtype(doc["dtype"]))
    else:
        import h5py

        with h5py.File(path) as f:
            (h5_group if doc["kind"] == "group" else h5_array)(doc, f[inner or "/"])


def main():
    schema = json.load(open(sys.argv[1]))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    n = 0
    for n, line in enumerate(sys.stdin, 1):
        doc = json.loads(line)
        validator.validate(doc)
        assert doc["ndinfo"] == 1
        if doc["kind"] not in ("verify", "diff"):
            compare(doc)
    print(n)


if __name__ == "__main__":
    main()
