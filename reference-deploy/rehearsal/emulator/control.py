"""The rehearsal's own requests to this process, below /_rehearsal: faults, what is under way, recorded calls."""

import json

import calls
import delivery_stream
import faults
import lambda_mended


def install():
    from ministack import app

    dispatch = app._dispatch_service_request

    async def with_control(method, path, headers, body, query_params, request_id):
        if path.startswith("/_rehearsal/"):
            return 200, {"Content-Type": "application/json"}, json.dumps(answer(path, body)).encode()
        return await dispatch(method, path, headers, body, query_params, request_id)

    app._dispatch_service_request = with_control


def answer(path, body):
    what = path.removeprefix("/_rehearsal/")
    if what == "faults":
        faults.set_rules(json.loads(body))
        return {}
    if what == "calls":
        return calls.recorded()
    if what == "flush":
        delivery_stream.flush()
        return {}
    if what == "status":
        return {
            "buffered": delivery_stream.pending(),
            "invocations": lambda_mended.under_way(),
            "faults": faults.counts(),
            "deliveries": delivery_stream.deliveries(),
        }
    raise ValueError(f"unknown request {path}")
