"""Appends Firehose's records to an Iceberg table of Glue with DuckDB: a writer that is not ours."""

import json
import os
import tempfile
import threading
import time

# A column's type in Iceberg: how JSON must spell a value (Firehose takes instants as microseconds since the epoch),
# how DuckDB reads it, and the expression that makes the value of the column.
_TYPES = {
    "string": (str, "VARCHAR", "{}"),
    "boolean": (bool, "BOOLEAN", "{}"),
    "int": (int, "INTEGER", "{}"),
    "long": (int, "BIGINT", "{}"),
    "double": (float, "DOUBLE", "{}"),
    "timestamp": (int, "BIGINT", "make_timestamp({})"),
    "timestamptz": (int, "BIGINT", "make_timestamp({})::TIMESTAMPTZ"),
}

_ATTEMPTS = 5
_lock = threading.Lock()
_connection = None


def append(config, database, table, group):
    """One commit of `(id, data, arrival)`; what was not appended, as `(data, arrival, code, message)`."""
    from ministack.services import glue

    entry = glue._iceberg_table_entry(database, table)
    if entry is None:
        message = f"table {database}.{table} does not exist"
        return [(data, arrived, "Iceberg.NoSuchTable", message) for _id, data, arrived in group]
    fields = _fields(glue._iceberg_fetch_metadata(entry["Parameters"]["metadata_location"]))
    rows, failed = [], []
    for _id, data, arrived in group:
        row, fault = _row(data, fields)
        if fault is None:
            rows.append(row)
        else:
            failed.append((data, arrived, "Iceberg.InvalidRecord", fault))
    if not rows:
        return failed
    catalog = config["CatalogConfiguration"]["CatalogARN"]
    for attempt in range(_ATTEMPTS):
        try:
            # One at a time: the tables of a stream share one machine.
            with _lock:
                _insert(catalog, database, table, fields, rows)
            return failed
        except Exception as error:
            fault = str(error)
            time.sleep(0.2 * (attempt + 1))
    return [(data, arrived, "Iceberg.CommitFailed", fault) for _id, data, arrived in group]


def _fields(metadata):
    schemas = {schema["schema-id"]: schema for schema in metadata["schemas"]}
    return schemas[metadata["current-schema-id"]]["fields"]


def _row(data, fields):
    """First-level keys that are columns, by their exact names; others are skipped without a word, as Firehose does."""
    try:
        record = json.loads(data)
    except ValueError as error:
        return None, f"not JSON: {error}"
    if not isinstance(record, dict):
        return None, "not a JSON object"
    row = {}
    for field in fields:
        name, value = field["name"], record.get(field["name"])
        kind = _TYPES.get(field["type"])
        if value is None:
            if field.get("required"):
                return None, f"column {name} is required"
        elif kind is None:
            return None, f"column {name} is a {field['type']}, which this writer does not know"
        elif not isinstance(value, kind[0]) or (kind[0] is int and isinstance(value, bool)):
            return None, f"column {name} is a {field['type']}, not {type(value).__name__}"
        row[name] = value
    return row, None


def _insert(catalog, database, table, fields, rows):
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    connection = _connect(endpoint)
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")
        file.flush()
        kinds = ", ".join(f"'{field['name']}': '{_TYPES[field['type']][1]}'" for field in fields)
        values = ", ".join(
            f'{_TYPES[field["type"]][2].format(_quoted(field["name"]))} AS {_quoted(field["name"])}' for field in fields
        )
        # Attached anew, so that the table is the newest one.
        connection.execute(
            f"ATTACH '{catalog}' AS glue (TYPE ICEBERG, ENDPOINT '{endpoint}/iceberg', AUTHORIZATION_TYPE 'none')"
        )
        try:
            connection.execute(
                f"INSERT INTO glue.{_quoted(database)}.{_quoted(table)} BY NAME SELECT {values} "
                f"FROM read_json('{file.name}', format = 'newline_delimited', maximum_object_size = 33554432, "
                f"columns = {{{kinds}}})"
            )
        finally:
            connection.execute("DETACH glue")


def _connect(endpoint):
    """One connection for all: loading the extensions takes longer than an append."""
    global _connection
    if _connection is None:
        import duckdb

        _connection = duckdb.connect(config={"threads": 1})
        _connection.execute("SET TimeZone = 'UTC'; LOAD avro; LOAD httpfs; LOAD iceberg")
        _connection.execute(
            "CREATE SECRET (TYPE S3, KEY_ID 'test', SECRET 'test', URL_STYLE 'path', USE_SSL false, "
            f"ENDPOINT '{endpoint.removeprefix('http://')}')"
        )
    return _connection


def _quoted(name):
    return '"' + name.replace('"', '""') + '"'
