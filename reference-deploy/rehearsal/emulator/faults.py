"""What goes wrong on the AWS side while the rehearsal asks for it: rules set through control.py."""

import random
import threading

_lock = threading.Lock()
_random = random.Random(0)
_rules = {}
_counts = {}


def set_rules(rules):
    """`seed`; `throttledCalls`, `failedRecords`, `repeatedBatches`: shares from 0 to 1; `refused`: texts, and a record
    that holds one is refused by Firehose every time; `outages`: a list of {service, path, status, code}."""
    global _random
    with _lock:
        _rules.clear()
        _rules.update(rules)
        if "seed" in rules:
            _random = random.Random(rules["seed"])


def counts():
    with _lock:
        return dict(_counts)


def happens(name):
    """Draws for a share; counts what it lets happen."""
    with _lock:
        share = _rules.get(name, 0)
        if not share or _random.random() >= share:
            return False
        _counts[name] = _counts.get(name, 0) + 1
        return True


def refused(data):
    with _lock:
        if not any(text.encode() in data for text in _rules.get("refused", ())):
            return False
        _counts["refused"] = _counts.get("refused", 0) + 1
        return True


def outage(service, path, body):
    """The rule of an outage that this request falls into, or None."""
    with _lock:
        for rule in _rules.get("outages", ()):
            text = rule.get("contains", "")
            if rule["service"] == service and (text in path or text.encode() in body):
                _counts["outages"] = _counts.get("outages", 0) + 1
                return rule
    return None
