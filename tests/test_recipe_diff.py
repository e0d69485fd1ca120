"""What a changed recipe would change."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from assessments import CUSTOMER, assessment, transcript
from click.testing import Result
from recipes import RULES, tiny_recipe
from typer.testing import CliRunner

from ccnlp.cli import app
from ccnlp.recipe_diff import CHUNK, RecipeDiff, compare_recipes
from ccnlp.types import Assessment, Handoff, Transcript


class Fixed:
    """An engine that gives every conversation the same verdict, but for its name."""

    def __init__(self, made: Assessment) -> None:
        self.made = made

    def score_many(self, transcripts: list[Transcript]) -> list[Assessment]:
        return [
            msgspec.structs.replace(self.made, conversation_id=t.conversation_id)
            for t in transcripts
        ]


def compared(old: Assessment, new: Assessment, count: int = 3) -> RecipeDiff:
    calls = [transcript(f"c{i}", agent=f"A{i % 2}", team="华东") for i in range(count)]
    return compare_recipes(Fixed(old), Fixed(new), ("old", "new"), calls)


def changes(diff: RecipeDiff) -> set[tuple[str, str, str, str]]:
    return {(c.part, c.name, c.old, c.new) for c in diff.changes}


def test_the_same_recipe_changes_nothing() -> None:
    diff = compared(assessment(), assessment())
    assert (diff.conversations, diff.changed, diff.changes, diff.agents) == (3, 0, (), ())


def test_what_is_found_and_what_is_not_any_more() -> None:
    with_it, without = assessment(), assessment(risk=0)
    lost = compared(with_it, without)
    assert changes(lost) == {
        ("category", "complaint", "found", "none"), ("complaint", "", "yes", "no"),
        ("risk", "", "high", "none"),
    }  # fmt: skip
    won = compared(without, with_it)
    assert changes(won) == {(part, name, new, old) for part, name, old, new in changes(lost)}
    (first, second) = won.agents
    assert (first.name, first.conversations, first.risk_up, first.risk_down) == ("A0", 2, 2, 0)
    assert second.name == "A1"
    assert won.teams[0].changed == 3


def test_items_and_scores() -> None:
    card = assessment().scorecard
    failed = msgspec.structs.replace(card.items[0], result="fail", points=0.0)
    worse = msgspec.structs.replace(card, items=(failed,), total=0.0, minimum=0.0, maximum=0.0)
    diff = compared(assessment(), msgspec.structs.replace(assessment(), scorecard=worse))
    assert changes(diff) == {("item", "greeting", "pass", "fail")}
    assert (diff.scores_changed, diff.teams[0].score_old, diff.teams[0].score_new) == (3, 50, 0)


def test_a_handoff_that_comes_earlier() -> None:
    late, early = (
        msgspec.structs.replace(assessment(), handoff=Handoff(True, turn, "human"))
        for turn in (7, 3)
    )
    assert changes(compared(late, early)) == {("handoff_turn", "", "turn", "earlier")}
    assert changes(compared(assessment(), early)) == {("handoff", "", "no", "human")}


def test_counts_and_a_few_examples_over_many_chunks() -> None:
    count = 2 * CHUNK + 1
    diff = compared(assessment(), assessment(risk=0), count)
    assert diff.share == 1
    assert all(c.conversations == count for c in diff.changes)
    assert diff.changes[0].examples == ("c0", "c1", "c2", "c3", "c4")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("diff")
    rows = [transcript("c1"), transcript("c2", agent="A2")]
    (made / "in.jsonl").write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in rows))
    tiny_recipe(made / "old")
    tiny_recipe(made / "new", RULES.replace("any: [我要投诉]", "any: [我要退货]").replace(
        "good: [我要投诉你们]", "good: [我要退货]"
    ))  # fmt: skip
    done = CliRunner().invoke(
        app,
        ["score", str(made / "in.jsonl"), "--out", str(made / "out"), "--quiet",
         "--recipe", str(made / "old" / "recipe.yaml")],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return made


@pytest.fixture
def diff(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(folder)
    return lambda *options: CliRunner().invoke(
        app, ["diff-recipe", "old/recipe.yaml", "new/recipe.yaml", *options]
    )


@pytest.mark.parametrize("over", ["out", "out/ccnlp.sqlite", "in.jsonl"])
def test_over_a_store_and_over_files(diff: Callable[..., Result], over: str) -> None:
    done = diff("--over", over, "--json")
    assert done.exit_code == 1
    said = json.loads(done.stdout)
    lost = next(c for c in said["changes"] if c["part"] == "category")
    assert (lost["name"], lost["old"], lost["new"], lost["conversations"]) == (
        "complaint", "found", "none", 2,
    )  # fmt: skip
    assert lost["examples"] == ["c1", "c2"]
    assert {a["name"] for a in said["agents"]} == {"A1", "A2"}


def test_exit_code_for_continuous_integration(diff: Callable[..., Result]) -> None:
    assert diff("--over", "out", "--allow", "1").exit_code == 0
    assert diff("--over", "out", "--allow", "0.5").exit_code == 1
    same = CliRunner().invoke(
        app, ["diff-recipe", "old/recipe.yaml", "old/recipe.yaml", "--over", "out"]
    )
    assert same.exit_code == 0
    assert "0 of 2 conversations change" in same.stdout


def test_no_words_of_a_conversation_leave(diff: Callable[..., Result]) -> None:
    for options in ((), ("--json",), ("--markdown",)):
        said = diff("--over", "out", *options).stdout
        assert "c1" in said
        assert CUSTOMER[:4] not in said
        assert "13800138000" not in said


def test_markdown(diff: Callable[..., Result]) -> None:
    said = diff("--over", "out", "--markdown").stdout
    assert "2 of 2 conversations change (100.0%)" in said
    assert "| category | complaint | found → none | 2 | c1 c2 |" in said


def test_nothing_is_written_into_the_store(diff: Callable[..., Result], folder: Path) -> None:
    from ccnlp.store import Assessments, open_store

    assert diff("--over", "out").exit_code == 1
    with open_store(folder / "out" / "ccnlp.sqlite", create=False) as store:
        assert Assessments(store).count() == 2


def test_inputs_that_are_not_there(diff: Callable[..., Result]) -> None:
    assert diff("--over", "nothing.jsonl").exit_code == 2
