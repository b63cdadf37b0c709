"""Results in the form of bench/canonical.ts, so that the suite can compare them with everybody's."""

import hashlib
from datetime import datetime, timezone
from decimal import Decimal
from uuid import UUID


def level_rows(rows, attributes):
    """Rows as objects by column name; the columns' types tell what JavaScript would have."""
    columns = [(attribute.name, attribute.type.name) for attribute in attributes]
    return [{name: level(value, type_name) for (name, type_name), value in zip(columns, row)} for row in rows]


def level(value, type_name):
    # Python has one integer and JavaScript two; int8 is text there.
    if type_name == "int8":
        return str(value)
    if type_name == "char":
        return value.decode()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, datetime):
        utc = value.astimezone(timezone.utc)
        return {"date": f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03}Z"}
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    # JavaScript writes 1.0 as 1.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
