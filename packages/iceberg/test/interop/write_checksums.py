"""Writes Parquet files with page checksums: write_checksums.py FOLDER

A file NAME.parquet for each kind of page and codec, with the columns id (long), name (string, some null), kind (string of
few values) and tags (a struct of a string), 3,000 rows in pages of some 500.
"""

import sys

import pyarrow as pa
import pyarrow.parquet as pq

folder = sys.argv[1]
rows = range(3000)
table = pa.table(
    {
        "id": pa.array(rows, pa.int64()),
        "name": pa.array([None if row % 7 == 0 else f"name {row}" for row in rows]),
        "kind": pa.array([f"kind {row % 5}" for row in rows]),
        "tags": pa.array([{"tag": f"tag {row % 100}"} for row in rows]),
    }
)
for version in ("1.0", "2.0"):
    for codec in ("none", "zstd", "snappy"):
        pq.write_table(
            table,
            f"{folder}/v{version[0]}-{codec}.parquet",
            compression=codec,
            data_page_version=version,
            use_dictionary=["kind"],
            data_page_size=4096,
            write_batch_size=500,
            write_page_checksum=True,
        )
