"""What is personal is taken out, put back and erased, and nothing else is touched."""

from typing import get_args

import msgspec

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import privacy
from dispatcher.models.evolution import replay
from dispatcher.models.organisation import CENTRE
from tests import builders as b
from tests.models import living as a
from tests.models.living import ONE, Life

HINTS = {"caller_name_hint": "刘**", "caller_phone_hint": "138****5678", "reported_party": "王五"}
ERASE = c.ErasePersonalData(case=ONE, reason="到期")


def lived() -> Life:
    """A case in which something personal was said at every step."""
    life = Life(**HINTS)
    return (
        life.do(c.SignFor(case=ONE))
        .do(c.RecordContact(case=ONE, reached=True, note="刘女士说晚上在家"))
        .do(c.AddNote(case=ONE, text="改打其女儿手机"))
        .do(b.blow())
        .do(c.WithdrawWhistle(case=ONE, whistle=a.W, reason="已自行恢复"))
        .do(c.Reply(case=ONE, accepted="当日", talked_with="刘女士", done="换井盖", result="已修好"), a.LEADER)
        .do(a.SOLVED, a.DISPATCHER)
        .do(a.CLOSE)
    )


def words(value: object) -> str:
    return msgspec.json.encode(value).decode()


SECRETS = ("刘", "138", "王五", "晚上在家", "女儿")


def test_every_personal_field_is_text_or_holds_some() -> None:
    for kind, fields in privacy.PERSONAL.items():
        for field in fields:
            hint = kind.__annotations__[field]
            assert hint is str or hint in privacy.PERSONAL, (kind, field)


def test_every_kind_that_holds_something_personal_is_a_known_command_or_fact() -> None:
    outer = {kind for kind in privacy.PERSONAL if not issubclass(kind, c.Command | e.Event)}
    assert outer == {privacy.Order, privacy.Whistle}
    assert {k for k in privacy.PERSONAL if issubclass(k, c.Command)} <= set(get_args(c.AnyCommand))


def test_what_is_taken_out_is_put_back_as_it_was() -> None:
    for recorded in lived().case.history:
        texts = privacy.taken_from(recorded.event)
        blank = privacy.blank(recorded.event)
        assert not any(privacy.taken_from(blank))
        assert privacy.given_back(blank, iter(texts)) == recorded.event
        if not any(texts):
            assert blank is recorded.event


def test_erasing_leaves_nothing_personal_and_everything_else() -> None:
    before = lived().case
    assert all(secret in words(before) for secret in SECRETS)
    life = lived().do(ERASE, CENTRE)
    after = life.case
    assert not any(secret in words(after) for secret in SECRETS)
    assert isinstance(after.history[-1].event, e.PersonalDataErased)
    assert [(r.act, r.at, r.by, type(r.event)) for r in after.history[:-1]] == [
        (r.act, r.at, r.by, type(r.event)) for r in before.history
    ]
    bare = {"history": (), "revision": 0}
    assert msgspec.structs.replace(after, **bare) == msgspec.structs.replace(privacy.blank_case(before), **bare)


def test_an_erased_case_follows_from_its_facts_with_and_without_what_was_personal() -> None:
    """The journal's facts may be left blank from the start, as the journal keeps them once the key is gone."""
    case = lived().do(ERASE, CENTRE).case
    assert replay(privacy.blank_facts(case.history), case.revision) == case
    a.assert_is_its_history(case)


def test_what_comes_after_an_erasure_is_personal_again_until_the_next() -> None:
    life = lived().do(ERASE, CENTRE)
    assert privacy.is_erased(life.case)
    life.do(c.AddNote(case=ONE, text="刘女士又来电"))
    assert not privacy.is_erased(life.case)
    life.do(ERASE, CENTRE)
    assert privacy.is_erased(life.case)
    assert "刘" not in words(life.case)
