"""Reads CSV texts, one JSON object a line, with pandas; writes their rows as JSON."""

import io
import json
import sys

import pandas as pd

for line in sys.stdin:
    text = json.loads(line)
    try:
        t = pd.read_csv(io.StringIO(text, newline=""), header=None, dtype=str, keep_default_na=False, na_filter=False)
        reply = {"rows": t.values.tolist()}
    except Exception as e:
        reply = {"error": f"{type(e).__name__}: {e}"}
    print(json.dumps(reply), flush=True)
