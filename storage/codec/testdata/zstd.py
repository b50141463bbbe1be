"""Decodes frames that we wrote, and says what libzstd makes of the same bytes.

Its argument is a directory of files name.raw and name.zst; it prints a line for
each: name, bytes of libzstd's frame of level 3.
"""

import pathlib
import sys

from numcodecs import Zstd

libzstd = Zstd(level=3)
for raw in sorted(pathlib.Path(sys.argv[1]).glob("*.raw")):
    data = raw.read_bytes()
    if bytes(libzstd.decode(raw.with_suffix(".zst").read_bytes())) != data:
        sys.exit(f"{raw.stem}: libzstd decodes other bytes")
    print(raw.stem, len(libzstd.encode(data)))
