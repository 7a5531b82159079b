"""PyIceberg or DuckDB over the tables of a REST catalog, told what to do by lines of JSON on standard input.

usage: peer_session.py pyiceberg|duckdb CATALOG_URI EXTENSION_DIRECTORY

{"jobs": [[change, ...], ...]} makes lists of changes, one after another, and answers {"answers": [...]} with what the
last change of each list gave, or with its first error. For DuckDB a change is a statement of SQL, tables are those of
the catalog `rest`; for PyIceberg it is an object (see `Iceberg`). What is read is given as read_tables.py does.
The session ends with its input.
"""

import datetime
import decimal
import json
import os
import struct
import sys
import uuid

from read_tables import rows

import pyarrow as pa

EPOCH = datetime.datetime(1970, 1, 1)


class Duckdb:
    def __init__(self, uri, extensions):
        import duckdb

        self.connection = duckdb.connect(config={"extension_directory": extensions})
        self.connection.execute("LOAD avro; LOAD httpfs; LOAD iceberg;")
        self.connection.execute(f"ATTACH 'tables' AS rest (TYPE ICEBERG, ENDPOINT '{uri}', AUTHORIZATION_TYPE 'none')")

    def run(self, statement):
        if not statement.startswith("SELECT"):
            self.connection.execute(statement)
            return {"columns": [], "rows": []}
        described = self.connection.execute(f"DESCRIBE {statement}").fetchall()
        columns = [{"name": name, "type": kind} for name, kind, *_ in described]
        return {"columns": columns, "rows": rows(self.connection.execute(statement).to_arrow_table())}


class Iceberg:
    """{"do": "read" | "create" | "append" | "delete" | "upsert" | ..., "table": "namespace.name", ...}."""

    def __init__(self, uri, _extensions):
        from pyiceberg.catalog import load_catalog

        self.catalog = load_catalog("rest", type="rest", uri=uri)

    def run(self, change):
        if change["do"] == "create":
            return self.create(change)
        table = self.catalog.load_table(change["table"])
        return getattr(self, change["do"])(table, change) or {"columns": [], "rows": []}

    def read(self, table, _change):
        columns = [
            {"id": field.field_id, "name": field.name, "type": str(field.field_type), "required": field.required}
            for field in table.schema().fields
        ]
        return {"columns": columns, "rows": rows(table.scan().to_arrow())}

    def create(self, change):
        from pyiceberg.schema import Schema

        schema = Schema.model_validate({"type": "struct", "schema-id": 0, "fields": change["fields"]})
        table = self.catalog.create_table(change["table"], schema, properties=change["properties"])
        for transform in change["partitionBy"]:
            self.addPartitionField(table, {"transform": transform})
            table = self.catalog.load_table(change["table"])
        return {"columns": [], "rows": []}

    def append(self, table, change):
        table.append(arrow_table(table, change["rows"]))

    def delete(self, table, change):
        from pyiceberg.expressions import In

        table.delete(In("id", change["ids"]))

    def overwrite(self, table, change):
        from pyiceberg.expressions import In

        table.overwrite(arrow_table(table, change["rows"]), overwrite_filter=In("id", change["ids"]))

    def upsert(self, table, change):
        table.upsert(arrow_table(table, change["rows"]), join_cols=["id"])

    def addColumn(self, table, change):
        with table.update_schema() as update:
            update.add_column(change["name"], type_of(change["type"]))

    def dropColumn(self, table, change):
        with table.update_schema() as update:
            update.delete_column(change["name"])

    def renameColumn(self, table, change):
        with table.update_schema() as update:
            update.rename_column(change["from"], change["to"])

    def widenColumn(self, table, change):
        with table.update_schema() as update:
            update.update_column(change["name"], field_type=type_of(change["type"]))

    def moveColumn(self, table, change):
        with table.update_schema() as update:
            update.move_after(change["name"], change["after"])

    def addPartitionField(self, table, change):
        from pyiceberg.transforms import parse_transform

        transform, column = parsed(change["transform"])
        with table.update_spec() as update:
            update.add_field(column, parse_transform(transform), partition_name(change["transform"]))

    def removePartitionField(self, table, change):
        with table.update_spec() as update:
            update.remove_field(partition_name(change["transform"]))

    def upgrade(self, table, change):
        with table.transaction() as transaction:
            transaction.upgrade_table_version(change["formatVersion"])


def parsed(text):
    """`bucket(4, id)` as the transform `bucket[4]` and its column."""
    if "(" not in text:
        return "identity", text
    name, inner = text[:-1].split("(")
    *width, column = [part.strip() for part in inner.split(",")]
    return (f"{name}[{width[0]}]" if width else name), column


def partition_name(text):
    transform, column = parsed(text)
    name = transform.split("[")[0]
    return column if name == "identity" else f"{column}_{'trunc' if name == 'truncate' else name}"


def type_of(document):
    from pyiceberg.types import NestedField

    return NestedField.model_validate({"id": 1, "name": "x", "required": False, "type": document}).field_type


def arrow_table(table, given):
    from pyiceberg.io.pyarrow import schema_to_pyarrow

    schema = schema_to_pyarrow(table.schema(), include_field_ids=False)
    columns = [[native(row[at], field.type) for row in given] for at, field in enumerate(schema)]
    return pa.Table.from_arrays([pa.array(values, field.type) for values, field in zip(columns, schema)], schema=schema)


def native(value, kind):
    """A Python value of what read_tables.py would print."""
    if value is None:
        return None
    if pa.types.is_boolean(kind):
        return value == "true"
    if pa.types.is_integer(kind):
        return int(value)
    if pa.types.is_floating(kind):
        return struct.unpack(">d", bytes.fromhex(value))[0]
    if pa.types.is_decimal(kind):
        return decimal.Decimal(value)
    if pa.types.is_date(kind):
        return EPOCH.date() + datetime.timedelta(days=int(value))
    if pa.types.is_time(kind):
        return (EPOCH + datetime.timedelta(microseconds=int(value))).time()
    if pa.types.is_timestamp(kind):
        moment = EPOCH + datetime.timedelta(microseconds=int(value))
        return moment.replace(tzinfo=datetime.timezone.utc) if kind.tz else moment
    if isinstance(kind, pa.UuidType):
        return uuid.UUID(value)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return bytes.fromhex(value)
    if pa.types.is_struct(kind):
        return {field.name: native(item, field.type) for item, field in zip(value, kind)}
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [native(item, kind.value_type) for item in value]
    if pa.types.is_map(kind):
        return [(native(key, kind.key_type), native(item, kind.item_type)) for key, item in value]
    return value


def main():
    peer, uri, extensions = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    engine = {"pyiceberg": Iceberg, "duckdb": Duckdb}[peer](uri, extensions)

    def attempt(changes):
        try:
            return [engine.run(change) for change in changes][-1]
        except Exception as error:  # Whatever the engine throws is the caller's to judge.
            return {"error": f"{type(error).__name__}: {error}"[:2000]}

    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps({"answers": [attempt(job) for job in json.loads(line)["jobs"]]}), file=answers, flush=True)


main()
