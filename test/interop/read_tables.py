"""Reads Iceberg tables with PyIceberg or DuckDB and prints, per table, its columns and canonical rows as one JSON line.

usage: read_tables.py pyiceberg|duckdb EXTENSION_DIRECTORY METADATA_FILE...

A canonical value is text: integers in decimal, booleans true/false, timestamps as microseconds and dates as days
since 1970, times as microseconds since midnight, decimals with their scale, floats by repr, binary as hex, lists as
JSON of canonical values. Null stays null.
"""

import datetime
import decimal
import json
import sys
import uuid

EPOCH = datetime.datetime(1970, 1, 1)
EPOCH_UTC = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)


def canonical(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, datetime.datetime):
        return str((value - (EPOCH if value.tzinfo is None else EPOCH_UTC)) // MICROSECOND)
    if isinstance(value, datetime.date):
        return str((value - EPOCH.date()).days)
    if isinstance(value, datetime.time):
        return str(((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, uuid.UUID):
        return value.bytes.hex()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, list):
        return json.dumps([canonical(item) for item in value])
    if isinstance(value, dict):
        return json.dumps({key: canonical(item) for key, item in value.items()})
    return str(value)


def rows(arrow):
    names = arrow.column_names
    columns = [[canonical(value) for value in arrow.column(name).to_pylist()] for name in names]
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
    found = connection.execute(scan)
    # The client spells the type out in full: this method has changed its name between releases.
    arrow = found.to_arrow_table() if hasattr(found, "to_arrow_table") else found.fetch_arrow_table()
    return columns, rows(arrow)


def main():
    reader, extensions, *tables = sys.argv[1:]
    connection = None
    if reader == "duckdb":
        import duckdb

        connection = duckdb.connect(config={"extension_directory": extensions, "TimeZone": "UTC"})
        connection.execute("LOAD avro; LOAD iceberg;")
    for metadata in tables:
        columns, found = with_pyiceberg(metadata) if reader == "pyiceberg" else with_duckdb(connection, metadata)
        print(json.dumps({"metadata": metadata, "columns": columns, "rows": found}))


main()
