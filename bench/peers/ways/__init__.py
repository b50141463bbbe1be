"""The ways in which peers do the cases of bench, a module per peer.

A function under @work gets the inputs of a case by name, arrays of NumPy or
paths of stores, and returns the ways of doing it: functions without parameters
by name, the one that most people would write first. What can be built
beforehand (task graphs, outputs to reuse) is, unless building is the work.
"""

import os

THREADS = int(os.environ.get("BENCH_THREADS", "2"))  # for those who have any

FUNCTIONS = ["exp", "log", "sin", "cos"]

WORK = {}  # (peer, case) -> function of the inputs -> {name of the way: function}


def work(peer, *cases, items=1, stores=False):
    """Registers the ways of a peer: times are of one of so many items; with
    stores the parameter result is where the work writes its result."""

    def register(f):
        f.items, f.stores = items, stores
        for case in cases:
            WORK[peer, case] = f
        return f

    return register


CACHE = 256 << 10  # bytes of a band all of whose temporaries stay in cache


def bands(*arrays, nbytes=CACHE):
    """The same rows of all arrays, for some nbytes of the first at a time: lists of views."""
    x = arrays[0]
    step = max(1, nbytes // (x.shape[1] * x.itemsize))
    return [[a[i : i + step] for a in arrays] for i in range(0, len(x), step)]


def chosen(shape, chunk, picks):
    """The boxes of the chunks that the rows of picks say, from the first (-1) to the last (1)."""
    corners = ((1 + picks) / 2 * [n // c for n, c in zip(shape, chunk)]).astype(int) * chunk
    return [tuple(slice(i, i + c) for i, c in zip(at, chunk)) for at in corners.tolist()]
