"""Loads a table through a catalog with PyIceberg, prints its rows, appends one row, and prints the rows again.

Arguments: a JSON object {"properties": ..., "table": "namespace.name", "append": {...}} and folders to look for further
packages in.
"""

import json
import sys

options = json.loads(sys.argv[1])
sys.path.extend(sys.argv[2:])

import pyarrow as pa
from pyiceberg.catalog import load_catalog
from pyiceberg.io.pyarrow import schema_to_pyarrow


def rows(table):
    return sorted(table.scan().to_arrow().to_pylist(), key=lambda row: row["id"])


catalog = load_catalog("peer", **options["properties"])
table = catalog.load_table(options["table"])
before = rows(table)
table.append(pa.Table.from_pylist([options["append"]], schema=schema_to_pyarrow(table.schema(), include_field_ids=False)))
after = rows(catalog.load_table(options["table"]))
print(json.dumps({"before": before, "after": after, "tables": [".".join(name) for name in catalog.list_tables("raw")]}))
