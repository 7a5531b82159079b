"""Commits through Glue's Iceberg REST endpoint as Glue does them.

MiniStack leaves the table's `VersionId` as it was, so that a commit through the Glue API would overwrite what Firehose
has just added; it writes metadata to a bucket of its own under names that repeat, and reads whatever file of a folder
looks newest. Here a commit writes a new file below the table's location and moves the pointer and the version together.
"""

import copy
import json
import re
import time
import uuid

_NUMBERED = re.compile(r"/v?(\d{1,9})(?:-[^/]*)?\.metadata\.json$")


def install():
    from ministack.services import glue

    glue._iceberg_rest_commit_table = commit_table
    glue._iceberg_latest_metadata_location = lambda location: location


def commit_table(namespace, table_name, body):
    from ministack.services import glue, s3tables

    table = glue._iceberg_table_entry(namespace, table_name)
    if table is None:
        return glue._iceberg_error(f"Table does not exist: {namespace}.{table_name}", "NoSuchTableException", 404)
    location = table["Parameters"]["metadata_location"]
    metadata = copy.deepcopy(glue._iceberg_fetch_metadata(location))
    before, changed_at = metadata.get("current-snapshot-id"), metadata.get("last-updated-ms")
    try:
        s3tables._check_iceberg_requirements(metadata, body.get("requirements", []))
        s3tables._apply_iceberg_updates(metadata, body.get("updates", []))
    except s3tables.IcebergCommitFailed as error:
        return glue._iceberg_error(str(error), "CommitFailedException", 409)
    except ValueError as error:
        return glue._iceberg_error(str(error), "BadRequestException", 400)
    metadata["last-updated-ms"] = max(int(time.time() * 1000), changed_at or 0)
    metadata.setdefault("metadata-log", []).append({"timestamp-ms": changed_at, "metadata-file": location})
    if metadata.get("current-snapshot-id") != before:
        entry = {"timestamp-ms": metadata["last-updated-ms"], "snapshot-id": metadata["current-snapshot-id"]}
        metadata.setdefault("snapshot-log", []).append(entry)
    moved = _write(metadata, location)
    table["Parameters"] = {
        **table["Parameters"],
        "metadata_location": moved,
        "previous_metadata_location": location,
    }
    table["VersionId"] = str(int(table.get("VersionId", "0")) + 1)
    table["UpdateTime"] = int(time.time())
    return glue._iceberg_json({"metadata-location": moved, "metadata": metadata})


def _write(metadata, previous):
    from ministack.services import s3

    number = _NUMBERED.search(previous)
    version = int(number.group(1)) + 1 if number else 0
    location = f"{metadata['location'].rstrip('/')}/metadata/{version:05d}-{uuid.uuid4()}.metadata.json"
    bucket, key = location.removeprefix("s3://").split("/", 1)
    s3._put_object(bucket, key, json.dumps(metadata).encode(), {"content-type": "application/json"})
    return location
