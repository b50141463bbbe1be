"""Writes what package random shall give for seeds, as NumPy's bit generator and the rules of the package's doc comment have it:
for each n words, n float64 and n float32 uniform numbers, n int64 below low + count, n normal and n exponential numbers, n choices
of five, little-endian.

    python reference.py N LOW COUNT SEED...        (numpy 2.4)
"""
import sys

import numpy as np

n, low, count, *seeds = map(int, sys.argv[1:])
out = sys.stdout.buffer


def generator(seed, stream=0):
    return np.random.Generator(np.random.Philox(key=seed + (stream << 64)))


for seed in seeds:
    words = np.random.Philox(key=seed).random_raw(2 * n)
    out.write(words[:n].tobytes())
    out.write(generator(seed).random(n).tobytes())
    out.write(generator(seed).random(n, dtype=np.float32).tobytes())
    out.write(np.array([low + ((int(lo) + (int(hi) << 64)) * count >> 128) for lo, hi in words.reshape(n, 2)], np.int64).tobytes())
    u, v = (generator(seed, stream).random(n).astype(np.longdouble) for stream in (1, 2))
    out.write((np.sqrt(-2 * np.log(1 - u)) * np.cos(2 * np.longdouble(np.pi) * v)).astype(np.float64).tobytes())
    u = generator(seed, 3).random(n).astype(np.longdouble)
    out.write((-np.log(1 - u)).astype(np.float64).tobytes())
    out.write(generator(seed).choice(5, n, p=[0.1, 0, 0.25, 0.5, 0.15]).astype(np.int64).tobytes())
