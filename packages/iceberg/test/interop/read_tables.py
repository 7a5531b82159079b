"""Reads Iceberg tables with PyIceberg or DuckDB and prints, per table, its columns and rows as one JSON line.

usage: read_tables.py pyiceberg|duckdb EXTENSION_DIRECTORY METADATA_FILE...

Values are text that says everything: integers and decimals by their digits, floats by the hexadecimal of their eight
bytes, dates as days since 1970, times and timestamps as microseconds, UUIDs and bytes as hexadecimal; lists and
structs are lists of such, maps lists of pairs in the order of their keys. Null stays null.
"""

import datetime
import json
import os
import re
import struct
import sys
import uuid

# DuckDB sets a time zone through an extension that is not installed; it takes the process's zone all the same.
os.environ["TZ"] = "UTC"

import pyarrow as pa

EPOCH = datetime.datetime(1970, 1, 1)
UUID_TEXT = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def integers(array):
    """Timestamps, dates and times as integers: Python's own types stop at the years 1 and 9999."""
    return array.cast(pa.int64() if array.type.bit_width == 64 else pa.int32()).to_pylist()


def canonical(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return struct.pack(">d", value).hex()
    if isinstance(value, uuid.UUID):
        return value.bytes.hex()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        # A map, whose order says nothing.
        return sorted([[canonical(key), canonical(item)] for key, item in value], key=lambda pair: pair[0])
    if isinstance(value, (list, tuple)):
        return [canonical(item) for item in value]
    if isinstance(value, datetime.datetime):
        return str((value.replace(tzinfo=None) - EPOCH) // datetime.timedelta(microseconds=1))
    if isinstance(value, datetime.date):
        return str((value - EPOCH.date()).days)
    if isinstance(value, dict):
        return [canonical(item) for item in value.values()]
    if isinstance(value, str) and UUID_TEXT.fullmatch(value):
        return value.replace("-", "")
    return format(value, "f") if hasattr(value, "as_tuple") else str(value)


def column_values(column):
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_temporal(column.type):
        return [None if value is None else str(value) for value in integers(column)]
    return [canonical(value) for value in column.to_pylist()]


def rows(arrow):
    columns = [column_values(arrow.column(index)) for index in range(arrow.num_columns)]
    return [list(row) for row in zip(*columns)]


def with_pyiceberg(metadata):
    from pyiceberg.table import StaticTable

    table = StaticTable.from_metadata(metadata)
    columns = [
        {"id": field.field_id, "name": field.name, "type": str(field.field_type), "required": field.required}
        for field in table.schema().fields
    ]
    return columns, rows(table.scan().to_arrow())


def with_duckdb(connection, metadata):
    scan = f"SELECT * FROM iceberg_scan('{metadata}')"
    described = connection.execute(f"DESCRIBE {scan}").fetchall()
    columns = [{"name": name, "type": kind} for name, kind, *_ in described]
    return columns, rows(connection.execute(scan).fetch_arrow_table())


def main():
    reader, extensions, *tables = sys.argv[1:]
    connection = None
    if reader == "duckdb":
        import duckdb

        connection = duckdb.connect(config={"extension_directory": extensions})
        connection.execute("LOAD avro; LOAD iceberg;")
    for metadata in tables:
        columns, found = with_pyiceberg(metadata) if reader == "pyiceberg" else with_duckdb(connection, metadata)
        print(json.dumps({"metadata": metadata, "columns": columns, "rows": found}))


if __name__ == "__main__":
    main()
