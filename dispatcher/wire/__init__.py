"""Messages between a console and the centre, and their one codec (JSON by msgspec); both ends import it.

Promises: anything that is not a message of this protocol version raises `BadMessage` with a named fault and
words; nothing else is raised. Knows nothing of sockets.
"""

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
    Ping,
    Pong,
    Submit,
    Upward,
    Welcome,
    decode_downward,
    decode_upward,
    encode,
)

__all__ = [
    "MAX_FRAME_BYTES",
    "NO_CALLER",
    "PROTOCOL",
    "BadMessage",
    "Beat",
    "CaseRow",
    "Changes",
    "Downward",
    "Fault",
    "Goodbye",
    "Hello",
    "Judged",
    "Ping",
    "Pong",
    "Submit",
    "Upward",
    "Welcome",
    "decode_downward",
    "decode_upward",
    "encode",
]
