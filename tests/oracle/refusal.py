"""A refusal on its way out of a rule."""


class No(Exception):
    """Refused: the reason, and the field at fault where the rules name one."""

    def __init__(self, reason, field=None):
        super().__init__(reason)
        self.reason, self.field = reason, field


def need(condition, reason, field=None):
    """Refuse unless the condition holds."""
    if not condition:
        raise No(reason, field)


def text(act, *names):
    """Refuse the first of these fields that holds no words."""
    for name in names:
        need(act.get(name, "").strip(), "missing_field", name)
