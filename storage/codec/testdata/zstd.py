"""Writes zstd.json: what libzstd makes of some kinds of numbers, in bytes.

zstd_test.go makes the same numbers: all are computed exactly.
"""

import json
import pathlib

import numpy as np
from numcodecs import Zstd

SIZE = 1 << 20  # bytes of a chunk


def noise(n: int) -> np.ndarray:
    """n words in which no bit follows from others (SplitMix64's mixing)."""
    i = np.arange(n, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    i = (i ^ (i >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    i = (i ^ (i >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return i ^ (i >> np.uint64(31))


def wave(n: int) -> np.ndarray:
    """n integers up and down between 0 and 2000, with noise on them."""
    i = np.arange(n)
    return np.abs(i % 3000 - 1500) + (noise(n) % np.uint64(500)).astype(int)


def kinds() -> dict[str, np.ndarray]:
    return {
        "decimals float64": wave(SIZE // 8) / 100,
        "decimals float32": (wave(SIZE // 4) / 100).astype(np.float32),
        "thirds float32": (wave(SIZE // 4).astype(np.float32) * 1000 + np.arange(SIZE // 4) % 997) / np.float32(3),
        "integers int16": wave(SIZE // 2).astype(np.int16),
        "integers int32": wave(SIZE // 4).astype(np.int32),
        "labels uint8": (np.cumsum(noise(SIZE) % np.uint64(20) == 0) % 12).astype(np.uint8),
        "noise uint64": noise(SIZE // 8),
    }


here = pathlib.Path(__file__).parent
libzstd = Zstd(level=3)
sizes = {name: len(libzstd.encode(values.tobytes())) for name, values in kinds().items()}
(here / "zstd.json").write_text(json.dumps(sizes, indent=1) + "\n")
