"""The corridor tests' world, once on each database."""

from __future__ import annotations

from tests.corridor.conftest import world

__all__ = ["world"]
