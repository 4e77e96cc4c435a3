"""A make-believe language as wide as English: what fits in it fits in the real translation too."""

import re

from PySide6.QtCore import QTranslator


class Wide(QTranslator):
    """Answers each hanzi with a short word; placeholders and Latin stay."""

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        del context, disambiguation, n
        parts = re.split(r"(\{[^}]*\})", source)
        return "".join(part if part.startswith("{") else _HANZI.sub("wide ", part) for part in parts).strip()

    def isEmpty(self) -> bool:
        return False


_HANZI = re.compile(r"[\u4e00-\u9fff]{2}|[\u4e00-\u9fff]")
