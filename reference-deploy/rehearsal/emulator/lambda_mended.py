"""Lambda and its event source mappings, mended:

- a failed invocation is reported under the error's name, which state machines match on;
- batches are as large and wait as long as the mapping says (MiniStack takes ten messages at once);
- event records of redriven messages say where they came from, and an identifier that no record has fails the batch;
- a function runs in as many processes as this machine can bear, others wait.
"""

import json
import os
import threading
import time

import faults

_WORKER_ERROR = 'status: "error", error: String(err.message || err), trace: err.stack || ""'
# An invocation carries 6 MB; the rest of an event record and JSON's escapes take their share.
_MAX_BATCH_BYTES = 4 * 1024 * 1024
_here = threading.local()
_lock = threading.Lock()
_under_way = 0


def under_way():
    with _lock:
        return _under_way


def install():
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc, sqs

    _report_error_names(lambda_runtime, lambda_svc)
    _bound_processes(lambda_svc)
    lambda_svc._run_sqs_batch = run_sqs_batch
    sqs._receive_messages_for_esm = receive_batch


def _report_error_names(lambda_runtime, lambda_svc):
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    if script.count(_WORKER_ERROR) != 1:
        raise RuntimeError("MiniStack's Node worker is not the one that this was written for: pin its version")
    lambda_runtime._NODEJS_WORKER_SCRIPT = script.replace(
        _WORKER_ERROR, f'{_WORKER_ERROR}, errorType: err.name || "Error"'
    )
    invoke = lambda_runtime.Worker.invoke
    execute = lambda_svc._execute_function_warm

    def invoke_named(self, *arguments, **named):
        response = invoke(self, *arguments, **named)
        _here.error_type = response.get("errorType")
        return response

    def execute_named(func, event, request_id):
        _here.error_type = None
        result = execute(func, event, request_id)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorType") == "Runtime.HandlerError":
            body["errorType"] = _here.error_type or "Error"
        return result

    lambda_runtime.Worker.invoke = invoke_named
    lambda_svc._execute_function_warm = execute_named


def _bound_processes(lambda_svc):
    execute = lambda_svc._execute_function_warm
    bound = int(os.environ.get("REHEARSAL_PROCESSES", "3"))
    gates = {}

    def execute_bounded(func, event, request_id):
        name = (func.get("config") or func).get("FunctionName", "")
        with _lock:
            gate = gates.setdefault(name, threading.Semaphore(bound))
        with gate:
            return execute(func, event, request_id)

    lambda_svc._execute_function_warm = execute_bounded


def receive_batch(queue_url, batch_size):
    """The messages of one batch, once it is full or its first message has waited for the window."""
    from ministack.services import sqs

    with sqs._queues_lock:
        queue = sqs._get_q(queue_url)
        sqs._expire_retained(queue)
        sqs._dlq_sweep(queue)
        now = time.time()
        visible = [message for message in queue["messages"] if message["visible_at"] <= now]
        number, size = 0, 0
        for message in visible[: 10 if queue.get("is_fifo") else batch_size]:
            size += len(message["body"].encode())
            if number and size > _MAX_BATCH_BYTES:
                break
            number += 1
        is_full = number == batch_size or number < len(visible)
        if not is_full and visible:
            waited = now - min(max(message["visible_at"], message["sent_at"]) for message in visible)
            if waited < _window_of(queue["attributes"]["QueueArn"]):
                return []
        hidden = int(queue["attributes"].get("VisibilityTimeout", "30"))
        return sqs._collect_msgs(queue, number, hidden)


def _window_of(queue_arn):
    from ministack.services import lambda_svc

    for _account, _region, mapping in lambda_svc._iter_all_esms():
        if mapping.get("EventSourceArn") == queue_arn:
            return mapping.get("MaximumBatchingWindowInSeconds") or 0
    return 0


def run_sqs_batch(esm, func_rec, event, batch, queue_url, queue_name):
    """One batch of an SQS mapping; what is not deleted comes back after the visibility timeout."""
    global _under_way
    with _lock:
        _under_way += 1
    try:
        _run_sqs_batch(esm, func_rec, event, batch, queue_url)
    finally:
        with _lock:
            _under_way -= 1


def _run_sqs_batch(esm, func_rec, event, batch, queue_url):
    from ministack.services import lambda_svc, sqs

    sources = {message["id"]: (message.get("sys") or {}).get("DeadLetterQueueSourceArn") for message in batch}
    for record in event["Records"]:
        if sources.get(record["messageId"]):
            record["attributes"]["DeadLetterQueueSourceArn"] = sources[record["messageId"]]
    result = lambda_svc._execute_function(func_rec, event)
    if result.get("error"):
        esm["LastProcessingResult"] = "FAILED"
        return
    # At least once: now and then the deletion is lost, and the batch is delivered again.
    if faults.happens("repeatedBatches"):
        return
    failed = _failed_ids(esm, result.get("body"), {record["messageId"] for record in event["Records"]})
    handles = {message["receipt_handle"] for message in batch if message["id"] not in failed}
    sqs._delete_messages_for_esm(queue_url, handles)
    esm["LastProcessingResult"] = "OK"


def _failed_ids(esm, body, ids):
    if "ReportBatchItemFailures" not in esm.get("FunctionResponseTypes", []):
        return set()
    if isinstance(body, str):
        body = json.loads(body)
    failures = (body or {}).get("batchItemFailures") or []
    failed = {failure.get("itemIdentifier") for failure in failures}
    return failed if failed <= ids else ids
