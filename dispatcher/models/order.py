"""An order (工单) as the hotline dispatched it: what the citizen demands, where, how urgently.

Names of fields follow DOMAIN section 3. `Caller` is apart: it never stands inside an order.
"""

import enum

import msgspec

from dispatcher.models.ids import Instant, UnitId


class Urgency(enum.StrEnum):
    """How fast the law wants it handled (DOMAIN section 5)."""

    FLOOD = "flood"
    EMERGENCY = "emergency"
    LIVELIHOOD = "livelihood"
    ORDINARY = "ordinary"
    COMPLEX = "complex"
    QUESTION = "question"


class DemandKind(enum.StrEnum):
    """What the citizen wants: 投诉, 求助, 咨询, 建议, 举报, 表扬."""

    COMPLAINT = "complaint"
    HELP = "help"
    QUESTION = "question"
    SUGGESTION = "suggestion"
    REPORT = "report"
    PRAISE = "praise"


class Channel(enum.StrEnum):
    """How the demand came in."""

    PHONE = "phone"
    WEB = "web"
    WECHAT = "wechat"
    APP = "app"
    NATIONAL = "national"
    GRID = "grid"
    VISIT = "visit"
    DESK = "desk"
    SELF_FOUND = "self_found"
    OTHER = "other"


class Datum(enum.StrEnum):
    """The datum of a point; mixing them shifts it by hundreds of metres."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class Point(msgspec.Struct, frozen=True):
    """A point on the ground, degrees, with its datum named."""

    lon: float
    lat: float
    datum: Datum


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where it happens. Codes are the key (names repeat); `spot` is the estate or exact point."""

    address: str = ""
    street: UnitId = UnitId("")
    community: str = ""
    community_code: UnitId = UnitId("")
    spot: str = ""
    point: Point | None = None


class Caller(msgspec.Struct, frozen=True, omit_defaults=True):
    """The citizen's name and phone in plain: personal data, never inside a case, a log or a wall."""

    name: str = ""
    phone: str = ""

    def __repr__(self) -> str:
        """Hide both values from logs and tracebacks."""
        return "Caller(…)"


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was dispatched. `number` is unique with `source`; `feedback_due_at` is a limit the hotline set itself."""

    number: str
    source: str
    title: str
    dispatched_at: Instant
    urgency: Urgency = Urgency.ORDINARY
    text: str = ""
    kind: DemandKind = DemandKind.COMPLAINT
    channel: Channel = Channel.PHONE
    category: tuple[str, ...] = ()
    place: Place = Place()
    created_at: Instant | None = None
    feedback_due_at: Instant | None = None
    confidential: bool = False
    wants_answer: bool = True
    caller_name_hint: str = ""
    caller_phone_hint: str = ""
    previous_number: str = ""
    reported_party: str = ""
    labels: tuple[str, ...] = ()
    no_return: bool = False
    urged: int = 0

    @property
    def topic(self) -> str:
        """The narrowest category, fit for a wall: it names no person and no address."""
        return self.category[-1] if self.category else ""


def masked_name(name: str) -> str:
    """Keep the family name, hide the rest: 刘丽华 -> 刘**, J. Smith -> J*******."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)


def masked_phone(phone: str) -> str:
    """Keep three digits and the last four of a mobile number, the last two of anything shorter."""
    if len(phone) >= 11:
        return f"{phone[:3]}****{phone[-4:]}"
    return "*" * max(0, len(phone) - 2) + phone[-2:]
