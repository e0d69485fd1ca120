"""What the desk keeps: the audit chain, leases, verdicts, and finding cases."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from assessments import assessment, transcript
from desk_samples import HASHED, PASSWORD, app_of, desk_store, log_in, people, send
from sqlalchemy import text, update
from sqlalchemy.exc import DatabaseError
from typer.testing import CliRunner

from ccnlp.cli import app as program
from ccnlp.desk.case_view import cut, finding_key, lay_out
from ccnlp.desk.context import HERE
from ccnlp.desk.deadlines import due
from ccnlp.desk.messages import load_messages
from ccnlp.desk.pages.case import place_of
from ccnlp.desk.searching import index_texts
from ccnlp.desk.settings import DeskSettings, load_settings
from ccnlp.errors import ConfigError
from ccnlp.store import Store
from ccnlp.store.accounts import Accounts
from ccnlp.store.audit import AuditLog
from ccnlp.store.cases import CaseFilter, Cases
from ccnlp.store.clock import later
from ccnlp.store.desk_schema import queue_lease
from ccnlp.store.leases import Leases
from ccnlp.store.reviews import Missed, Reviews
from ccnlp.store.schema import queue_item


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with desk_store(tmp_path) as opened:
        yield opened


def tamper(store: Store, statement: str) -> None:
    """As somebody would who owns the database file."""
    with store.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER IF EXISTS audit_entry_no_update"))
        connection.execute(text("DROP TRIGGER IF EXISTS audit_entry_no_delete"))
        connection.execute(text(statement))


def test_the_audit_log_holds_together_under_many_writers(store: Store) -> None:
    log = AuditLog(store)
    assert log.verify().entries == 0
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: log.note("a", "view", str(n)), range(40)))
    result = log.verify()
    assert (result.entries, result.broken) == (40, None)
    assert [e.seq for e in log.entries(limit=3, before=10)] == [9, 8, 7]


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_entry SET actor = 'b' WHERE seq = 2", 2),
        ("DELETE FROM audit_entry WHERE seq = 2", 3),
        ("DELETE FROM audit_entry WHERE seq = 4", 4),
        ("UPDATE audit_entry SET hash = previous WHERE seq = 3", 3),
    ],
)
def test_whoever_changes_the_audit_log_is_found_out(
    store: Store, statement: str, broken: int, tmp_path: Path
) -> None:
    log = AuditLog(store)
    for number in range(4):
        log.note("a", "view", str(number), reason="r")
    with pytest.raises(DatabaseError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(statement))
    command = ["audit", "verify", "--store", str(tmp_path / "ccnlp.sqlite")]
    assert CliRunner().invoke(program, command).exit_code == 0
    tamper(store, statement)
    assert log.verify().broken == broken
    assert CliRunner().invoke(program, command).exit_code == 3


def test_a_log_that_was_written_anew_lacks_the_noted_hash(store: Store, tmp_path: Path) -> None:
    log = AuditLog(store)
    log.note("a", "view")
    command = ["audit", "verify", "--store", str(tmp_path / "ccnlp.sqlite"), "--expect"]
    noted = log.verify().last_hash
    log.note("a", "view")
    assert CliRunner().invoke(program, [*command, noted]).exit_code == 0
    assert CliRunner().invoke(program, [*command, "0" * 64]).exit_code == 3


def test_two_never_hold_one_case(store: Store) -> None:
    who = people(store, "reviewer", "lead", "admin")
    leases = Leases(store, 10)
    for case in (1, 2, 3):
        with ThreadPoolExecutor(9) as pool:
            taken = list(pool.map(leases.claim, [case] * 9, [*who.values()] * 3))
        # The one who has it may ask again; the others never get it.
        assert len({place % 3 for place, done in enumerate(taken) if done}) == 1
        assert len(leases.of([case])) == 1


def test_a_lost_browser_frees_its_lease(store: Store) -> None:
    who = people(store, "reviewer", "lead")
    leases = Leases(store, 10)
    assert leases.claim(1, who["reviewer"])
    assert not leases.claim(1, who["lead"])
    with store.engine.begin() as connection:
        connection.execute(update(queue_lease).values(expires_at=later(-1)))
    assert not leases.renew(1, who["reviewer"])
    assert not leases.close(1, who["reviewer"], "confirmed", None)
    leases.free_expired()
    assert Cases(store).get(1)[0].state == "open"
    assert leases.claim(1, who["lead"])
    assert not leases.release(1, who["reviewer"])
    assert leases.release(1, who["reviewer"], others=True)


def test_a_case_given_to_somebody_stays_so_when_the_lease_ends(store: Store) -> None:
    who = people(store, "reviewer", "lead")
    leases = Leases(store, 10)
    assert leases.assign(1, who["reviewer"], who["lead"])
    assert not leases.claim(1, who["lead"])
    assert leases.claim(1, who["reviewer"])
    assert leases.release(1, who["reviewer"])
    item = Cases(store).get(1)[0]
    assert (item.state, item.assignee) == ("assigned", "reviewer")


def test_filters_find_what_they_name(store: Store) -> None:
    cases = Cases(store)
    assert index_texts(cases) == 3
    assert index_texts(cases) == 0

    def found(**wanted: Any) -> list[str]:
        items = cases.page(CaseFilter(**wanted), "risk")
        assert cases.count(CaseFilter(**wanted)) == len(items)
        return [item.conversation_id for item in items]

    assert found() == ["c0", "c1", "c2"]
    assert found(minimum_risk="high") == ["c0", "c1"]
    assert found(agent_id="A2") == ["c0"]
    assert found(channel="chat", text="投诉 您好") == ["c0", "c1", "c2"]
    assert found(channel="voice") == found(text="退款") == found(customer_tier="vip") == []
    assert found(score_from=50, score_to=50) == ["c0", "c1", "c2"]
    assert found(score_from=51) == found(score_to=49) == []
    # A number cannot be guessed by searching, nor a pattern slipped in.
    assert found(text="13800138000") == found(text="%") == found(text="_") == []


def test_who_waits_longer_goes_first(store: Store) -> None:
    cases = Cases(store)
    first = [item.conversation_id for item in cases.page(CaseFilter())]
    assert first == ["c0", "c1", "c2"]
    with store.engine.begin() as connection:
        connection.execute(
            update(queue_item)
            .where(queue_item.c.conversation_id == "c2")
            .values(created_at=later(-86400 * 9))
        )
    assert cases.page(CaseFilter())[0].conversation_id == "c2"
    assert cases.page(CaseFilter(), "risk")[0].conversation_id == "c0"
    assert cases.page(CaseFilter(), limit=1, offset=1)[0].conversation_id == "c0"


def test_deadlines(store: Store) -> None:
    settings = DeskSettings()
    cases = Cases(store)

    def state(name: str, hours: float) -> tuple[str, str]:
        with store.engine.begin() as connection:
            connection.execute(update(queue_item).values(created_at=later(-3600 * hours)))
        item = next(i for i in cases.page(CaseFilter()) if i.conversation_id == name)
        made = due(item, settings)
        return made.what, made.state

    assert state("c0", 1) == ("major", "fine")
    assert state("c0", 23) == ("major", "near")
    assert state("c0", 25) == ("major", "over")
    assert state("c2", 25) == ("answer", "fine")
    assert state("c2", 49) == ("answer", "over")
    who = people(store, "lead")["lead"]
    assert Leases(store, 10).claim(3, who)
    assert state("c2", 49) == ("solve", "fine")
    Leases(store, 10).close(3, who, "confirmed", None)
    assert due(cases.get(3)[0], settings).state == "done"


def test_settings_name_what_is_wrong(tmp_path: Path) -> None:
    assert load_settings() == DeskSettings()
    file = tmp_path / "desk.yaml"
    for wrong in ("lease_minutes: 0", "second_factor_roles: [boss]", "leaseminutes: 3"):
        file.write_text(wrong)
        with pytest.raises(ConfigError, match=r"desk\.yaml:1"):
            load_settings(file)


def test_a_turn_is_cut_where_evidence_begins_and_ends() -> None:
    said, made = transcript(), assessment()
    missed = [Missed(7, "churn", 1, 2, 4, 1, "x")]
    pieces = cut(said.turns[1].text, 1, made.findings, missed)
    assert "".join(p.text for p in pieces) == said.turns[1].text
    assert [p.text for p in pieces if p.added] == ["投诉"]
    assert pieces[1].subjects == (finding_key(made.findings[0]), "missed:7")
    view = lay_out(said, made, {}, missed, [])
    assert view.open == 1
    assert [mood.emotion for mood in view.moods] == ["happy", "angry"]
    assert view.moods[0].y < view.moods[1].y


def test_verdicts_need_the_case_in_hand_and_a_reason_where_wrong(store: Store) -> None:
    people(store, "reviewer", "lead")
    browser = log_in(app_of(store), "reviewer")
    key = finding_key(assessment("c1").findings[0])
    right = {"subject": key, "verdict": "right"}
    assert send(browser, "/cases/2/verdicts", **right).status_code == 409
    send(browser, "/cases/2/claim")
    assert send(browser, "/cases/2/verdicts", **right).status_code == 200
    wrong = {"subject": key, "verdict": "wrong"}
    assert send(browser, "/cases/2/verdicts", **wrong).status_code == 422
    assert send(browser, "/cases/2/verdicts", **wrong, reason="玩笑话").status_code == 200
    for nonsense in ({"subject": "finding:x", "verdict": "right"}, {**right, "verdict": "maybe"}):
        assert send(browser, "/cases/2/verdicts", **nonsense).status_code == 422
    said = Reviews(store).said(2)[key]
    assert (said.verdict, said.reason) == ("wrong", "玩笑话")
    assert Reviews(store).judged([2]) == {2: 1}
    # The machine's verdict stays what it was.
    assert Cases(store).get(2)[2] == assessment("c1", risk=3)


def test_missed_findings_lie_where_the_words_are(store: Store) -> None:
    people(store, "reviewer")
    browser = log_in(app_of(store), "reviewer")
    send(browser, "/cases/1/claim")
    fields = {"category": "churn", "turn": "1", "quote": "找我"}
    assert send(browser, "/cases/1/missed", **fields).status_code == 303
    assert send(browser, "/cases/1/missed", **{**fields, "quote": "没说过"}).status_code == 422
    assert send(browser, "/cases/1/missed", **{**fields, "turn": "9"}).status_code == 422
    # Whether a number stands there is not told by trying.
    guess = {**fields, "quote": "13800138000"}
    assert send(browser, "/cases/1/missed", **guess).status_code == 422
    (added,) = Reviews(store).missed(1)
    turn = Cases(store).get(1)[1].turns[1].text
    assert turn[added.start : added.end] == "找我"
    assert send(browser, f"/cases/1/missed/{added.id}/remove").status_code == 303
    assert Reviews(store).missed(1) == []


def test_selected_words_are_found_where_they_were_selected() -> None:
    assert place_of("找我 找我", "找我", "") == 0
    assert place_of("找我 找我", "找我", "3") == 3
    assert place_of("打138****8000", "13800138000", "1") == 1
    assert place_of("打138****8000", "13800138000", "2") is None
    assert place_of("找我", "你", "x") is None


def test_personal_information_shows_with_a_reason_only(store: Store) -> None:
    people(store, "reviewer")
    browser = log_in(app_of(store), "reviewer")
    assert "13800138000" not in browser.get("/cases/1").text
    assert "13800138000" not in send(browser, "/cases/1/reveal", reason="x").text
    shown = send(browser, "/cases/1/reveal", reason="回访客户需要号码")
    assert "13800138000" in shown.text
    assert "13800138000" not in browser.get("/cases/1").text
    (entry,) = AuditLog(store).entries(action="case.reveal")
    assert (entry.actor, entry.target) == ("reviewer", "1")
    assert "回访客户需要号码" in entry.detail
    assert "13800138000" not in "".join(e.detail for e in AuditLog(store).entries())


def test_both_languages_say_everything(store: Store) -> None:
    people(store)
    app = app_of(store)
    for role in ("admin", "agent"):
        browser = log_in(app, role)
        send(browser, "/cases/2/claim")
        for tag, word in (("zh-CN", "复核"), ("en", "Review desk")):
            browser.post("/language", data={"tag": tag})
            for path in ("/queue", "/cases/2", "/me", "/accounts", "/audit"):
                answer = browser.get(path)
                assert word in answer.text, (role, path)
    assert browser.post("/language", data={"tag": "xx"}).status_code == 422


def test_the_catalogues_have_what_the_templates_say() -> None:
    said = {
        key
        for template in (HERE / "templates").glob("*.html")
        for key in re.findall(r"""\bt\(["']([\w.]+)["']""", template.read_text("utf-8"))
    }
    assert len(said) > 100
    for tag, catalogue in load_messages().items():
        for key in said:
            known = catalogue.messages
            assert key in known or any(one.startswith(key) for one in known), (tag, key)
            assert key.endswith(".") or key in known, (tag, key)


def test_hostile_words_stay_words(store: Store) -> None:
    people(store, "lead")
    browser = log_in(app_of(store), "lead")
    bad = "<img src=x onerror=alert(1)>\"'"
    send(browser, "/cases/1/comments", text=bad)
    for page in (browser.get("/cases/1").text, browser.get("/queue", params={"text": bad}).text):
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_names_of_accounts_are_taken_once(store: Store) -> None:
    people(store, "admin")
    with pytest.raises(ConfigError, match="taken"):
        Accounts(store).create("x", "admin", "Admin", "lead", HASHED)
    browser = log_in(app_of(store), "admin")
    fields = {"name": "neu", "password": PASSWORD, "role": "agent", "agent_id": "A9"}
    assert send(browser, "/accounts", **fields).status_code == 303
    assert send(browser, "/accounts", **fields).status_code == 422
    made = Accounts(store).named("neu")
    assert made is not None
    assert (made.role, made.agent_id) == ("agent", "A9")


def test_serving_the_network_in_the_clear_is_refused(store: Store, tmp_path: Path) -> None:
    command = ["serve", "--store", str(tmp_path / "ccnlp.sqlite"), "--host", "0.0.0.0"]  # noqa: S104
    answer = CliRunner().invoke(program, command)
    assert answer.exit_code == 2
