"""One Spark session over a warehouse folder, told what to do by lines of JSON on standard input.

usage: spark_session.py ICEBERG_JAR WAREHOUSE [REST_CATALOG_URI]

{"sql": "..."} runs a statement on tables of the catalog `warehouse` (or `rest`); the answer is a line of JSON with its
columns and rows, or with an error. {"jobs": [["...", "..."], ...]} runs lists of statements, two lists at a time, and
answers {"answers": [...]} with what the last statement of each list gave, or with its first error. Values have the
form that read_tables.py describes. The session ends with its input.
"""

import datetime
import json
import os
import struct
import sys
from concurrent.futures import ThreadPoolExecutor

from pyspark.sql import SparkSession
from pyspark.sql import functions as sql
from pyspark.sql import types

# Timestamps within structs, lists and maps come in the zone of this process.
os.environ["TZ"] = "UTC"
EPOCH = datetime.datetime(1970, 1, 1)
# A session of minutes: optimising its code thoroughly takes longer than it saves.
os.environ["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"

jar, warehouse, *rest = sys.argv[1:]
answers = os.fdopen(os.dup(1), "w")
# Spark and its libraries print to standard output too.
os.dup2(2, 1)

settings = {
    "spark.jars": jar,
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    # Many statements, each once and over few rows: compiling them would take longest of all.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    "spark.sql.catalog.warehouse": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.warehouse.type": "hadoop",
    "spark.sql.catalog.warehouse.warehouse": warehouse,
    "spark.sql.catalog.warehouse.cache-enabled": "false",
}
for uri in rest:
    settings["spark.sql.catalog.rest"] = "org.apache.iceberg.spark.SparkCatalog"
    settings["spark.sql.catalog.rest.type"] = "rest"
    settings["spark.sql.catalog.rest.uri"] = uri
    settings["spark.sql.catalog.rest.cache-enabled"] = "false"
builder = SparkSession.builder.master("local[2]").appName("interop")
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")


def plain(field):
    """Dates and timestamps as integers: Python's own types stop at the years 1 and 9999."""
    column = sql.col(f"`{field.name}`")
    if isinstance(field.dataType, types.DateType):
        return sql.expr(f"unix_date(`{field.name}`)").alias(field.name)
    if isinstance(field.dataType, (types.TimestampType, types.TimestampNTZType)):
        return sql.expr(f"unix_micros(cast(`{field.name}` as timestamp))").alias(field.name)
    return column


def canonical(value, kind):
    if value is None:
        return None
    if isinstance(kind, types.BooleanType):
        return "true" if value else "false"
    if isinstance(kind, (types.FloatType, types.DoubleType)):
        return struct.pack(">d", value).hex()
    if isinstance(kind, types.BinaryType):
        return bytes(value).hex()
    if isinstance(kind, types.DateType) and isinstance(value, datetime.date):
        return str((value - EPOCH.date()).days)
    if isinstance(kind, (types.TimestampType, types.TimestampNTZType)) and isinstance(value, datetime.datetime):
        return str((value - EPOCH) // datetime.timedelta(microseconds=1))
    if isinstance(kind, types.StructType):
        return [canonical(item, field.dataType) for item, field in zip(value, kind.fields)]
    if isinstance(kind, types.ArrayType):
        return [canonical(item, kind.elementType) for item in value]
    if isinstance(kind, types.MapType):
        pairs = [[canonical(key, kind.keyType), canonical(item, kind.valueType)] for key, item in value.items()]
        return sorted(pairs, key=lambda pair: pair[0])
    if isinstance(kind, types.DecimalType):
        return f"{value:.{kind.scale}f}"
    return str(value)


def answer(statement):
    found = spark.sql(statement)
    fields = found.schema.fields
    rows = found.select([plain(field) for field in fields]).collect() if fields else []
    return {
        "columns": [{"name": field.name, "type": field.dataType.simpleString()} for field in fields],
        "rows": [[canonical(value, field.dataType) for value, field in zip(row, fields)] for row in rows],
    }


def attempt(statements):
    try:
        return [answer(statement) for statement in statements][-1]
    except Exception as error:  # Whatever Spark throws is the caller's to judge.
        return {"error": str(error)[:4000]}


pool = ThreadPoolExecutor(2)
print(json.dumps({"ready": True}), file=answers, flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    result = {"answers": list(pool.map(attempt, asked["jobs"]))} if "jobs" in asked else attempt([asked["sql"]])
    print(json.dumps(result), file=answers, flush=True)
spark.stop()
