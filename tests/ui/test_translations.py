"""Every text has its English, the compiled file is that of the source, and no text escapes the translators."""

import importlib.util
import re
import shutil
import string
import sys
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from dispatcher.bridge import ActState, LinkState
from dispatcher.models import commands as c
from dispatcher.models.case import CaseState
from dispatcher.models.deadlines import ClockKind, Light
from dispatcher.models.events import Satisfied, Solved
from dispatcher.models.order import Channel, DemandKind, Urgency
from dispatcher.models.organisation import Role, UnitKind
from dispatcher.models.queue import Flag, Pending
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import Milestone, WhistleKind, WhistleState
from dispatcher.sync import words as sync_words
from dispatcher.ui import strings
from dispatcher.ui.console.act_words import tag_of
from tests.ui.conftest import Dress

ROOT = Path(__file__).parents[2]

NOT_FOR_PEOPLE = {
    "dispatcher/ui/console/grammar.py": "what a person may type, in both languages at once",
    "dispatcher/ui/dialogs/phrases.py": "what a reply written in Chinese is searched for",
    "dispatcher/ui/dialogs/reply.py": "what a reply written in Chinese is searched for",
    "dispatcher/widgets/fonts.py": "hanzi a typeface must have",
    "dispatcher/widgets/countdown.py": "countdowns are written in two ways of their own",
    "dispatcher/widgets/clocks.py": "widths are measured on words of usual length",
    "dispatcher/ui/wall/lists.py": "widths are measured on words of usual length",
    "dispatcher/ui/console/queue_painter.py": "widths are measured on words of usual length",
}
"""Files that hold Chinese strings beside their texts, and what for; what they say to people is checked as elsewhere."""


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", ROOT / "tools" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["translations"] = module
    spec.loader.exec_module(module)
    return module


def test_every_text_has_its_english(tool: ModuleType) -> None:
    assert [key for key, english in tool.messages(tool.TS).items() if not english] == []


def test_the_file_is_up_to_date_with_the_source(tool: ModuleType, tmp_path: Path) -> None:
    fresh = tmp_path / "en.ts"
    shutil.copy(tool.TS, fresh)
    tool.collect(fresh)
    kept, found = tool.messages(tool.TS), tool.messages(fresh)
    assert sorted(found.keys() - kept.keys()) == []
    assert sorted(kept.keys() - found.keys()) == []


def test_the_compiled_file_says_what_the_source_says(tool: ModuleType, qapp: QCoreApplication) -> None:
    translator = QTranslator()
    assert translator.load(str(tool.TS.with_suffix(".qm")))
    stale = [key for key, english in tool.messages(tool.TS).items() if translator.translate(key[0], key[1]) != english]
    assert stale == []


def test_placeholders_are_the_same_in_both_languages(tool: ModuleType) -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    differing = {
        source: english for (_, source), english in tool.messages(tool.TS).items() if names(source) != names(english)
    }
    assert differing == {}


def test_no_chinese_text_escapes_the_translators(tool: ModuleType) -> None:
    known = {source for _, source in tool.messages(tool.TS)}
    escaped = [
        f"{file.relative_to(ROOT)}:{line}: {text}"
        for file in tool.sources()
        if file.relative_to(ROOT).as_posix() not in NOT_FOR_PEOPLE and file.name != "words.py"
        for line, text in tool.chinese_literals(file)
        if text not in known
    ]
    assert escaped == []


def test_the_english_holds_no_hanzi(tool: ModuleType) -> None:
    hanzi = re.compile(r"[\u4e00-\u9fff]")
    assert [english for english in tool.messages(tool.TS).values() if hanzi.search(english)] == []


def test_what_the_engine_says_is_translated_where_it_is_shown(dress: Dress) -> None:
    said = [value for name, value in vars(sync_words).items() if name.isupper() and isinstance(value, str)]
    assert said
    dress("en", "dark")
    assert [words for words in said if strings.trouble(words) == words] == []
    assert strings.trouble(f"{sync_words.SILENT}（timeout）").endswith("（timeout）")
    assert strings.trouble("disk full") == "disk full"


ENUMS = (
    CaseState, Urgency, ClockKind, Light, WhistleKind, WhistleState, Milestone, Role, UnitKind, LinkState, ActState,
    DemandKind, Channel, Solved, Satisfied, Flag,
)  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_value_people_see_has_a_word(dress: Dress, language: str) -> None:
    dress(language, "dark")
    hanzi = re.compile(r"[\u4e00-\u9fff]")
    for kind in ENUMS:
        for member in kind:
            word = strings.word(member)
            assert word, member
            if member is not Channel.APP:
                assert bool(hanzi.search(word)) == (language == "zh"), (member, word)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("reason", list(Reason))
def test_a_refusal_is_a_sentence_with_a_remedy(dress: Dress, language: str, reason: Reason) -> None:
    dress(language, "dark")
    detail = {Reason.WRONG_STATE: "dispatched", Reason.MILESTONE_ORDER: "signed"}.get(reason, "water")
    said = strings.refusal(Refused(reason=reason, field="demand", detail=detail), lambda unit: f"<{unit}>")
    assert "{" not in said
    assert said.count("。" if language == "zh" else ".") + said.count(":") + said.count(";") >= 2, said


def test_every_command_has_a_word_for_its_pending_mark(dress: Dress) -> None:
    dress("zh", "dark")
    for command in c.AnyCommand.__args__:
        tag = str(command.__struct_config__.tag)
        for pending in (Pending.PENDING, Pending.PARKED, Pending.EXPIRED):
            assert tag not in strings.pending_mark(pending, tag)
    assert strings.pending_mark(Pending.PENDING, "sign_for") == "签收待发"
    assert strings.pending_mark(Pending.NONE, "sign_for") == ""
    assert tag_of(c.SignFor(case=c.CaseId("x"))) == "sign_for"
