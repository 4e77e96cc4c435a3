"""The law in force: the policy and the calendar that judgements and clocks are made from."""

import msgspec

from dispatcher.models.ids import UnitId
from dispatcher.models.policy import Policy
from dispatcher.models.workcalendar import WorkCalendar


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """Everything besides the case itself that a judgement depends on.

    `summonable` are the departments and enterprises a whistle may call; empty means it is not checked here.
    """

    policy: Policy
    calendar: WorkCalendar
    summonable: frozenset[UnitId] = frozenset()
