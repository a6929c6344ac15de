"""Where the accounts are kept: with SQLite in a file of their own, with PostgreSQL in tables of their own.

They are not domain rows. The sign-in library writes them by itself, and always in a transaction of the database called
"default": so that is theirs, and the practice's rows are under RECORDS. The tick never waits for somebody to sign in.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

ACCOUNTS, RECORDS = "default", "records"
RECORDS_APP = "records"
APPS = ("sessions", "accounts", "account", "mfa", "usersessions")
FILE = "identity.sqlite3"


def identity_address(database: str) -> str:
    """The address of the accounts that belong to a practice's database."""
    return database if "://" in database else str(Path(database).with_name(FILE))


class Apart:
    """Django's router: the practice's rows here, everything else there."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        """By the model's app."""
        del hints
        return RECORDS if model._meta.app_label == RECORDS_APP else ACCOUNTS

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """No table on the wrong side."""
        del hints
        return (app_label == RECORDS_APP) == (db != ACCOUNTS)


def make_tables() -> None:
    """Make the accounts' tables, or bring them up to date."""
    connection = connections[ACCOUNTS]
    if connection.vendor == "sqlite":
        _for_its_owner_only(Path(connection.settings_dict["NAME"]))
    try:
        executor = MigrationExecutor(connection)
        executor.migrate([leaf for app in APPS for leaf in executor.loader.graph.leaf_nodes(app)])
    finally:
        connection.close()


def _for_its_owner_only(path: Path) -> None:
    """SQLite gives its side files the mode of the main one."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
