"""One server a SQLite file: a second one refuses to start (two writers would each think that they are alone)."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO


class AlreadyServed(RuntimeError):
    """Another process serves this file."""


class FileLock:
    """Held while the server runs. The system lets it go when the process ends, however that happens."""

    def __init__(self, database: str) -> None:
        self._path = Path(f"{Path(database).resolve()}.lock")  # the same file by another name is the same file
        self._file: IO[str] | None = None

    def __enter__(self) -> FileLock:
        self._file = self._path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise AlreadyServed(f"{self._path.with_suffix('')} is served by another process already") from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
