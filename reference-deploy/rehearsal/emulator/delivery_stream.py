"""Firehose with an Iceberg destination as AWS does it: records wait in a buffer, the transform gets them in batches, each
table gets one commit per buffer, and what cannot be delivered goes to the error prefix.

MiniStack itself transforms and commits every record alone, and drops what fails.
"""

import base64
import json
import logging
import threading
import time
import uuid

import faults
import iceberg_writer

logger = logging.getLogger("rehearsal")

_MAX_RECORDS = 500
_MAX_RECORD_BYTES = 1000 * 1024
_MAX_CALL_BYTES = 4 * 1024 * 1024
_MAX_INVOCATION_BYTES = 6 * 1024 * 1024
_MIB = 1024 * 1024

_lock = threading.Lock()
_buffers = {}
_deliveries = {"commits": 0, "records": 0, "processing-failed": 0, "iceberg-failed": 0}


def install():
    from ministack.services import firehose

    firehose._HANDLERS["PutRecord"] = put_record
    firehose._HANDLERS["PutRecordBatch"] = put_record_batch


def put_record(data):
    from ministack.services import firehose

    answer = _put(data.get("DeliveryStreamName", ""), [data.get("Record", {})])
    if not isinstance(answer, list):
        return answer
    if "ErrorCode" in answer[0]:
        return firehose.error_response_json(answer[0]["ErrorCode"], answer[0]["ErrorMessage"], 503)
    return firehose.json_response({**answer[0], "Encrypted": False})


def put_record_batch(data):
    from ministack.services import firehose

    answer = _put(data.get("DeliveryStreamName", ""), data.get("Records", []))
    if not isinstance(answer, list):
        return answer
    failed = sum("ErrorCode" in one for one in answer)
    return firehose.json_response({"FailedPutCount": failed, "Encrypted": False, "RequestResponses": answer})


def _put(name, records):
    """The answer for each record, or the answer to a call that was refused whole."""
    from ministack.services import firehose

    stream = firehose._streams.get(name)
    if stream is None:
        return firehose._not_found(name)
    if not 1 <= len(records) <= _MAX_RECORDS:
        return firehose._invalid(f"{len(records)} records in one call")
    data = [base64.b64decode(record.get("Data", "")) for record in records]
    if max(map(len, data)) > _MAX_RECORD_BYTES or sum(map(len, data)) > _MAX_CALL_BYTES:
        return firehose._invalid("a record above 1,000 KiB, or a call above 4 MiB")
    if faults.happens("throttledCalls"):
        return firehose.error_response_json("ServiceUnavailableException", "Slow down.", 503)
    buffer = _buffer_of(stream)
    answers = []
    for one in data:
        if faults.refused(one) or faults.happens("failedRecords"):
            answers.append({"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."})
            continue
        record_id = firehose._record_id()
        buffer.add(record_id, one)
        answers.append({"RecordId": record_id})
    return answers


def _buffer_of(stream):
    with _lock:
        if stream["arn"] not in _buffers:
            _buffers[stream["arn"]] = Buffer(stream)
        return _buffers[stream["arn"]]


def pending():
    """Records that were accepted and are neither in a table nor under the error prefix."""
    with _lock:
        return sum(buffer.pending() for buffer in _buffers.values())


def deliveries():
    with _lock:
        return dict(_deliveries)


def flush():
    with _lock:
        for buffer in _buffers.values():
            buffer.flush()


def _count(what, number=1):
    with _lock:
        _deliveries[what] += number


class Buffer:
    """What one stream holds; a thread of its own delivers it when it is full or old enough."""

    def __init__(self, stream):
        from ministack.core.responses import get_account_id, get_region

        self._scope = (get_account_id(), get_region())
        self._stream = stream
        self._changed = threading.Condition()
        self._records = []
        self._bytes = 0
        self._delivering = 0
        self._due_at = None
        threading.Thread(target=self._run, daemon=True, name=f"firehose {stream['name']}").start()

    def add(self, record_id, data):
        with self._changed:
            if self._due_at is None:
                self._due_at = time.monotonic() + self._hints()["IntervalInSeconds"]
            self._records.append((record_id, data, int(time.time() * 1000)))
            self._bytes += len(data)
            self._changed.notify()

    def pending(self):
        with self._changed:
            return len(self._records) + self._delivering

    def flush(self):
        with self._changed:
            self._due_at = 0
            self._changed.notify()

    def _hints(self):
        hints = self._config().get("BufferingHints") or {}
        return {"SizeInMBs": hints.get("SizeInMBs", 5), "IntervalInSeconds": hints.get("IntervalInSeconds", 300)}

    def _config(self):
        return self._stream["destinations"][0]["config"]

    def _run(self):
        from ministack.core.responses import set_request_account_id, set_request_region

        set_request_account_id(self._scope[0])
        set_request_region(self._scope[1])
        while True:
            records = self._take()
            try:
                self._deliver(records)
            except Exception:
                # Would be records lost without a word: the rehearsal must see it in its sums and in the log.
                logger.exception("delivery of %d records of %s broke", len(records), self._stream["name"])
            finally:
                with self._changed:
                    self._delivering = 0

    def _take(self):
        with self._changed:
            while not self._records or (
                time.monotonic() < self._due_at and self._bytes < self._hints()["SizeInMBs"] * _MIB
            ):
                self._changed.wait(None if not self._records else max(0.01, self._due_at - time.monotonic()))
            records, self._records = self._records, []
            self._bytes, self._due_at = 0, None
            self._delivering = len(records)
            return records

    def _deliver(self, records):
        tables = {}
        for record_id, data, arrived, target in self._transform(records):
            tables.setdefault(target, []).append((record_id, data, arrived))
        for (database, table), group in tables.items():
            failed = iceberg_writer.append(self._config(), database, table, group)
            _count("records", len(group) - len(failed))
            _count("commits", int(len(failed) < len(group)))
            self._fail("iceberg-failed", failed)

    def _transform(self, records):
        """`(id, data, arrival, (database, table))` of each record that the transform let through."""
        delivered = []
        for batch in _batches(records, self._transform_bytes()):
            answers, error = self._invoke(batch)
            failed = []
            for record_id, data, arrived in batch:
                answer = answers.get(record_id)
                if answer is None:
                    failed.append((data, arrived, *error))
                elif answer.get("result") == "Ok":
                    metadata = (answer.get("metadata") or {}).get("otfMetadata") or {}
                    target = (metadata.get("destinationDatabaseName"), metadata.get("destinationTableName"))
                    delivered.append((record_id, base64.b64decode(answer["data"]), arrived, target))
                elif answer.get("result") != "Dropped":
                    message = "ProcessingFailed status set for record"
                    failed.append((data, arrived, "Lambda.ProcessingFailedStatus", message))
            self._fail("processing-failed", failed)
        return delivered

    def _parameters(self):
        processing = self._config().get("ProcessingConfiguration") or {}
        for processor in processing.get("Processors") or []:
            if processor.get("Type") == "Lambda":
                return {one["ParameterName"]: one["ParameterValue"] for one in processor.get("Parameters") or []}
        return {}

    def _transform_bytes(self):
        return float(self._parameters().get("BufferSizeInMBs", "1")) * _MIB

    def _invoke(self, batch):
        """The answers by record id; for those that have none, why."""
        from ministack.services import lambda_svc

        parameters = self._parameters()
        name, qualifier = lambda_svc._resolve_name_and_qualifier(parameters["LambdaArn"])
        func, _ = lambda_svc._get_func_record_for_qualifier(name, qualifier)
        event = {
            "invocationId": str(uuid.uuid4()),
            "deliveryStreamArn": self._stream["arn"],
            "region": self._scope[1],
            "records": [
                {
                    "recordId": record_id,
                    "approximateArrivalTimestamp": arrived,
                    "data": base64.b64encode(data).decode(),
                }
                for record_id, data, arrived in batch
            ],
        }
        error = ("Lambda.FunctionError", "")
        for _attempt in range(1 + int(parameters.get("NumberOfRetries", "3"))):
            result = lambda_svc._execute_function(func, event)
            body = result.get("body")
            if result.get("error") or not isinstance(body, dict):
                error = ("Lambda.FunctionError", json.dumps(body)[:500])
                continue
            if len(json.dumps(body)) > _MAX_INVOCATION_BYTES:
                error = ("Lambda.FunctionError", "the answer is above 6 MB")
                continue
            answers = {answer.get("recordId"): answer for answer in body.get("records") or []}
            if all(record_id in answers for record_id, _data, _arrived in batch):
                return answers, None
            error = ("Lambda.MissingRecordId", "the transform did not answer for every record")
        return {}, error

    def _fail(self, kind, failed):
        """Puts records under the error prefix, one JSON document a line."""
        from ministack.services import firehose

        if not failed:
            return
        config = self._config()["S3Configuration"]
        lines = []
        for data, arrived, code, message in failed:
            lines.append(
                {
                    "attemptsMade": 1 + int(self._parameters().get("NumberOfRetries", "3")),
                    "arrivalTimestamp": arrived,
                    "errorCode": code,
                    "errorMessage": message,
                    "attemptEndingTimestamp": int(time.time() * 1000),
                    "rawData": base64.b64encode(data).decode(),
                    **({"lambdaArn": self._parameters()["LambdaArn"]} if kind == "processing-failed" else {}),
                }
            )
        now = time.gmtime()
        prefix = firehose._evaluate_prefix(config.get("ErrorOutputPrefix", ""), now, error_type=kind)
        if "!{firehose:error-output-type}" not in config.get("ErrorOutputPrefix", ""):
            prefix = f"{config.get('ErrorOutputPrefix', '')}{kind}/{time.strftime('%Y/%m/%d/%H/', now)}"
        name = f"{self._stream['name']}-1-{time.strftime('%Y-%m-%d-%H-%M-%S', now)}-{uuid.uuid4()}"
        body = "".join(json.dumps(line) + "\n" for line in lines).encode()
        bucket = firehose._s3_bucket_from_arn(config["BucketARN"])
        firehose._put_s3_object(bucket, f"{prefix}{name}", body)
        _count(kind, len(failed))


def _batches(records, limit):
    batch, size = [], 0
    for record in records:
        if batch and size + len(record[1]) > limit:
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += len(record[1])
    if batch:
        yield batch
