"""What Asterisk's dialplan has noted in its own small database. ARI may read its keys, over a channel, and no more:
whatever else has to be read or struck out is done by the dialplan for us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from .client import Lost
from .legs import Board

HERE_WITHIN = 5.0


class Notes:
    """Reads and strikes out."""

    def __init__(self, board: Board) -> None:
        self._board = board

    async def keys(self, family: str) -> Sequence[str]:
        """The keys of a family."""
        async with self._channel(endpoint="Local/s@notes", app=self._board.pbx.app, appArgs="beside") as name:
            found = await self._variable(name, f"DB_KEYS({family})")
        return [key for key in found.split(",") if key]

    async def read(self, context: str, key: str, variables: Sequence[str]) -> Mapping[str, str]:
        """What that context puts into these variables."""
        way = {"endpoint": "Local/s@notes", "context": context, "extension": key, "priority": 1}
        async with self._channel(**way) as name:
            return {variable: await self._variable(name, variable) for variable in variables}

    async def strike_out(self, context: str, key: str) -> None:
        """That context deletes it. ARI may not write Asterisk's database: an extension may."""
        place = f"Local/{key}@{context}"
        await self._board.ari.tried("POST", "channels", endpoint=place, extension="s", context="nowhere")

    @asynccontextmanager
    async def _channel(self, **way: object) -> AsyncIterator[str]:
        board, name = self._board, f"notes-{self._board.mark()}"
        here = board.expect("here", name)
        try:
            await board.ari.ask("POST", f"channels/{name}", **way)
            try:
                await asyncio.wait_for(here, HERE_WITHIN)
            except TimeoutError as error:
                raise Lost("Asterisk did not open its notes") from error
            yield name
        finally:
            here.cancel()
            await board.ari.tried("DELETE", f"channels/{name}")

    async def _variable(self, channel: str, variable: str) -> str:
        found = await self._board.ari.ask("GET", f"channels/{channel}/variable", variable=variable)
        return str(found["value"] or "")
