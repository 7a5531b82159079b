"""PyIceberg and DuckDB doing the benched jobs: one job per process, its runs timed here.

usage: peers.py JSON

JSON: {"job": name, "runs": number, ...what the job takes}. Prints {"seconds": [per run], "result": of the last run}.
Start-up and imports are not timed; a first run that is not counted warms the process up where "warm" is set.
"""

import gc
import json
import os
import sys
import time

os.environ["TZ"] = "UTC"
os.environ.setdefault("PYICEBERG_MAX_WORKERS", "2")

import pyarrow as pa
import pyarrow.compute as pc

pa.set_cpu_count(2)
pa.set_io_thread_count(2)


def static_table(metadata):
    from pyiceberg.table import StaticTable

    return StaticTable.from_metadata(metadata)


def sql_catalog(folder):
    from pyiceberg.catalog.sql import SqlCatalog

    return SqlCatalog("bench", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")


def modulo(values, by):
    return pc.subtract(values, pc.multiply(pc.divide(values, by), by))


def join(*parts):
    return pc.binary_join_element_wise(*[part if isinstance(part, str) else part.cast(pa.string()) for part in parts], "")


def batch_of(first, rows):
    """Rows numbered from `first` on."""
    return rows_of(pa.array(range(first, first + rows), pa.int64()))


def rows_of(number):
    """The same rows that dataset.mjs makes."""
    mixed = modulo(pc.multiply(number, 2654435761), 4294967296)
    instant = pc.add(pc.add(pc.multiply(number, 250_000), 1_700_000_000_000_000), modulo(mixed, 1000))
    temperature = pc.divide(modulo(mixed, 40000).cast(pa.float64()), 1000.0)
    return pa.table(
        {
            "id": number,
            "at": instant.cast(pa.timestamp("us", "UTC")),
            "device": modulo(mixed, 5000).cast(pa.int32()),
            "kind": join("kind-", modulo(mixed, 20)),
            "label": join("sensor-", pc.utf8_lpad(modulo(mixed, 100003).cast(pa.string()), 6, "0"), "-", number),
            "temperature": pc.if_else(pc.equal(modulo(mixed, 20), 0), None, temperature),
            "pressure": pc.add(pc.divide(mixed.cast(pa.float64()), 21474836.48), 900.0),
            "level": modulo(mixed, 9973).cast(pa.int32()),
        }
    )


def fingerprint(table):
    """Facts of a result that do not depend on the order of its rows; fingerprint.mjs gives the same."""
    facts = {"rows": table.num_rows}
    for name in table.column_names:
        column = table.column(name)
        text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        total = 0 if text else pc.sum(column if pa.types.is_floating(column.type) else column.cast(pa.int64())).as_py()
        length = pc.sum(pc.binary_length(column)).as_py() if text else 0
        facts[name] = {"sum": total if isinstance(total, float) else str(total), "bytes": length, "nulls": column.null_count}
    return facts


def plan(options):
    def run():
        tasks = list(static_table(options["metadata"]).scan(row_filter=options["filter"]).plan_files())
        return sorted(task.file.file_path for task in tasks)

    return run


def scan(options):
    def run():
        columns = tuple(options.get("columns", ["*"]))
        filters = {"row_filter": options["filter"]} if "filter" in options else {}
        return static_table(options["metadata"]).scan(selected_fields=columns, **filters).to_arrow()

    return run


def create(folder, name):
    from pyiceberg.exceptions import NamespaceAlreadyExistsError

    os.makedirs(folder, exist_ok=True)
    catalog = sql_catalog(folder)
    try:
        catalog.create_namespace("bench")
    except NamespaceAlreadyExistsError:
        pass
    return catalog.create_table(f"bench.{name}", schema=batch_of(0, 1).schema)


def table_of(folder, rows):
    """A table of so many rows, one file per million."""
    table = create(folder, "t")
    for first in range(0, rows, 1_000_000):
        table.append(batch_of(first, min(1_000_000, rows - first)))
    return table


def prepare(options):
    return lambda: {"metadata": table_of(options["folder"], options["rows"]).metadata_location}


def append(options):
    data, turns = batch_of(0, options["rows"]), iter(range(1_000_000))

    def run():
        table = create(options["folder"], f"t{next(turns)}")
        table.append(data)
        return {"metadata": table.metadata_location}

    return run


def upsert(options):
    table = sql_catalog(options["folder"]).load_table("bench.t")
    with open(options["turns"]) as turns:
        data = iter([versions(numbers, turn) for turn, numbers in enumerate(json.load(turns))])

    def run():
        table.upsert(next(data), join_cols=["id"])
        return {"metadata": table.metadata_location}

    return run


def versions(numbers, turn):
    made = rows_of(pa.array(numbers, pa.int64()))
    level = made.schema.get_field_index("level")
    return made.set_column(level, "level", pc.add(made["level"], pa.scalar((turn + 1) * 10_000, pa.int32())))


def duckdb_scan(options):
    import duckdb

    connection = duckdb.connect(config={"extension_directory": options["extensions"], "threads": 2})
    connection.execute("LOAD avro; LOAD iceberg; SET TimeZone = 'UTC'")
    columns = ", ".join(options.get("columns", ["*"]))
    where = f" WHERE {options['filter']}" if "filter" in options else ""
    path = options["metadata"].removeprefix("file://")
    return lambda: connection.execute(f"SELECT {columns} FROM iceberg_scan('{path}'){where}").fetch_arrow_table()


JOBS = {
    "plan": plan,
    "scan": scan,
    "prepare": prepare,
    "append": append,
    "upsert": upsert,
    "duckdb_scan": duckdb_scan,
}


def main():
    options = json.loads(sys.argv[1])
    job = JOBS[options["job"]](options)
    seconds, result = [], None
    for turn in range(-1 if options.get("warm", True) else 0, options["runs"]):
        result = None
        gc.collect()
        start = time.perf_counter()
        result = job()
        if turn >= 0:
            seconds.append(time.perf_counter() - start)
    if isinstance(result, pa.Table):
        result = fingerprint(result)
    print(json.dumps({"seconds": seconds, "result": result}))


main()
