"""The Python side of bench: a worker process that does one piece of work.

Requests come as lines of JSON on standard input, replies go to standard
output; peer.go says what they are. The package ways has, for every case that a
peer can do, the ways of doing it. `prepare` tries them all and keeps the
fastest; a peer called "…-plain" keeps the first, as most people would write it.
"""

import ctypes
import gc
import importlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import sys
import time

from ways import WORK


def seconds(f):
    """Does f once: its result and the time it took."""
    start = time.perf_counter()
    result = f()
    return result, time.perf_counter() - start


def fastest(ways):
    """The way whose best call takes least: the first warms up, in three more, or
    one where calls are long, they take turns."""
    if len(ways) == 1:
        return next(iter(ways))
    times = {name: [seconds(f)[1]] for name, f in ways.items()}
    for _ in range(1 if sum(map(sum, times.values())) > 5 else 3):
        for name, f in ways.items():
            times[name].append(seconds(f)[1])
    return min(times, key=lambda name: min(times[name][1:]))


class Side:
    """What the worker keeps between requests."""

    def check(self, q):
        """Loads what is known of a peer; says what is missing."""
        peer = q["peer"].removesuffix("-plain")
        if importlib.util.find_spec(peer) is None:
            return {"missing": f"no Python module {peer} in {sys.executable}"}
        try:
            importlib.import_module("ways." + peer)
        except ModuleNotFoundError as e:
            return {"missing": str(e)}
        return {"version": f"{peer} {importlib.metadata.version(peer)}, Python {platform.python_version()}"}

    def prepare(self, q):
        checked = self.check(q)
        if "missing" in checked:
            return checked
        peer = q["peer"].removesuffix("-plain")
        plain = peer != q["peer"]
        build = WORK.get((peer, q["case"]))
        if build is None:
            return {"skip": True}
        import numpy as np

        inputs = {k: np.load(v) if v.endswith(".npy") else v for k, v in q["inputs"].items()}
        self.result, self.calls = q["result"], q["calls"]
        if build.stores:
            inputs["result"] = self.result
        try:
            ways = build(**inputs)
        except ModuleNotFoundError as e:  # what this way of the peer needs beside it
            return {"missing": str(e)}
        if plain and len(ways) == 1:
            return {"skip": True}
        way = next(iter(ways)) if plain else fastest(ways)
        self.stores, self.items, self.work = build.stores, build.items, ways[way]
        result = self.work()
        peak = peak_mib()
        if not self.stores:
            np.save(self.result, np.asarray(result))
        result = None
        ways.clear()  # those of dask hold copies of the inputs
        forget_peak()
        return {"way": way, "peak_mib": peak, **checked}

    def run(self, q):
        if self.stores:
            remove(self.result)
        gc.collect()
        start = time.perf_counter()
        for _ in range(self.calls):
            result = self.work()  # that of the call before is freed meanwhile, if nobody reuses it
        s = time.perf_counter() - start
        del result  # freed outside of the time, before the next
        return {"ms": 1e3 * s / self.calls / self.items, "peak_mib": peak_mib()}


def remove(path):
    """Removes a file or a directory, if there is one."""
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.remove(path)


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
    side = Side()
    for line in sys.stdin:
        q = json.loads(line)
        try:
            reply = {"check": side.check, "prepare": side.prepare, "run": side.run}[q["do"]](q)
        except Exception as e:
            reply = {"error": f"{type(e).__name__}: {e}"}
        print(json.dumps(reply), file=replies, flush=True)


main()
