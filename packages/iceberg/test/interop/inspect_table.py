"""Prints PyIceberg's metadata tables of a table as one JSON object of row lists.

usage: inspect_table.py METADATA_FILE

Integers are text, bytes hexadecimal, timestamps ISO text in UTC with milliseconds, decimals their digits, maps lists
of pairs.
"""

import datetime
import decimal
import json
import sys
import uuid

from pyiceberg.table import StaticTable

# Without entries: PyIceberg fails in it on files whose manifest has no column sizes.
TABLES = [
    "snapshots",
    "history",
    "refs",
    "metadata_log_entries",
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


table = StaticTable.from_metadata(sys.argv[1])
found = {name: getattr(table.inspect, name)().to_pylist() for name in TABLES}
print(json.dumps(plain(found)))
