"""Column types that read the same on SQLite and PostgreSQL, by the ORM and by plain SQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_micros(at: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (at - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC instant."""
    return EPOCH + micros * MICROSECOND


class InstantField(models.BigIntegerField):  # type: ignore[type-arg]
    """An aware UTC instant, stored as microseconds since 1970."""

    def from_db_value(self, value: int | None, *_: object) -> datetime | None:
        """Row to value."""
        return None if value is None else from_micros(value)

    def get_prep_value(self, value: Any) -> Any:
        """Value to row."""
        return to_micros(value) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> Any:
        """What a model attribute holds."""
        return from_micros(value) if isinstance(value, int) else value


class JSONTextField(models.TextField):  # type: ignore[type-arg]
    """Plain values as compact JSON text."""

    def from_db_value(self, value: str | None, *_: object) -> Any:
        """Row to value."""
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> Any:
        """Value to row; a string is taken as JSON already."""
        return value if value is None or isinstance(value, str) else json.dumps(value, separators=(",", ":"))
