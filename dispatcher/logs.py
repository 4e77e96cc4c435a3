"""What programs write of themselves: lines for people, or one JSON object a line for whatever collects them.

Promises: everything goes to standard error; libraries' records of each request, and debug records that may hold bodies,
are left out. No record of ours names a caller: that is a test's to hold.
"""

import datetime as dt
import json
import logging
import sys
from typing import Final

FORMATS: Final = ("text", "json")
_NOISY: Final = ("httpx", "httpcore", "websockets", "uvicorn.access", "asyncio", "alembic")
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a record: `time` (UTC, ISO 8601), `level`, `logger`, `message`, `process`.

    What was given as `extra` stands beside them, an error's traceback in `error`.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Give the record's line."""
        fields: dict[str, object] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        fields.update({name: value for name, value in vars(record).items() if name not in _OWN})
        if record.exc_info:
            fields["error"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False, default=str)


def begin_logging(level: str, form: str = "text") -> None:
    """Have the process write records of `level` (debug, info, warning, error) and worse, as `text` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonLines() if form == "json" else logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
