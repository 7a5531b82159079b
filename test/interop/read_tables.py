"""Reads Iceberg tables with PyIceberg or DuckDB and prints, per table, its columns and canonical rows as one JSON line.

usage: read_tables.py pyiceberg|duckdb EXTENSION_DIRECTORY METADATA_FILE...

A canonical value is text: integers in decimal, booleans true/false, dates and times in ISO 8601 with six digits of
fraction, decimals with their scale, floats as eight bytes in hex, binary in hex, lists and structs as JSON of canonical
values. Null stays null.
"""

import datetime
import decimal
import json
import os
import struct
import sys
import uuid


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def canonical(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return struct.pack(">d", value).hex()
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            return value.strftime("%Y-%m-%dT%H:%M:%S.%f")
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M:%S.%f")
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, list):
        return compact([canonical(item) for item in value])
    if isinstance(value, dict):
        return compact({key: canonical(item) for key, item in value.items()})
    return str(value)


def rows(arrow):
    names = arrow.column_names
    columns = [[canonical(value) for value in arrow.column(name).to_pylist()] for name in names]
    return [list(row) for row in zip(*columns)]


def with_pyiceberg(metadata):
    from pyiceberg.table import StaticTable

    table = StaticTable.from_metadata(metadata)
    columns = json.loads(table.schema().model_dump_json())["fields"]
    return columns, rows(table.scan().to_arrow())


def with_duckdb(connection, metadata):
    scan = f"SELECT * FROM iceberg_scan('{metadata}')"
    described = connection.execute(f"DESCRIBE {scan}").fetchall()
    columns = [{"name": name, "type": kind} for name, kind, *_ in described]
    found = connection.execute(scan)
    # The client spells the type out in full: this method has changed its name between releases.
    arrow = found.to_arrow_table() if hasattr(found, "to_arrow_table") else found.fetch_arrow_table()
    return columns, rows(arrow)


def main():
    reader, extensions, *tables = sys.argv[1:]
    connection = None
    if reader == "duckdb":
        # DuckDB sets its time zone through an extension that is not installed; the process's zone serves as well.
        os.environ["TZ"] = "UTC"
        import duckdb

        connection = duckdb.connect(config={"extension_directory": extensions})
        connection.execute("LOAD avro; LOAD iceberg;")
    for metadata in tables:
        columns, found = with_pyiceberg(metadata) if reader == "pyiceberg" else with_duckdb(connection, metadata)
        print(json.dumps({"metadata": metadata, "columns": columns, "rows": found}))


main()
