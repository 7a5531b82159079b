"""Parses SQL without running it.

usage: parse_sql.py

Standard input is a JSON list of {"dialect": ..., "sql": ...}; the answer is a JSON list with null for each text that is
whole statements of its dialect, else what is wrong. A statement that the parser only passes through counts as wrong.
"""

import json
import logging
import sys

import sqlglot
from sqlglot import exp

logging.disable(logging.CRITICAL)


def fault(dialect, sql):
    try:
        statements = [one for one in sqlglot.parse(sql, dialect=dialect) if one is not None]
    except sqlglot.errors.SqlglotError as error:
        return str(error)
    if not statements:
        return "no statement"
    for statement in statements:
        if isinstance(statement, exp.Command) or statement.find(exp.Command):
            return f"not understood: {statement.sql()[:200]}"
    return None


print(json.dumps([fault(one["dialect"], one["sql"]) for one in json.load(sys.stdin)]))
