"""Messages between a console and the centre, and of orders to its intake, and their one codec (JSON by msgspec).

Promises: anything that is not a message of this protocol version raises `BadMessage` with a named fault and
words; nothing else is raised. Knows nothing of sockets.
"""

from dispatcher.wire.messages import (
    MAX_FRAME_BYTES,
    NO_CALLER,
    PROTOCOL,
    BadMessage,
    Beat,
    Begin,
    CaseRow,
    Changes,
    Downward,
    Fault,
    Goodbye,
    Hello,
    Judged,
    LawChanged,
    Loads,
    Ping,
    Pong,
    Submit,
    Upward,
    Welcome,
    decode_downward,
    decode_upward,
    encode,
)
from dispatcher.wire.orders import OrderAnswer, PostedOrder, posted
from dispatcher.wire.snapshots import SNAPSHOT_FORMAT, BadPart, Entry, Part, PartHead, part_bytes, read_part

__all__ = [
    "MAX_FRAME_BYTES",
    "NO_CALLER",
    "PROTOCOL",
    "SNAPSHOT_FORMAT",
    "BadMessage",
    "BadPart",
    "Beat",
    "Begin",
    "CaseRow",
    "Changes",
    "Downward",
    "Entry",
    "Fault",
    "Goodbye",
    "Hello",
    "Judged",
    "LawChanged",
    "Loads",
    "OrderAnswer",
    "Part",
    "PartHead",
    "Ping",
    "Pong",
    "PostedOrder",
    "Submit",
    "Upward",
    "Welcome",
    "decode_downward",
    "decode_upward",
    "encode",
    "part_bytes",
    "posted",
    "read_part",
]
