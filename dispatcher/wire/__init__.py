"""Messages between a console and the centre, and of orders to its intake, and their one codec (JSON by msgspec).

Promises: anything that is not a message of this protocol version raises `BadMessage` with a named fault and
words; nothing else is raised. Knows nothing of sockets.
"""

from dispatcher.wire.erasures import Erased, ErasureAsked
from dispatcher.wire.messages import (
    MAX_FRAME_BYTES,
    NO_CALLER,
    PROTOCOL,
    BadMessage,
    Beat,
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

__all__ = [
    "MAX_FRAME_BYTES",
    "NO_CALLER",
    "PROTOCOL",
    "BadMessage",
    "Beat",
    "CaseRow",
    "Changes",
    "Downward",
    "Erased",
    "ErasureAsked",
    "Fault",
    "Goodbye",
    "Hello",
    "Judged",
    "LawChanged",
    "Loads",
    "OrderAnswer",
    "Ping",
    "Pong",
    "PostedOrder",
    "Submit",
    "Upward",
    "Welcome",
    "decode_downward",
    "decode_upward",
    "encode",
    "posted",
]
