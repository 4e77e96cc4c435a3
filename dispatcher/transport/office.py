"""The office's own network: sealed links by WebSocket between stations of one street.

The libraries behind it come with the first dial or the first open port: a station that works with its centre never
needs them.
"""

from collections.abc import Awaitable, Callable, Sequence

from dispatcher.sync.office_ports import OfficeDoor, OfficeLink
from dispatcher.wire import OfficeKey


class WebSocketOffice:
    """An `OfficeNetwork` over TCP; addresses are HOST:PORT. `own_host` says how this machine reaches its centre."""

    def __init__(self, own_host: Callable[[], str] = lambda: "") -> None:
        self._own_host = own_host

    def own_host(self) -> str:
        """Give this machine's address on its way to the centre, empty before it has reached it."""
        return self._own_host()

    async def dial(self, address: str, keys: Sequence[OfficeKey]) -> OfficeLink:
        """Reach a station; raises LinkLost, or LinkRefused where it is of another office."""
        from dispatcher.transport.office_link import dial

        return await dial(address, keys)

    async def open(
        self, address: str, keys: Callable[[], Sequence[OfficeKey]], serve: Callable[[OfficeLink], Awaitable[None]]
    ) -> OfficeDoor:
        """Listen, and `serve` each proven link until that returns; raises Trouble."""
        from dispatcher.transport.office_link import open_door

        return await open_door(address, keys, serve)
