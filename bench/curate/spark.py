"""Spark doing the benched job in one warm session, as peers.py does it for the others.

usage: spark.py JSON, with the options of peers.py.
"""

import json
import os
import sys
import time

os.environ["TZ"] = "UTC"
os.environ["PYSPARK_PYTHON"] = sys.executable


def main():
    options = json.loads(sys.argv[1])
    from pyspark.sql import SparkSession, Window
    from pyspark.sql import functions as f
    from pyspark.sql.types import StringType, StructField, StructType

    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "8g")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.compression.codec", "zstd")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    carried = ["message_id", "sqs_message_id", "idempotency_key", "period_reference", "publish_time", "ingestion_ts"]
    tree = {}
    for leaf in options["leaves"]:
        node = tree
        for key in leaf["path"][2:].split("."):
            node = node.setdefault(key, {})

    def dtype(part):
        return StructType([StructField(key, dtype(value) if value else StringType()) for key, value in part.items()])

    out = os.path.join(options["folder"], "spark.parquet")

    def run():
        copies = Window.partitionBy("message_id").orderBy("ingestion_ts", "sqs_message_id")
        newest = Window.partitionBy("idempotency_key").orderBy(
            f.desc("instant"), f.desc("publish_time"), f.desc("message_id")
        )
        (
            spark.read.parquet(*options["raw"])
            .select(*carried, "json_payload")
            .withColumn("place", f.row_number().over(copies))
            .where("place = 1")
            .withColumn("payload", f.from_json("json_payload", dtype(tree)))
            .select(*carried, *[f.col(f"payload.{leaf['path'][2:]}").alias(leaf["column"]) for leaf in options["leaves"]])
            .withColumn("instant", f.to_timestamp("last_updated_ts"))
            .withColumn("place", f.row_number().over(newest))
            .where("place = 1")
            .drop("instant", "place")
            .write.mode("overwrite")
            .parquet(out)
        )

    runs = []
    for turn in range(-1, options["runs"]):
        start = time.perf_counter()
        run()
        if turn >= 0:
            runs.append({"wall": time.perf_counter() - start, "cpu": 0})
    files = sorted(os.path.join(out, name) for name in os.listdir(out) if name.endswith(".parquet"))
    rows = spark.read.parquet(out).count()
    spark.stop()
    print(json.dumps({"runs": runs, "result": {"rows": rows, "files": files}, "peakBytes": 0}))


main()
