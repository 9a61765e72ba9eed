"""Writes fidelity/tasks/files/rows.parquet: the kinds of columns that data sets on the hub have.

pip install pyarrow
python record-parquet.py
"""

import datetime
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = [
    {"question": "Why does the mill turn?", "choices": {"text": ["water", "wind"], "label": ["A", "B"]}, "label": 1, "score": 0.5, "ok": True, "none": None, "when": datetime.datetime(2024, 5, 1, 12)},
    {"question": "Where is the café?", "choices": {"text": ["here", "there"], "label": ["A", "B"]}, "label": 0, "score": 2.0, "ok": False, "none": "x", "when": datetime.datetime(2024, 5, 2)},
]
schema = pa.schema([
    ("question", pa.string()),
    ("choices", pa.struct([("text", pa.list_(pa.string())), ("label", pa.list_(pa.string()))])),
    ("label", pa.int64()),
    ("score", pa.float64()),
    ("ok", pa.bool_()),
    ("none", pa.string()),
    ("when", pa.timestamp("ms")),
])
path = pathlib.Path(__file__).parent.parent / "fidelity" / "tasks" / "files" / "rows.parquet"
pq.write_table(pa.Table.from_pylist(ROWS, schema), path, compression="snappy")
