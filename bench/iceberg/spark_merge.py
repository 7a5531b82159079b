"""Spark with Iceberg doing the benched upsert as a MERGE with merge-on-read, in one warm session.

usage: spark_merge.py JSON

JSON: {"jar", "folder", "turns": [file, ...]}. The table `bench.t` of the folder is there already; each file lists, per
run, the numbers of the rows to bring. Prints {"measured": [{"seconds": [per run], "result": {"metadata"}}, ...]}, one
per file. A first run of each is not counted; the new rows are in memory before the time is taken.
"""

import glob
import json
import os
import sys
import time

os.environ["TZ"] = "UTC"

from pyspark.sql import SparkSession

options = json.loads(sys.argv[1])
answers = os.fdopen(os.dup(1), "w")
# Spark and its libraries print to standard output too.
os.dup2(2, 1)

settings = {
    "spark.jars": options["jar"],
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "8g",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    "spark.sql.catalog.warehouse": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.warehouse.type": "hadoop",
    "spark.sql.catalog.warehouse.warehouse": options["folder"],
}
builder = SparkSession.builder.master("local[2]").appName("bench")
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
spark.sql("ALTER TABLE warehouse.bench.t SET TBLPROPERTIES ('write.merge.mode' = 'merge-on-read')")

# The same rows that dataset.mjs makes.
VERSIONS = """
SELECT id, timestamp_micros(1700000000000000 + id * 250000 + mixed % 1000) AS at,
  CAST(mixed % 5000 AS INT) AS device, concat('kind-', mixed % 20) AS kind,
  concat('sensor-', lpad(CAST(mixed % 100003 AS STRING), 6, '0'), '-', id) AS label,
  IF(mixed % 20 = 0, NULL, (mixed % 40000) / 1000D) AS temperature,
  CAST(mixed AS DOUBLE) / 21474836.48D + 900 AS pressure,
  CAST(mixed % 9973 AS INT) + {raised} AS level
FROM (SELECT id, id * 2654435761 % 4294967296 AS mixed FROM numbers)
"""


def merge(numbers, turn):
    spark.createDataFrame([(number,) for number in numbers], "id bigint").createOrReplaceTempView("numbers")
    news = spark.sql(VERSIONS.format(raised=(turn + 1) * 10_000)).coalesce(1).cache()
    news.count()
    news.createOrReplaceTempView("news")
    start = time.perf_counter()
    spark.sql(
        "MERGE INTO warehouse.bench.t t USING news n ON t.id = n.id"
        " WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )
    seconds = time.perf_counter() - start
    news.unpersist()
    return seconds


def newest_metadata():
    files = glob.glob(os.path.join(options["folder"], "bench", "t", "metadata", "v*.metadata.json"))
    return max(files, key=lambda path: int(os.path.basename(path)[1:].split(".")[0]))


measured = []
for turns in options["turns"]:
    with open(turns) as file:
        seconds = [merge(numbers, turn) for turn, numbers in enumerate(json.load(file))]
    measured.append({"seconds": seconds[1:], "result": {"metadata": newest_metadata()}})
print(json.dumps({"measured": measured}), file=answers, flush=True)
spark.stop()
