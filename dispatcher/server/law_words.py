"""Why a change of the law book was refused, in words: one place for the HTTP door and the command line."""

from typing import Final

from dispatcher.models.lawbook import LawReason, LawRefused


def law_words(refused: LawRefused) -> tuple[str, str]:
    """Give what is wrong, with the field and its value, and what to do; each Chinese | English."""
    problem, remedy = _WORDS[refused.reason]
    named = f"（{refused.field}: {refused.detail}）" if refused.field else ""
    return problem.replace(" | ", f"{named} | ", 1), remedy


_WORDS: Final = {
    LawReason.NOT_YOUR_ROLE: (
        "您的角色不能更改规则 | your role may not change the law",
        "换账号 | use another account",
    ),
    LawReason.VERSION_TAKEN: (
        "此版本号已用过 | this version has been used before",
        "另取版本号 | give it another version",
    ),
    LawReason.DATE_TAKEN: (
        "该日已有政策生效 | another policy takes effect on that day",
        "另选生效日期 | choose another effective_from",
    ),
    LawReason.IN_THE_PAST: (
        "生效日期已过 | the effective date is past",
        "选今天或以后的日期 | choose today or a later day",
    ),
    LawReason.ALREADY_SO: ("本已如此 | it is so already", "无须再送 | nothing needs to be sent"),
    LawReason.MISSING_FIELD: ("缺少必填项 | a required field is missing", "填写后再送 | fill it in and send again"),
    LawReason.BAD_FIELD: ("内容有误 | a field contradicts itself", "改正后再送 | correct it and send again"),
    LawReason.OLDER_CALENDAR: (
        "此日历不比现用的新 | this calendar is not newer than the one in use",
        "送更新的日历 | send a newer one",
    ),
}
