"""Runs SQL in DuckDB over tables of a warehouse folder.

usage: run_duckdb.py EXTENSION_DIRECTORY

Standard input is one JSON object: `tables`, Iceberg metadata files by schema and table; `statements`, run in their order;
`queries`. Prints a line of JSON per query, its columns and rows, values as read_tables.py gives them.
"""

import json
import os
import sys

repository = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
sys.path.insert(0, os.path.join(repository, "packages", "iceberg", "test", "interop"))

from read_tables import rows  # noqa: E402  (sets the time zone before anything else)

import duckdb  # noqa: E402

asked = json.load(sys.stdin)
connection = duckdb.connect(config={"extension_directory": sys.argv[1]})
connection.execute("LOAD avro; LOAD iceberg;")
for schema, tables in asked["tables"].items():
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    for name, metadata in tables.items():
        connection.execute(f"""CREATE VIEW "{schema}"."{name}" AS SELECT * FROM iceberg_scan('{metadata}')""")
for statement in asked["statements"]:
    connection.execute(statement)
for query in asked["queries"]:
    described = connection.execute(f"DESCRIBE {query}").fetchall()
    columns = [{"name": name, "type": kind} for name, kind, *_ in described]
    print(json.dumps({"columns": columns, "rows": rows(connection.execute(query).fetch_arrow_table())}))
