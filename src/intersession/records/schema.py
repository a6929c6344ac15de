"""The tables of an address: made, or brought up to date, by the migrations."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from .database import from_address

ALIAS = "schema"
APP = "records"
"""The only tables made here. Accounts and sessions are none of the records."""


def migrate(address: str) -> None:
    """Bring the tables there up to date."""
    with _executor(address) as executor:
        executor.migrate(executor.loader.graph.leaf_nodes(APP))


def waiting(address: str) -> list[str]:
    """The migrations that have not been made there yet; changes nothing."""
    with _executor(address) as executor:
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes(APP))
        return [migration.name for migration, _ in plan]


@contextmanager
def _executor(address: str) -> Iterator[MigrationExecutor]:
    _ready()
    connections.databases[ALIAS] = connections.configure_settings({"default": from_address(address)})["default"]
    connection = connections[ALIAS]
    try:
        yield MigrationExecutor(connection)
    finally:
        connection.close()
        del connections[ALIAS]
        del connections.databases[ALIAS]


def fresh(path: Path) -> str:
    """A new, empty SQLite file with all tables; its address. Copied from a template made once per process."""
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    shutil.copyfile(_template(), path)
    return str(path)


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="intersession-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "template.sqlite3"
    migrate(str(path))
    return path


def _ready() -> None:
    """Django, with the least settings that records need, where nobody has configured it yet."""
    if not settings.configured and not os.environ.get("DJANGO_SETTINGS_MODULE"):
        settings.configure(
            INSTALLED_APPS=["intersession.records"],
            DATABASES={},
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            USE_TZ=True,
        )
    if not apps.ready:
        django.setup()
