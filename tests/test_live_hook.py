"""The hook without a web server: live equals batch, repetitions, policies, handing over."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from live_states import KINDS, state_url
from recipes import tiny_recipe

from ccnlp.config import Recipe, load_recipe
from ccnlp.engine import Engine
from ccnlp.live.discipline import Memory, Seen, decide
from ccnlp.live.faults import BadRequestError, EndedError, UnknownConversationError
from ccnlp.live.hook import Hook
from ccnlp.live.messages import About, SaidTurn, TurnsAnswer, TurnsRequest
from ccnlp.live.policy import Hours, LiveSettings, Policy, load_settings
from ccnlp.live.sequence import GapRules
from ccnlp.live.state import Conflict, Entry, State, open_state
from ccnlp.store.connection import open_store
from ccnlp.store.queue import QueueFilter, ReviewQueue
from ccnlp.types import Alarm, Assessment, Handoff, Transcript, Trigger

LINES = (
    ("agent", "您好,请问有什么可以帮您?"),
    ("customer", "宽带断了三天,我的手机号是13800138000"),
    ("agent", "好的"),
    ("customer", "我要投诉你们"),
)


class Clock:
    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    return load_recipe(tiny_recipe(tmp_path_factory.mktemp("recipe")))


@pytest.fixture(params=KINDS)
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[State]:
    with state_url(request.param, tmp_path) as url:
        made = open_state(url)
        yield made
        made.close()


SETTINGS = LiveSettings(queues={"default": Policy()}, gap=GapRules(seconds=2.0, turns=3))


def said(line: int, **other: Any) -> SaidTurn:
    speaker, text = LINES[line]
    return SaidTurn(**{"sequence": line, "speaker": speaker, "text": text, **other})


def ask(hook: Hook, *turns: SaidTurn, name: str = "c-1", **other: Any) -> TurnsAnswer:
    told = hook.take(name, TurnsRequest(turns=turns, **other))
    return msgspec.json.decode(told.body, type=TurnsAnswer)


def test_every_answer_is_that_of_the_nightly_run(recipe: Recipe, state: State) -> None:
    # two hooks take turns in turns: any process takes the next one
    hooks = [Hook(recipe, state, SETTINGS), Hook(recipe, state, SETTINGS)]
    engine = Engine(recipe)
    turns = [said(s) for s in range(len(LINES))]
    for count, one in enumerate(turns, 1):
        answer = ask(hooks[count % 2], one, channel="voice")
        nightly = engine.score(
            Transcript("c-1", tuple(t.turn() for t in turns[:count]), channel="voice")
        )
        assert answer.risk.level == nightly.risk.level
        assert answer.risk.score == nightly.risk.score
        assert answer.handoff.recommended == nightly.handoff.recommended
        assert answer.judged == count
    assert [f.category for f in answer.findings] == ["complaint"]
    ended = msgspec.json.decode(hooks[0].end("c-1").body, type=Assessment)
    assert ended == nightly


def test_new_findings_are_told_once_and_masks_are_those_of_the_turn(
    recipe: Recipe, state: State
) -> None:
    hook = Hook(recipe, state, SETTINGS)
    first = ask(hook, said(0), said(1))
    assert [(m.type, m.turn) for m in first.assist.mask] == [("mobile", 1)]
    assert ask(hook, said(2)).assist.mask == ()
    assert len(ask(hook, said(3)).findings) == 1
    more = SaidTurn(4, "customer", "快点")
    assert ask(hook, more).findings == ()


def test_a_repeated_request_is_answered_alike_and_changes_nothing(
    recipe: Recipe, state: State
) -> None:
    hook = Hook(recipe, state, SETTINGS)
    first = hook.take("c-1", TurnsRequest(turns=(said(0),)))
    hook.take("c-1", TurnsRequest(turns=(said(1),)))
    again = Hook(recipe, state, SETTINGS).take("c-1", TurnsRequest(turns=(said(0),)))
    assert again.repeated
    assert again.body == first.body
    assert len(state.read("c-1")) == 2


def test_an_idempotency_key_is_good_for_one_body(recipe: Recipe, state: State) -> None:
    hook = Hook(recipe, state, SETTINGS)
    request = TurnsRequest(turns=(said(0),))
    first = hook.take("c-1", request, key="k", body="digest")
    assert hook.take("c-1", request, key="k", body="digest").body == first.body
    with pytest.raises(BadRequestError, match="another body"):
        hook.take("c-1", TurnsRequest(turns=(said(1),)), key="k", body="other")


def test_late_and_changed_turns_are_judged_in_their_place(recipe: Recipe, state: State) -> None:
    hook = Hook(recipe, state, SETTINGS, clock=(clock := Clock()))
    assert ask(hook, said(0), said(2)).waiting_for == (1,)
    clock.at += 3
    given_up = ask(hook, said(3))
    assert given_up.missing == (1,)
    assert not given_up.revised
    late = ask(hook, said(1))
    assert late.revised
    assert late.missing == ()
    changed = ask(hook, said(3, text="谢谢"))
    assert changed.revised
    assert changed.risk.level == "none"
    words = [LINES[0], LINES[1], LINES[2], ("customer", "谢谢")]
    ended = msgspec.json.decode(hook.end("c-1").body, type=Assessment)
    turns = tuple(SaidTurn(i, *w).turn() for i, w in enumerate(words))  # type: ignore[arg-type]
    assert ended == Engine(recipe).score(Transcript("c-1", turns))


def test_unfinished_text_is_judged_but_raises_nothing(recipe: Recipe, state: State) -> None:
    hook = Hook(recipe, state, SETTINGS)
    partial = ask(hook, said(3, sequence=0, final=False))
    assert partial.provisional
    assert partial.risk.level != "none"
    assert len(partial.findings) == 1
    final = ask(hook, said(3, sequence=0, text="我不是要投诉"))
    assert not final.provisional
    assert final.risk.level == "none"


def test_the_end_goes_to_store_and_queue_once(recipe: Recipe, state: State, tmp_path: Path) -> None:
    with open_store(tmp_path / "store.sqlite") as store:
        hook = Hook(recipe, state, SETTINGS, store)
        ask(hook, *(said(s) for s in range(4)), agent_id="A1")
        ended = hook.end("c-1", About(customer_tier="vip"))
        assert hook.end("c-1").body == ended.body
        (item,) = ReviewQueue(store).items(QueueFilter())
        assert (item.conversation_id, item.agent_id) == ("c-1", "A1")
        assert state.unhanded() == []
        assert ask(hook, said(3)).judged == 4  # repeated
        with pytest.raises(EndedError):
            ask(hook, SaidTurn(4, "agent", "再见"))
        with pytest.raises(UnknownConversationError):
            hook.end("c-2")


def test_what_was_ended_but_not_handed_over_is_handed_over_later(
    recipe: Recipe, state: State, tmp_path: Path
) -> None:
    ask(dying := Hook(recipe, state, SETTINGS), *(said(s) for s in range(4)))
    dying.end("c-1")  # it has no store, as if it were killed in between
    assert state.unhanded() == ["c-1"]
    with open_store(tmp_path / "store.sqlite") as store:
        hook = Hook(recipe, state, SETTINGS, store)
        assert hook.hand_over_all() == 1
        assert hook.hand_over_all() == 0
        assert ReviewQueue(store).count(QueueFilter()) == 1


def test_who_is_second_starts_again(recipe: Recipe, state: State) -> None:
    hook, other = Hook(recipe, state, SETTINGS), Hook(recipe, state, SETTINGS)
    calls: list[int] = []

    def claim() -> bool:
        if not calls:
            ask(other, said(0))
        calls.append(1)
        return True

    answer = hook.take("c-1", TurnsRequest(turns=(said(1),)), claim=claim)
    assert calls
    assert msgspec.json.decode(answer.body, type=TurnsAnswer).judged == 2
    assert [e.turns[0].sequence for e in state.read("c-1")] == [0, 1]


def test_who_may_not_answer_keeps_nothing(recipe: Recipe, state: State) -> None:
    with pytest.raises(Conflict):
        Hook(recipe, state, SETTINGS).take(
            "c-1", TurnsRequest(turns=(said(0),)), claim=lambda: False
        )
    assert state.read("c-1") == []


def test_a_look_shows_the_conversation(recipe: Recipe, state: State) -> None:
    hook = Hook(recipe, state, SETTINGS)
    ask(hook, *(said(s) for s in range(4)), queue="phone")
    shown = hook.look("c-1")
    assert len(shown.turns) == 4
    assert shown.about.queue == "phone"
    assert [row.conversation_id for row in hook.rows()] == ["c-1"]


def test_rules_alone_say_so(recipe: Recipe, state: State) -> None:
    told = Hook(recipe, state, SETTINGS).take(
        "c-1", TurnsRequest(turns=(said(3, sequence=0),)), quick=True
    )
    answer = msgspec.json.decode(told.body, type=TurnsAnswer)
    assert answer.degraded
    assert [f.category for f in answer.findings] == ["complaint"]


def test_the_due_step_of_the_script_is_named(recipe: Recipe, state: State) -> None:
    hook = Hook(recipe, state, SETTINGS)
    step = ask(hook, SaidTurn(0, "customer", "在吗")).assist.step
    assert step is not None
    assert step.item == "greeting"
    assert step.wordings
    assert ask(hook, SaidTurn(1, "agent", "您好")).assist.step is None
    later = ask(hook, SaidTurn(2, "customer", "宽带断了")).assist.step
    assert later is not None
    assert later.item != "greeting"


def test_entries_survive_their_json() -> None:
    entry = Entry(at=1.5, turns=(said(0),), answer=msgspec.Raw(b'{"a":1}'), ended=True)
    back = msgspec.json.decode(msgspec.json.encode(entry), type=Entry)
    assert (back.turns, bytes(back.answer), back.ended) == (entry.turns, b'{"a":1}', True)


# -- policies ---------------------------------------------------------------------------------


def alarm(
    reason: str = "human_request", value: float = 0.9, turn: int = 3, target: str = "human"
) -> Handoff:
    trigger = Trigger(reason, "confidence", value, 0.6)
    one = Alarm(turn, target, (trigger,))  # type: ignore[arg-type]
    return Handoff(True, turn=turn, target=one.target, alarms=(one,), standing=True)


def seen(handoff: Handoff, at: float = 0.0, **other: Any) -> Seen:
    return Seen(**{"handoff": handoff, "risk": 0.5, "at": at, "transfers": 0, **other})


POLICY = Policy(raise_at=0.7, clear_at=0.5, cooldown_seconds=60, always=("legal_threat",))


def test_an_alarm_is_told_once() -> None:
    memory, action = decide(POLICY, Memory(), seen(alarm()))
    assert (action.do, action.new) == ("transfer", True)
    _, again = decide(POLICY, memory, seen(alarm(), at=5))
    assert (again.do, again.new) == ("transfer", False)


def test_raising_is_harder_than_staying() -> None:
    _, weak = decide(POLICY, Memory(), seen(alarm(value=0.65)))
    assert (weak.do, weak.because) == ("none", "threshold")
    memory, _ = decide(POLICY, Memory(), seen(alarm()))
    assert decide(POLICY, memory, seen(alarm(value=0.65)))[1].do == "transfer"
    assert decide(POLICY, memory, seen(alarm(value=0.4)))[1].do == "none"


def test_the_next_alarm_waits_for_the_cooldown_unless_it_is_grave() -> None:
    memory, _ = decide(POLICY, Memory(), seen(alarm()))
    memory, _ = decide(POLICY, memory, seen(Handoff(False), at=10))
    _, soon = decide(POLICY, memory, seen(alarm(turn=9), at=59))
    assert (soon.do, soon.because) == ("none", "cooldown")
    assert decide(POLICY, memory, seen(alarm(turn=9), at=60))[1].new
    assert decide(POLICY, memory, seen(alarm("legal_threat", turn=9), at=11))[1].new


def test_transfers_do_not_go_in_a_circle() -> None:
    _, action = decide(POLICY, Memory(), seen(alarm(), transfers=2))
    assert (action.do, action.because) == ("supervise", "transfer_loop")


def test_nobody_is_promised_who_is_not_there() -> None:
    _, action = decide(POLICY, Memory(), seen(alarm(), free_agents=0))
    assert (action.do, action.because) == ("call_back", "nobody_free")
    hours = (Hours((1,), "08:00", "20:00"),)
    policy = msgspec.structs.replace(POLICY, hours=hours)
    monday_noon = 1_767_585_600.0  # 2026-01-05 12:00 in Shanghai
    assert decide(policy, Memory(), seen(alarm(), at=monday_noon))[1].do == "transfer"
    _, night = decide(policy, Memory(), seen(alarm(), at=monday_noon + 8 * 3600))
    assert (night.do, night.because) == ("call_back", "closed")
    _, other = decide(policy, Memory(), seen(alarm(target="supervisor"), at=monday_noon + 8 * 3600))
    assert other.do == "supervise"


def test_a_shadow_policy_does_nothing() -> None:
    _, action = decide(msgspec.structs.replace(POLICY, shadow=True), Memory(), seen(alarm()))
    assert (action.do, action.would_do, action.new) == ("none", "transfer", True)


def test_unfinished_text_tells_nothing() -> None:
    memory, action = decide(POLICY, Memory(), seen(alarm(), provisional=True))
    assert (action.do, action.because, memory) == ("none", "partial", Memory())


def test_better_customers_come_first() -> None:
    policy = msgspec.structs.replace(POLICY, tiers={"vip": 0.5})
    assert decide(policy, Memory(), seen(alarm(), tier="vip"))[1].priority == 1.0
    assert decide(policy, Memory(), seen(alarm()))[1].priority == 0.5


def test_the_settings_that_ship_hold_together() -> None:
    settings = load_settings()
    assert settings.policy(None) == settings.policy("any") == settings.queues["default"]
