"""Records who made which AWS call, as an IAM policy would see it."""

import json
import re
import threading

import faults

# Session tokens say who calls: the emulator gives them to functions, people bring theirs.
_FUNCTION = "function/"
_PERSON = "person/"
_lock = threading.Lock()
_calls = set()
_MAPPING = re.compile(r"^/2015-03-31/event-source-mappings/[^/]+/?$")
# Ids that differ from run to run; account, region and the names that the deployment gives stay.
_UNSTABLE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}")


def recorded():
    with _lock:
        return [
            {"caller": caller, "service": service, "command": command, "action": action, "resource": resource}
            for caller, service, command, action, resource in sorted(_calls)
        ]


def install():
    from ministack import app
    from ministack.core import lambda_runtime

    credentials = lambda_runtime.execution_credentials
    dispatch = app._dispatch_service_request

    def execution_credentials(config):
        # The token travels with every request that the function signs.
        return {**credentials(config), "AWS_SESSION_TOKEN": f"{_FUNCTION}{config.get('FunctionName', '')}"}

    async def dispatch_service_request(method, path, headers, body, query_params, request_id):
        routing = app._routing_params(method, path, headers, body, query_params)
        service = app.detect_service(method, path, headers, routing)
        token = headers.get("x-amz-security-token", "")
        for kind in (_FUNCTION, _PERSON):
            if token.startswith(kind):
                stable = _stable if kind == _FUNCTION else _stable_with_kind
                _record(token[len(kind) :], stable, service, method, path, headers, body, routing)
        rule = faults.outage(service, path, body)
        if rule is not None:
            return _failure(service, rule)
        return await dispatch(method, path, headers, body, query_params, request_id)

    lambda_runtime.execution_credentials = execution_credentials
    app._dispatch_service_request = dispatch_service_request


def _record(caller, stable, service, method, path, headers, body, query):
    from ministack.core.iam_actions import (
        dynamodb_resource_arns,
        dynamodb_transaction_checks,
        extract_iam_action,
        extract_resource_arn,
    )
    from ministack.core.responses import get_account_id, get_region

    action = extract_iam_action(service, method, path, headers, body, query) or _other_action(service, method, path)
    account, region = get_account_id(), get_region()
    mapping = _MAPPING.match(path) if service == "lambda" else None
    if mapping:
        checks = [(action, f"arn:aws:lambda:{region}:{account}:event-source-mapping:*")]
    elif service == "dynamodb":
        # A transaction needs what each of its parts needs.
        checks = dynamodb_transaction_checks(action, body, region, account)
        checks = checks or [(action, resource) for resource in dynamodb_resource_arns(body, region, account)]
    else:
        checks = [(action, extract_resource_arn(service, method, path, headers, body, query, region, account))]
    command = _command(action, headers, query)
    with _lock:
        for needed, resource in checks or [(action, "*")]:
            _calls.add((caller, service, command, needed, stable(resource or "*")))


def _other_action(service, method, path):
    """What MiniStack's authoriser has no name for; what has none here either is written down as it was sent."""
    if service == "lambda" and _MAPPING.match(path):
        return {"PUT": "lambda:UpdateEventSourceMapping", "DELETE": "lambda:DeleteEventSourceMapping"}.get(
            method, "lambda:GetEventSourceMapping"
        )
    return f"{service}:{method} {path.split('?', 1)[0]}"


def _stable(resource):
    """Of an object in S3 the bucket and the first folder are kept; in the warehouse the database's, too."""
    if resource.startswith("arn:aws:s3:::") and "/" in resource:
        bucket, *folders, _name = resource.split("/")
        kept = folders[: 2 if folders[:1] == ["warehouse"] else 1]
        return "/".join([bucket, *kept, "*" if kept else _UNSTABLE.sub("*", _name)])
    return _UNSTABLE.sub("*", resource)


def _stable_with_kind(resource):
    """Of a file in the warehouse it is also kept whether it is metadata or data of its table, or a rebuild's."""
    folders = resource.split("/")[:-1]
    in_table = resource.startswith("arn:aws:s3:::") and folders[1:2] == ["warehouse"] and len(folders) > 4
    if not in_table:
        return _stable(resource)
    return f"{_stable(resource)}/{'rebuild-*' if folders[4].startswith('rebuild-') else folders[4]}/*"


def _command(action, headers, query):
    """What the SDK calls it: its own hint where there is one (S3), else the target, else the action."""
    hint = query.get("x-id")
    if hint:
        return hint[0] if isinstance(hint, list) else hint
    target = headers.get("x-amz-target", "")
    return target.rsplit(".", 1)[-1] if "." in target else action.split(":", 1)[1]


def _failure(service, rule):
    code = rule.get("code", "ServiceUnavailable")
    if service == "s3":
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>rehearsed outage</Message></Error>"
        return rule.get("status", 503), {"Content-Type": "application/xml"}, body.encode()
    document = json.dumps({"__type": code, "message": "rehearsed outage"}).encode()
    return rule.get("status", 500), {"Content-Type": "application/x-amz-json-1.0", "x-amzn-errortype": code}, document
