"""The office's own network: sealed links by WebSocket between stations of one street.

The libraries behind it come with the first dial or the first open port: a station that works with its centre never
needs them.
"""

from collections.abc import Awaitable, Callable, Sequence

from dispatcher.sync.office_ports import OfficeDoor, OfficeLink
from dispatcher.wire import OfficeKey


class WebSocketOffice:
    """An `OfficeNetwork` over TCP; addresses are HOST:PORT."""

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


def address_towards(host: str, port: int) -> str:
    """Give the address this machine has on the way to a host, without a frame sent; empty where there is no way."""
    import socket

    try:
        family, kind, *_, target = socket.getaddrinfo(host, 9, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as probe:
            probe.connect(target)
            own = str(probe.getsockname()[0])
    except OSError:
        return ""
    return f"[{own}]:{port}" if ":" in own else f"{own}:{port}"
