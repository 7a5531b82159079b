"""DuckDB, Polars and dlt doing the benched job: one job per process, its runs timed here.

usage: peers.py JSON

The job: RAW Parquet -> first copy of each message, newest version of each key by instant, flattened, written as zstd
Parquet. JSON: {"job": name, "runs": number, "raw": [files], "folder": scratch, "leaves": [{"path", "column"}]}. Prints
{"runs": [{"wall", "cpu"}], "result": of the last run, "peakBytes"}. Start-up and imports are not timed; a first run that
is not counted warms the process up where "warm" is set.
"""

import gc
import json
import os
import resource
import shutil
import sys
import time

os.environ["TZ"] = "UTC"
os.environ["POLARS_MAX_THREADS"] = "2"

CARRIED = ["message_id", "sqs_message_id", "idempotency_key", "period_reference", "publish_time", "ingestion_ts"]


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def duckdb_connection():
    import duckdb

    connection = duckdb.connect(config={"threads": 2})
    connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    return connection


def duckdb_given(options):
    """All paths are known."""
    connection = duckdb_connection()
    out = os.path.join(options["folder"], "duckdb.parquet")
    files = "[" + ", ".join(map(quoted, options["raw"])) + "]"
    paths = "[" + ", ".join(quoted(leaf["path"]) for leaf in options["leaves"]) + "]"
    stamp = next(index for index, leaf in enumerate(options["leaves"]) if leaf["column"] == "last_updated_ts") + 1
    carried = ", ".join(CARRIED)
    columns = ", ".join(f"v[{index}] AS {leaf['column']}" for index, leaf in enumerate(options["leaves"], 1))
    query = f"""
      COPY (
        WITH copies AS (
          SELECT {carried}, json_payload FROM read_parquet({files})
          QUALIFY row_number() OVER (PARTITION BY message_id ORDER BY ingestion_ts, sqs_message_id) = 1
        ), extracted AS (
          SELECT {carried}, json_extract_string(json_payload, {paths}) AS v FROM copies
        ), newest AS (
          SELECT * FROM extracted
          QUALIFY row_number() OVER (
            PARTITION BY idempotency_key ORDER BY CAST(v[{stamp}] AS TIMESTAMPTZ) DESC, publish_time DESC, message_id DESC) = 1
        )
        SELECT {carried}, {columns} FROM newest
      ) TO {quoted(out)} (FORMAT parquet, COMPRESSION zstd)"""

    def run():
        rows = connection.execute(query).fetchone()[0]
        return {"rows": rows, "files": [out]}

    return run


def duckdb_finding(options):
    """The paths are found first, over all rows, as the curate engine does."""
    import duckdb  # noqa: F401

    connection = duckdb_connection()
    files = "[" + ", ".join(map(quoted, options["raw"])) + "]"

    def leaves(structure, path):
        if isinstance(structure, dict):
            return [leaf for key, value in structure.items() for leaf in leaves(value, f"{path}.{key}")]
        return [path]

    def run():
        (text,) = connection.execute(f"SELECT json_group_structure(json_payload::JSON) FROM read_parquet({files})").fetchone()
        found = leaves(json.loads(text), "$")
        known = {leaf["path"]: leaf for leaf in options["leaves"]}
        if set(found) != set(known):
            raise RuntimeError(f"DuckDB found other paths: {sorted(set(found) ^ set(known))}")
        return duckdb_given({**options, "leaves": [known[path] for path in found]})()

    return run


def polars_job(options):
    """The schema is given as types of nested structs, all leaves text."""
    import polars as pl

    out = os.path.join(options["folder"], "polars.parquet")

    def dtype(tree):
        return pl.Struct({key: dtype(value) if value else pl.String for key, value in tree.items()})

    tree = {}
    for leaf in options["leaves"]:
        node = tree
        for key in leaf["path"][2:].split("."):
            node = node.setdefault(key, {})

    def leaf_expression(path):
        keys = path[2:].split(".")
        expression = pl.col("payload")
        for key in keys:
            expression = expression.struct.field(key)
        return expression

    def run():
        columns = [leaf_expression(leaf["path"]).alias(leaf["column"]) for leaf in options["leaves"]]
        frame = (
            pl.scan_parquet(options["raw"])
            .select(*CARRIED, "json_payload")
            .sort("ingestion_ts", "sqs_message_id")
            .unique(subset=["message_id"], keep="first", maintain_order=True)
            .with_columns(pl.col("json_payload").str.json_decode(dtype(tree)).alias("payload"))
            .select(*CARRIED, *columns)
            .with_columns(pl.col("last_updated_ts").str.to_datetime(time_zone="UTC", time_unit="us").alias("instant"))
            .sort("instant", "publish_time", "message_id", descending=True)
            .unique(subset=["idempotency_key"], keep="first", maintain_order=True)
            .drop("instant")
            .collect()
        )
        frame.write_parquet(out, compression="zstd", compression_level=1)
        return {"rows": frame.height, "files": [out]}

    return run


def dlt_job(options):
    """Extract and normalise only: dlt keeps nested keys as columns itself, and does not take copies out."""
    import dlt
    import pyarrow.parquet as pq

    folder = os.path.join(options["folder"], "dlt")
    rows = sum(pq.ParquetFile(file).metadata.num_rows for file in options["raw"])
    wanted = min(rows, options.get("events", rows))

    def run():
        shutil.rmtree(folder, ignore_errors=True)
        os.environ["NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION"] = "true"
        pipeline = dlt.pipeline(pipeline_name="bench", pipelines_dir=folder, destination=dlt.destinations.filesystem(folder))

        @dlt.resource(name="events", max_table_nesting=5)
        def events():
            left = wanted
            for file in options["raw"]:
                for batch in pq.ParquetFile(file).iter_batches(columns=["json_payload"], batch_size=10_000):
                    if left == 0:
                        return
                    texts = batch.column(0).to_pylist()[:left]
                    left -= len(texts)
                    yield [json.loads(text) for text in texts]

        pipeline.extract(events(), loader_file_format="parquet")
        info = pipeline.normalize()
        return {"rows": info.row_counts["events"], "files": []}

    return run


def compare(options):
    """Rows that only one side has, column by column as text; where DuckDB prints numbers anew, as numbers."""
    connection = duckdb_connection()

    def columns():
        for name in [*CARRIED, *(leaf["column"] for leaf in options["leaves"])]:
            if name in ("publish_time", "ingestion_ts"):
                yield f"epoch_us(CAST({name} AS TIMESTAMPTZ)) AS {name}"
            elif name in options["numbers"]:
                yield f"CAST({name} AS DOUBLE) AS {name}"
            else:
                yield f"CAST({name} AS VARCHAR) AS {name}"

    def run():
        sides = [
            f"SELECT {', '.join(columns())} FROM read_parquet([{', '.join(map(quoted, files))}])"
            for files in (options["left"], options["right"])
        ]
        counts = [connection.execute(f"SELECT count(*) FROM ({side})").fetchone()[0] for side in sides]
        missing = [
            connection.execute(f"SELECT count(*) FROM ({a} EXCEPT ALL {b})").fetchone()[0]
            for a, b in (sides, reversed(sides))
        ]
        return {"rows": counts, "different": missing}

    return run


JOBS = {
    "duckdb_given": duckdb_given,
    "duckdb_finding": duckdb_finding,
    "polars": polars_job,
    "dlt": dlt_job,
    "compare": compare,
}


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + children.ru_utime + children.ru_stime


def main():
    options = json.loads(sys.argv[1])
    job = JOBS[options["job"]](options)
    runs, result = [], None
    for turn in range(-1 if options.get("warm", False) else 0, options["runs"]):
        gc.collect()
        start, used = time.perf_counter(), cpu_seconds()
        result = job()
        if turn >= 0:
            runs.append({"wall": time.perf_counter() - start, "cpu": cpu_seconds() - used})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"runs": runs, "result": result, "peakBytes": peak}))


main()
