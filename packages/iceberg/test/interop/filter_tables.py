"""Writes a table with a struct, or reads tables with filters and columns, by PyIceberg.

usage: filter_tables.py write FOLDER              prints the metadata file
       filter_tables.py read METADATA_FILE QUERIES  prints a line of JSON per query

QUERIES is a JSON list of [filter, columns]; columns may be null. An answer holds the names of the columns, those of a
struct with the names below it, and rows as read_tables.py gives them.
"""

import json
import math
import sys

from read_tables import rows

import pyarrow as pa


def row(index):
    place = {
        "lat": math.nan if index % 5 == 4 else None if index % 5 == 3 else index * 1.5,
        "name": None if index % 3 == 2 else f"name {index % 4}",
        "at": None if index % 4 == 3 else {"zone": index % 2},
    }
    return {"id": index, "place": None if index % 7 == 6 else place, "open": index % 2 == 0}


def write(folder):
    from pyiceberg.catalog.sql import SqlCatalog
    from pyiceberg.schema import Schema
    from pyiceberg.types import BooleanType, DoubleType, IntegerType, LongType, NestedField, StringType, StructType

    at = StructType(NestedField(7, "zone", IntegerType(), required=False))
    place = StructType(
        NestedField(4, "lat", DoubleType(), required=False),
        NestedField(5, "name", StringType(), required=False),
        NestedField(6, "at", at, required=False),
    )
    schema = Schema(
        NestedField(1, "id", LongType(), required=False),
        NestedField(2, "place", place, required=False),
        NestedField(3, "open", BooleanType(), required=False),
    )
    catalog = SqlCatalog("local", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
    catalog.create_namespace("n")
    table = catalog.create_table("n.t", schema)
    for start in range(0, 60, 20):
        found = [row(index) for index in range(start, start + 20)]
        table.append(pa.Table.from_pylist(found, schema=table.schema().as_arrow()))
    return table.metadata_location


def names(fields):
    return [[field.name, names(field.type)] if pa.types.is_struct(field.type) else field.name for field in fields]


def read(metadata, queries):
    from pyiceberg.table import StaticTable

    table = StaticTable.from_metadata(metadata)
    for condition, columns in json.loads(queries):
        found = table.scan(row_filter=condition, selected_fields=tuple(columns or ["*"])).to_arrow()
        print(json.dumps({"names": names(found.schema), "rows": rows(found)}))


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "write":
        print(write(*arguments))
    else:
        read(*arguments)
