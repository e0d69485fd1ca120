"""What becomes of promises: golden cases, worked out by hand."""

from datetime import datetime, timedelta
from itertools import permutations

import msgspec
import pytest
from assessments import assessment
from conversations import talk

from ccnlp.contacts import Contact, Said
from ccnlp.errors import ConfigError
from ccnlp.promises.deadline import Within
from ccnlp.promises.extract import promises
from ccnlp.promises.judge import Verdict, judge
from ccnlp.promises.rules import default_promise_rules_path, load_promise_rules
from ccnlp.types import Act, Transcript, Turn

RULES = load_promise_rules()
SAID = datetime(2026, 3, 4, 10, 0, tzinfo=RULES.calendar.zone)
DAY = timedelta(days=1)


def contact(days: float, *findings: tuple[str, str], **more: object) -> Contact:
    said = tuple(Said(category, 0.8, quote) for category, quote in findings)
    return Contact(f"c{days:g}", SAID + days * DAY, said, **more)  # type: ignore[arg-type]


def verdict(*contacts: Contact, as_of: float = 5, kind: str = "callback") -> Verdict:
    made = judge(RULES, Within(24, "hour"), kind, SAID, "c0", contacts, SAID + as_of * DAY)
    assert made is not None
    return made


CHASE = ("repeat_contact", "到现在没人联系我")


def test_before_the_deadline_it_is_open() -> None:
    assert verdict(as_of=0.5).basis == "running"
    # asking before the deadline tells nothing
    assert verdict(contact(0.5, CHASE), as_of=0.6).state == "open"


def test_after_it_silence_keeps_it_but_not_at_once() -> None:
    assert (verdict(as_of=5).state, verdict(as_of=5).basis) == ("open", "waiting")
    assert (verdict(as_of=8.5).state, verdict(as_of=8.5).basis) == ("kept", "silence")


def test_asking_again_after_it_breaks_it() -> None:
    made = verdict(contact(2, CHASE))
    assert (made.state, made.basis, made.conversation_id) == ("broken", "chased", "c2")
    # as of the day before, nobody could know
    assert verdict(contact(2, CHASE), as_of=1.5).state == "open"


def test_the_same_deadline_said_again_is_named() -> None:
    made = verdict(contact(3, ("repeat_contact", "上次说好二十四小时内")))
    assert (made.state, made.basis) == ("broken", "named")


def test_coming_back_with_something_else_keeps_it() -> None:
    assert verdict(contact(2)).basis == "came_back"
    # a complaint that does not say so tells nothing
    assert verdict(contact(2, ("complaint", "差劲"), is_complaint=True)).state == "open"


def test_a_call_of_the_company_before_it_keeps_a_callback_alone() -> None:
    call = contact(0.5, outbound=True)
    assert verdict(call).basis == "called"
    assert verdict(call, contact(2, CHASE)).state == "kept"
    assert verdict(call, contact(2, CHASE), kind="refund").state == "broken"


def test_a_chase_long_after_tells_nothing() -> None:
    assert verdict(contact(40, CHASE), as_of=60).basis == "silence"


def test_the_order_in_which_contacts_came_in_makes_no_difference() -> None:
    contacts = (contact(0.5, CHASE), contact(2, CHASE), contact(3), contact(9))
    assert {verdict(*order, as_of=20) for order in permutations(contacts)} == {
        verdict(*contacts, as_of=20)
    }


def test_without_a_time_it_stays_open() -> None:
    made = judge(RULES, Within(1, "day"), "other", None, "c0", [], SAID)
    assert made is not None
    assert (made.state, made.basis, made.due) == ("open", "no_time", None)


def conversation(text: str) -> Transcript:
    call = talk("C 什么时候", "A 嗯")
    return msgspec.structs.replace(call, turns=(call.turns[0], Turn("agent", text, 90.0, 95.0)))


def commitment(start: int, end: int, turn: int = 1) -> Act:
    return Act("time_commitment", turn, start, end, "x", 0.9, "t")


def test_promises_are_deadlines_near_the_words_of_a_promise() -> None:
    call = conversation("您三月一号买的,非常抱歉给您带来这么多麻烦,二十四小时内专员给您回电")
    made = msgspec.structs.replace(assessment(), findings=(), acts=(commitment(22, 28),))
    (one,) = promises(RULES, call, made)
    assert call.turns[1].text[one.start : one.end] == "二十四小时内"
    assert (one.kind, one.source, one.deadline) == (
        "callback", "time_commitment", Within(24.0, "hour"),
    )  # fmt: skip
    assert one.after_seconds == 90.0


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("三个工作日内退到您卡上", "refund"),
        ("明天下午三点前師傅上門", "visit"),
        ("48小时内补发,到时短信通知", "delivery"),
        ("给您打电话最晚后天", "callback"),
        ("五天内搞定", "other"),
    ],
)
def test_what_was_promised(text: str, kind: str) -> None:
    made = msgspec.structs.replace(assessment(), acts=(commitment(0, len(text)),), findings=())
    (one,) = promises(RULES, conversation(text), made)
    assert one.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "差价300元请于24小时内完成付款",
        "您是想把课换到周日对吗",
        "三天之内可以申请退货",
        "付款连结三十分钟内有效",
        "师傅今天单子比较多",
    ],
)
def test_deadlines_that_promise_nothing(text: str) -> None:
    made = msgspec.structs.replace(assessment(), acts=(commitment(0, len(text)),), findings=())
    assert promises(RULES, conversation(text), made) == []


def test_where_a_model_alone_sees_a_promise_something_must_be_promised() -> None:
    text, other = "二月抄表是二十号", "明天给您回电"
    acts = (msgspec.structs.replace(commitment(0, 8), source="model.linear"),)
    made = msgspec.structs.replace(assessment(), acts=acts, findings=())
    assert promises(RULES, conversation(text), made) == []
    assert len(promises(RULES, conversation(other), made)) == 1


def test_a_day_said_twice_is_one_promise() -> None:
    text = "师傅最快后天 3月6日 上午上门"
    made = msgspec.structs.replace(assessment(), acts=(commitment(0, 17),), findings=())
    (one,) = promises(RULES, conversation(text), made)
    assert text[one.start : one.end] == "3月6日 上午"


def test_a_customer_promises_nothing() -> None:
    call = talk("C 我三天内付款", "A 好")
    made = msgspec.structs.replace(assessment(), acts=(commitment(0, 5, turn=0),), findings=())
    assert promises(RULES, call, made) == []


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('zone: "+08:00"', "zone: Peking", "zone"),
        ("2026-10-01..2026-10-07", "2026-10-07..2026-10-01", "holidays"),
        ("working_week: [1, 2, 3, 4, 5]", "working_week: [0]", "working_week"),
        ("categories: [overpromise]", "categories: [promise]", "categories"),
    ],
)
def test_wrong_settings_are_named_with_their_line(
    tmp_path: object, old: str, new: str, key: str
) -> None:
    file = tmp_path / "promises.yaml"  # type: ignore[operator]
    file.write_text(default_promise_rules_path().read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ConfigError, match=rf"promises\.yaml:\d+: key {key}"):
        load_promise_rules(file)
