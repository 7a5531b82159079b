"""Writes Parquet files with Bloom filters whose row groups have the same bounds, with pyarrow and DuckDB.

usage: write_bloom_filters.py FOLDER

Both files have the columns id (long), small (int), name (string), price (decimal(9, 2)), at (timestamp with zone), score
(double), day (date) and key (16 bytes) with the field ids 1 to 8, and two row groups: of even and of odd numbers below
1,020, each made up to reach from the least to the greatest value. DuckDB's file has no key. Padding makes the files so large that
they are read in ranges.
"""

import datetime
import decimal
import random
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

folder = sys.argv[1]
fields = [
    ("id", pa.int64()),
    ("small", pa.int32()),
    ("name", pa.string()),
    ("price", pa.decimal128(9, 2)),
    ("at", pa.timestamp("us", tz="UTC")),
    ("score", pa.float64()),
    ("day", pa.date32()),
    ("key", pa.binary(16)),
    ("padding", pa.binary()),
]
# Stands first and holds a decimal of the name of a column, of another width.
wide = pa.struct([("price", pa.decimal128(20, 2))])
schema = pa.schema([("wide", wide), *(pa.field(name, kind, metadata={"PARQUET:field_id": str(at + 1)}) for at, (name, kind) in enumerate(fields))])
epoch = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def row(number):
    return {
        "wide": {"price": decimal.Decimal(number)},
        "id": number,
        "small": number,
        "name": f"name {number:04}",
        "price": decimal.Decimal(number) / 4,
        "at": epoch + datetime.timedelta(minutes=number),
        "score": number / 8,
        "day": datetime.date(2000, 1, 1) + datetime.timedelta(days=number),
        "key": number.to_bytes(16, "big"),
        "padding": random.randbytes(1500),
    }


groups = [[-1, *range(0, 1020, 2), 2000], [-1, *range(1, 1020, 2), 2000]]
row_of = lambda number: row(number) if number >= 0 else {**row(0), "id": -1, "small": -1, "name": "", "price": decimal.Decimal(-1), "at": epoch - datetime.timedelta(days=1), "score": -1.0, "day": datetime.date(1999, 1, 1), "key": bytes(16)}
tables = [pa.Table.from_pylist([row_of(number) for number in group], schema=schema) for group in groups]
options = {name: {"ndv": 2000, "fpp": 0.001} for name, _ in fields if name != "padding"}
with pq.ParquetWriter(f"{folder}/pyarrow.parquet", schema, bloom_filter_options=options) as writer:
    for table in tables:
        writer.write_table(table)

# DuckDB's row groups have multiples of 2,048 rows, and Bloom filters only where a dictionary pays: every row is repeated.
repeated = pa.concat_tables([table for table in tables for _ in range(8)]).drop_columns(["key", "wide"])
ids = ", ".join(f"'{name}': {at + 1}" for at, (name, _) in enumerate(fields) if name != 'key')
connection = duckdb.connect(config={"threads": 1})
connection.register("repeated", repeated)
connection.execute(
    f"COPY repeated TO '{folder}/duckdb.parquet' (FORMAT parquet, ROW_GROUP_SIZE 4096, FIELD_IDS {{{ids}}}, "
    f"DICTIONARY_SIZE_LIMIT 4096, BLOOM_FILTER_FALSE_POSITIVE_RATIO 0.001)"
)
for name in ("pyarrow", "duckdb"):
    metadata = pq.ParquetFile(f"{folder}/{name}.parquet").metadata
    print(name, metadata.num_rows, [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)])
