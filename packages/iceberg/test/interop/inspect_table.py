"""Prints PyIceberg's metadata tables of a table as one JSON object of row lists.

usage: inspect_table.py METADATA_FILE

Integers are text, bytes hexadecimal, timestamps ISO text in UTC with milliseconds, decimals their digits, maps lists
of pairs. `column_sizes` of each file is what pyarrow finds in the file itself, by field id.
"""

import datetime
import decimal
import json
import sys
import uuid
from collections import Counter

import pyarrow.parquet as pq
from pyiceberg.table import StaticTable

TABLES = [
    "snapshots",
    "history",
    "refs",
    "metadata_log_entries",
    "entries",
    "files",
    "data_files",
    "delete_files",
    "manifests",
    "partitions",
]


def plain(value):
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (int, float, decimal.Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(timespec="milliseconds")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value]


def column_sizes(path):
    file = pq.ParquetFile(path.removeprefix("file://"))
    ids = {field.name: field.metadata[b"PARQUET:field_id"].decode() for field in file.schema_arrow}
    sizes = Counter()
    for group in range(file.metadata.num_row_groups):
        for position in range(file.metadata.num_columns):
            chunk = file.metadata.row_group(group).column(position)
            sizes[ids[chunk.path_in_schema]] += chunk.total_compressed_size
    return sizes


table = StaticTable.from_metadata(sys.argv[1])
found = {name: getattr(table.inspect, name)().to_pylist() for name in TABLES}
found["column_sizes"] = {row["file_path"]: column_sizes(row["file_path"]) for row in found["files"]}
print(json.dumps(plain(found)))
