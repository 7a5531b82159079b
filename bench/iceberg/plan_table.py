"""Writes a table of many data files that exist only in its manifests, to measure planning.

usage: plan_table.py FOLDER FILES MANIFESTS

The table has 21 columns with statistics on each and is partitioned by `region` as it is. File number i is in partition
i % (FILES / 10), so that a filter of one region selects ten, and holds the ids [1000 i, 1000 i + 999]. Manifests are
written with many entries in a block, as the reference implementation does.
"""

import os
import struct
import sys
import uuid

from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import (
    DataFile,
    DataFileContent,
    FileFormat,
    ManifestEntry,
    ManifestEntryStatus,
    write_manifest,
    write_manifest_list,
)
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.serializers import ToOutputFile
from pyiceberg.table.metadata import TableMetadataV2
from pyiceberg.table.refs import SnapshotRef
from pyiceberg.table.snapshots import Operation, Snapshot, Summary
from pyiceberg.transforms import IdentityTransform
from pyiceberg.typedef import Record
from pyiceberg.types import DoubleType, IntegerType, LongType, NestedField, StringType, TimestamptzType

ENTRIES_PER_BLOCK = 200
SNAPSHOT = 4821

folder, files, manifests = os.path.abspath(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
kinds = [LongType(), DoubleType(), StringType(), TimestamptzType()]
schema = Schema(
    NestedField(1, "id", LongType(), required=True),
    NestedField(2, "region", IntegerType(), required=False),
    *[NestedField(3 + n, f"c{n}", kinds[n % 4], required=False) for n in range(19)],
)
spec = PartitionSpec(PartitionField(2, 1000, IdentityTransform(), "region"), spec_id=0)
io = PyArrowFileIO()
columns = range(1, 22)


def bound(column, number, last):
    if column == 1:
        return struct.pack("<q", number * 1000 + last)
    if column == 2:
        return struct.pack("<i", number % (files // 10))
    kind = kinds[(column - 3) % 4]
    if isinstance(kind, StringType):
        return f"value-{number % 977:08d}".encode()
    return struct.pack("<d", number / 7) if isinstance(kind, DoubleType) else struct.pack("<q", number * 31 + column)


def entry(number):
    region = number % (files // 10)
    path = f"{folder}/data/region={region}/00000-{number}-{uuid.uuid5(uuid.NAMESPACE_OID, str(number))}.parquet"
    return ManifestEntry.from_args(
        status=ManifestEntryStatus.ADDED,
        snapshot_id=SNAPSHOT,
        sequence_number=1,
        file_sequence_number=1,
        data_file=DataFile.from_args(
            content=DataFileContent.DATA,
            file_path=path,
            file_format=FileFormat.PARQUET,
            partition=Record(region),
            record_count=1000,
            file_size_in_bytes=250_000 + number,
            column_sizes={c: 10_000 + (number * 31 + c) % 5000 for c in columns},
            value_counts={c: 1000 for c in columns},
            null_value_counts={c: 0 if c == 1 else number % 3 for c in columns},
            nan_value_counts={},
            lower_bounds={c: bound(c, number, 0) for c in columns},
            upper_bounds={c: bound(c, number, 999) for c in columns},
            key_metadata=None,
            split_offsets=[4],
            equality_ids=None,
            sort_order_id=0,
        ),
    )


os.makedirs(f"{folder}/metadata", exist_ok=True)
written = []
for part in range(manifests):
    output = io.new_output(f"{folder}/metadata/manifest-{part}.avro")
    with write_manifest(2, spec, schema, output, SNAPSHOT, "deflate") as writer:
        block = []
        for number in range(part, files, manifests):
            made = entry(number)
            writer._added_files += 1
            writer._added_rows += made.data_file.record_count
            writer._partitions.append(made.data_file.partition)
            block.append(writer.prepare_entry(made))
            if len(block) == ENTRIES_PER_BLOCK:
                writer._writer.write_block(block)
                block = []
        if block:
            writer._writer.write_block(block)
    written.append(writer.to_manifest_file())
manifest_list = f"{folder}/metadata/snap-1.avro"
with write_manifest_list(2, io.new_output(manifest_list), SNAPSHOT, None, 1, "deflate") as writer:
    writer.add_manifests(written)
metadata = TableMetadataV2(
    location=folder,
    table_uuid=uuid.uuid4(),
    last_sequence_number=1,
    last_updated_ms=1_700_000_000_000,
    last_column_id=21,
    schemas=[schema],
    current_schema_id=0,
    partition_specs=[spec],
    default_spec_id=0,
    last_partition_id=1000,
    snapshots=[
        Snapshot(
            snapshot_id=SNAPSHOT,
            sequence_number=1,
            timestamp_ms=1_700_000_000_000,
            manifest_list=manifest_list,
            summary=Summary(Operation.APPEND),
            schema_id=0,
        )
    ],
    current_snapshot_id=SNAPSHOT,
    refs={"main": SnapshotRef(snapshot_id=SNAPSHOT, snapshot_ref_type="branch")},
)
ToOutputFile.table_metadata(metadata, io.new_output(f"{folder}/metadata/v1.metadata.json"), overwrite=True)
