"""Writes what package random shall give for seeds, as NumPy's bit generator and the rules of the package's doc comment have it:
for each n words, n float64 and n float32 uniform numbers, n int64 below low + count, n normal numbers, little-endian.

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
