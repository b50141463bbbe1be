"""The Python side of bench: a worker process that does one piece of work.

Requests come as lines of JSON on standard input, replies go to standard
output; peer.go says what they are. A case that a peer can do is a function
below which gets the inputs and returns the ways of doing it, the one that most
people would write first. `prepare` tries them all and keeps the fastest; a peer
called "…-plain" keeps the first. A way is a function without parameters; what
can be built beforehand (task graphs, outputs to reuse) is.
"""

import ctypes
import gc
import importlib.util
import json
import os
import platform
import sys
import time

WORK = {}  # (peer, case) -> function of the inputs -> {name of the way: function}


def work(peer, *cases):
    def register(f):
        for case in cases:
            WORK[peer, case] = f
        return f

    return register


def bands(x, nbytes):
    """Slices of whole rows of x that take some nbytes each."""
    step = max(1, nbytes // (x.shape[1] * x.itemsize))
    return [slice(i, min(i + step, len(x))) for i in range(0, len(x), step)]


CACHE = 256 << 10  # bytes of a band all of whose temporaries stay in cache


@work("numpy", "square")
def _(x):
    import numpy as np

    return {"np.square(x)": lambda: np.square(x)}


@work("numpy", "square/reused")
def _(x):
    import numpy as np

    out = np.empty_like(x)
    return {"np.square(x, out)": lambda: np.square(x, out=out)}


@work("numpy", "hypot-sum")
def _(x, y):
    import numpy as np

    def plain():
        return np.sqrt(x * x + y * y).sum()

    def in_place():
        t = x * x
        t += y * y
        return np.sqrt(t, out=t).sum()

    def banded():
        total, parts = 0.0, bands(x, CACHE)
        t, u = np.empty((2, *x[parts[0]].shape))
        for b in parts:
            n = b.stop - b.start
            np.square(x[b], out=t[:n])
            np.square(y[b], out=u[:n])
            np.add(t[:n], u[:n], out=t[:n])
            total += np.sqrt(t[:n], out=t[:n]).sum()
        return total

    return {"expression": plain, "in place": in_place, "bands, in place": banded}


@work("numpy", "std")
def _(x):
    import numpy as np

    def banded():
        mean, total, parts = x.mean(), 0.0, bands(x, CACHE)
        t = np.empty(x[parts[0]].shape)
        for b in parts:
            n = b.stop - b.start
            np.subtract(x[b], mean, out=t[:n])
            total += np.square(t[:n], out=t[:n]).sum()
        return np.sqrt(total / x.size)

    return {"x.std()": x.std, "bands, two passes": banded}


@work("numpy", "std/axis0")
def _(x):
    import numpy as np

    def banded():
        mean, total, parts = x.mean(0), np.zeros(x.shape[1]), bands(x, CACHE)
        t = np.empty(x[parts[0]].shape)
        for b in parts:
            n = b.stop - b.start
            np.subtract(x[b], mean, out=t[:n])
            total += np.square(t[:n], out=t[:n]).sum(0)
        return np.sqrt(total / len(x))

    return {"x.std(0)": lambda: x.std(0), "bands, two passes": banded}


# An array of less than 128 MiB is one chunk by default, which keeps one core busy.
CHUNKS = ["auto", "32 MiB", "8 MiB", "2 MiB"]


def dask_ways(build, *arrays):
    """Ways by chunk size. name=False: dask would hash the whole array."""
    import dask
    import dask.array as da

    ways = {}
    for size in CHUNKS:
        xs = [da.from_array(a, chunks=size.replace(" ", ""), name=False) for a in arrays]
        ways["chunks " + size] = dask.optimize(build(*xs))[0].compute
    return ways


@work("dask", "square")
def _(x):
    return dask_ways(lambda x: x * x, x)


@work("dask", "square/reused")
def _(x):
    import dask.array as da
    import numpy as np

    out = np.empty_like(x)
    ways = dask_ways(lambda x: da.store(x * x, out, lock=False, compute=False), x)

    def into(compute):
        def f():
            compute()
            return out

        return f

    return {name: into(compute) for name, compute in ways.items()}


@work("dask", "hypot-sum")
def _(x, y):
    import dask.array as da

    return dask_ways(lambda x, y: da.sqrt(x * x + y * y).sum(), x, y)


@work("dask", "std")
def _(x):
    return dask_ways(lambda x: x.std(), x)


@work("dask", "std/axis0")
def _(x):
    return dask_ways(lambda x: x.std(0), x)


@work("zarr", "zarr-mean/1MiB", "zarr-mean/8MiB")
def _(z):
    import zarr

    a = zarr.open_array(z, mode="r")

    def rows():
        step = a.chunks[0]
        return sum(a[i : i + step].sum() for i in range(0, a.shape[0], step)) / a.size

    return {"z[:].mean()": lambda: a[:].mean(), "a row of chunks at a time": rows}


@work("dask", "zarr-mean/1MiB", "zarr-mean/8MiB")
def _(z):
    import dask
    import dask.array as da
    import zarr

    ways = {"from_zarr": da.from_zarr(z)}
    stored = zarr.open_array(z, mode="r").chunks
    for n in 1, 2, 4:
        ways[f"from_zarr, {n}x{n} stored chunks"] = da.from_zarr(z, chunks=tuple(n * c for c in stored))
    return {name: dask.optimize(a.mean())[0].compute for name, a in ways.items()}


def seconds(f):
    """Does f once: its result and the time it took."""
    start = time.perf_counter()
    result = f()
    return result, time.perf_counter() - start


def fastest(ways):
    """The way whose second and third calls take least; the first warms up."""
    if len(ways) == 1:
        return next(iter(ways))
    times = {}
    for name, f in ways.items():
        f()
        times[name] = min(seconds(f)[1], seconds(f)[1])
    return min(times, key=times.get)


def prepare(q):
    peer = q["peer"].removesuffix("-plain")
    plain = peer != q["peer"]
    if (peer, q["case"]) not in WORK:
        if importlib.util.find_spec(peer) is None:
            return None, {"missing": f"no Python module {peer} in {sys.executable}"}
        return None, {"skip": True}
    try:
        library = importlib.import_module(peer)
        np = importlib.import_module("numpy")
        inputs = {k: np.load(v) if v.endswith(".npy") else v for k, v in q["inputs"].items()}
        ways = WORK[peer, q["case"]](**inputs)
    except ImportError as e:
        return None, {"missing": str(e)}
    if plain and len(ways) == 1:
        return None, {"skip": True}
    way = next(iter(ways)) if plain else fastest(ways)
    chosen = ways[way]
    np.save(q["result"], chosen())
    ways.clear()  # those of dask hold copies of the inputs
    forget_peak()
    version = f"{peer} {library.__version__}, Python {platform.python_version()}"
    return chosen, {"way": way, "version": version}


def forget_peak():
    """Gives back what the other ways left in malloc's lists; Linux then counts
    the peak from here."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
        with open("/proc/self/clear_refs", "w") as f:
            f.write("5")
    except (AttributeError, OSError, TypeError):
        pass  # another system: the peak is that of the whole process


def peak_mib():
    """The most resident memory the process ever had, or has had since prepare."""
    try:
        with open("/proc/self/status") as f:
            return next(int(s.split()[1]) for s in f if s.startswith("VmHWM:")) / 1024
    except OSError:
        import resource

        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main():
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes to standard error
    way = None
    for line in sys.stdin:
        q = json.loads(line)
        try:
            if q["do"] == "prepare":
                way, reply = prepare(q)
            else:
                gc.collect()
                result, s = seconds(way)
                reply = {"ms": 1e3 * s, "peak_mib": peak_mib()}
                result = None  # freed outside of the time, before the next
        except Exception as e:
            reply = {"error": f"{type(e).__name__}: {e}"}
        print(json.dumps(reply), file=replies, flush=True)


main()
