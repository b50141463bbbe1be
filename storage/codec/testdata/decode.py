"""Decodes what stands on standard input, a JSON list, and prints the values as
another one; bytes are in base64:

    python decode.py < list.json

    {config, encoded}                 with a codec of numcodecs
    {codecs, dtype, length, encoded}  as the only chunk of a Zarr v3 array
"""

import base64
import json
import pathlib
import sys
import tempfile
import warnings

import numpy as np
import zarr
from numcodecs.registry import get_codec

warnings.simplefilter("ignore")  # numcodecs.… are no codecs of the specification


def through_zarr(case, encoded):
    with tempfile.TemporaryDirectory() as d:
        path = pathlib.Path(d)
        doc = {
            "zarr_format": 3, "node_type": "array", "shape": [case["length"]], "data_type": case["dtype"], "fill_value": 0,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [case["length"]]}},
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "codecs": case["codecs"], "attributes": {},
        }
        (path / "zarr.json").write_text(json.dumps(doc))
        (path / "c").mkdir()
        (path / "c" / "0").write_bytes(encoded)
        return zarr.open_array(path, mode="r")[...]


values = []
for case in json.load(sys.stdin):
    encoded = base64.b64decode(case["encoded"])
    value = through_zarr(case, encoded) if "codecs" in case else get_codec(case["config"]).decode(encoded)
    values.append(base64.b64encode(np.ascontiguousarray(value).tobytes()).decode())
json.dump(values, sys.stdout)
