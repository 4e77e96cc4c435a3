"""What is done to accounts, sessions, stations, the directory and the journal itself: facts journaled among the acts.

None of them holds a password, a code or a token. The journal tells by whom and when.
"""

import msgspec

from dispatcher.models.ids import Instant, PersonId, UnitId
from dispatcher.models.organisation import ALONE, ENTITLEMENTS, Reach, Role, is_community


class AccountCommand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="command"):
    """Base of what can be done to accounts."""


class PutAccount(AccountCommand, frozen=True, tag="put_account"):
    """An account was made, or has another unit, other roles and a new password from now on."""

    person: PersonId
    unit: UnitId
    roles: tuple[Role, ...]


class AllowAccount(AccountCommand, frozen=True, tag="allow_account"):
    """An account may sign in, or (`allowed` false) may not any more; its sessions have ended then."""

    person: PersonId
    allowed: bool
    reason: str = ""


class ChangePassword(AccountCommand, frozen=True, tag="change_password"):
    """The password is another one; by the person, or made up anew by an administrator."""

    person: PersonId


class SetCodes(AccountCommand, frozen=True, tag="set_codes"):
    """One-time codes are asked for from now on, or not any more."""

    person: PersonId
    on: bool


class EndSessions(AccountCommand, frozen=True, tag="end_sessions"):
    """Sessions of a person were ended by somebody, so many."""

    person: PersonId
    count: int


class OrderWipe(AccountCommand, frozen=True, tag="order_wipe"):
    """A station is to destroy its key and files at its next contact."""

    station: str
    reason: str


class ConfirmWipe(AccountCommand, frozen=True, tag="confirm_wipe"):
    """A station says that it has done so, with so many acts never sent.

    `proved` says that it brought a token that was given out at that station.
    """

    station: str
    unsent: int
    proved: bool


class ReadJournal(AccountCommand, frozen=True, tag="read_journal"):
    """Somebody read the journal or, with `sign_ins`, who signed in: of one case, one person, one time, or all.

    `case` is an id or an order's whole number; the time goes from `since` to before `until`, by when acts were judged.
    """

    case: str = ""
    person: PersonId = PersonId("")
    since: Instant | None = None
    until: Instant | None = None
    sign_ins: bool = False


class PutUnits(AccountCommand, frozen=True, tag="put_units"):
    """Units are new in the directory, or told otherwise there from now on."""

    units: tuple[UnitId, ...]


AnyAccountCommand = (
    PutAccount
    | AllowAccount
    | ChangePassword
    | SetCodes
    | EndSessions
    | OrderWipe
    | ConfirmWipe
    | ReadJournal
    | PutUnits
)


def unfit_roles(roles: frozenset[Role], unit: UnitId) -> str:
    """Say what keeps roles from being one account's in a unit, or nothing.

    Some stand alone, all must reach equally far, and what reaches a community needs one.
    """
    alone = sorted(ALONE & roles)
    if Role.CENTRE in roles:
        return "centre: 中心自身，不是账号 | it is the centre itself, no account"
    if alone and len(roles) > 1:
        return f"{alone[0]}: 须单独使用，另建一个账号 | it stands alone; make another account for the other roles"
    reaches = sorted({ENTITLEMENTS[role].reach for role in roles})
    if len(reaches) > 1:
        return (
            f"{', '.join(sorted(roles))}: 范围不同（{', '.join(reaches)}），请分建账号"
            f" | they reach differently far ({', '.join(reaches)}); make an account for each"
        )
    if Reach.COMMUNITY in reaches and not is_community(unit):
        return (
            f"{', '.join(sorted(roles))}: 单位 {unit or '–'} 不是社区，看不到任何案件；请用 12 位社区代码作 --unit"
            f" | the unit {unit or '–'} is no community, and nobody in it would be sent a case; give --unit the code of"
            " a community, 12 digits"
        )
    return ""
