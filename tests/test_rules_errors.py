"""A wrong rule file is named with file, line and key, and with how to mend it."""

import pickle
import subprocess
import sys

import pytest

from ccnlp.errors import ConfigError
from ccnlp.rules import load
from ccnlp.rules.check import main
from ccnlp.rules.load import load_lexicon, load_rules

GOOD = """\
category: complaint
severity: low
rules:
  - id: first
    explanation: x
    any: [要投诉]
    good: [要投诉]
  - id: second
    explanation: x
    any:
      - 要退款
      - {phrase}
    {more}
    good: [要退款]
"""


def written(tmp_path, text, name="rules.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("phrase", "more", "where", "says"),
    [
        ("'(甲'", "", "rules.yaml:12: key rules.1.any.1", "never closed"),
        ("'{nobody}'", "", ":12: key rules.1.any.1", "no word class"),
        ("12315", "", ":12: key rules.1.any.1", "Expected `str`, got `int`"),
        ("乙", "anny: [甲]", "key rules.1", "unknown field `anny`"),
        ("乙", "unless: [denied]", "key rules.1.unless.0", "Invalid enum value"),
        ("乙", "severity: huge", "key rules.1.severity", "Invalid enum value"),
        ("乙", "confidence: 1.5", ":13: key rules.1.confidence", "not above 0"),
        ("乙", "at_least: {count: 3, of: [甲, 乙]}", "key rules.1.at_least", "3 of 2"),
        ("乙", "turns: {}", "key rules.1.turns", "says nothing"),
        ("乙", "turns: {first: 0}", "key rules.1.turns", "too small"),
        ("乙", "after: {within: 2}", "key rules.1.after", "one of any, category, act"),
        ("乙", "after: {any: [甲], act: hold}", "key rules.1.after", "one of any"),
        ("乙", "after: {category: nothing}", "key rules.1.after", "no category 'nothing'"),
        ("乙", "after: {any: [甲], within: 0}", "key rules.1.after", "within"),
        ("乙", "repeated: 0", "key rules.1", "too small"),
        ("乙", "bad: [{channel: voice}]", "key rules.1.bad.0", "one of text and turns"),
        ("乙", "allow: ['re:甲.*']", "key rules.1.allow.0", "without an upper limit"),
    ],
)
def test_wrong_rule_is_named(tmp_path, phrase, more, where, says):
    path = written(tmp_path, GOOD.replace("{phrase}", phrase).replace("{more}", more))
    with pytest.raises(ConfigError) as wrong:
        load_rules([path])
    assert where in wrong.value.where
    assert says in wrong.value.what
    assert wrong.value.mend


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("severity: low\nrules: []", "neither category and act"),
        ("category: complaint\nact: hold\nrules: []", "both category and act"),
        ("category: nothing\nrules: []", "no category 'nothing'"),
        ("act: Hold On\nrules: []", "no name of an act"),
        ("category: complaint\ncategory: churn\nrules: []", "duplicate"),
        (
            "category: complaint\nrules:\n- {id: a, explanation: x, any: [甲], good: [甲]}",
            "severity",
        ),
        ("act: hold\nrules:\n- {id: A-b, any: [甲], good: [甲]}", "no rule id"),
        ("act: hold\nrules:\n- {id: a, none: [甲], good: [甲]}", "looks for nothing"),
        ("act: hold\nrules:\n- {id: a, any: [甲]}", "no good example"),
        ("category: churn\nseverity: low\nrules:\n- {id: a, any: [甲], good: [甲]}", "explanation"),
        (
            "act: hold\nrules:\n- {id: a, any: [甲], good: [甲]}\n- {id: a, any: [甲], good: [甲]}",
            "as well",
        ),
    ],
)
def test_wrong_file_is_named(tmp_path, text, says):
    path = written(tmp_path, text)
    with pytest.raises(ConfigError, match=r"rules\.yaml") as wrong:
        load_rules([path])
    assert says in wrong.value.what


def test_wrong_word_classes_are_named(tmp_path):
    one = written(tmp_path, "boss: [经理]\n", "one.yaml")
    other = written(tmp_path, "boss: [主管]\n", "other.yaml")
    with pytest.raises(ConfigError, match=r"other.yaml:1.*one.yaml as well"):
        load_lexicon([one, other])
    with pytest.raises(ConfigError, match=r"no name of a word class"):
        load_lexicon([written(tmp_path, "Boss: [主管]\n", "third.yaml")])
    with pytest.raises(ConfigError, match=r"fourth.yaml:1: key .*got `int`"):
        load_lexicon([written(tmp_path, "boss: [110]\n", "fourth.yaml")])


def test_files_that_are_no_yaml_are_passed_over(tmp_path):
    assert not load_lexicon([written(tmp_path, "甲 3 n\n", "words.txt")]).classes


def test_the_same_rules_have_the_same_digest(tmp_path):
    path = written(tmp_path, GOOD.replace("{phrase}", "乙").replace("{more}", ""))
    again = load_rules([path]).digest
    assert load_rules([path]).digest == again
    path.write_text(path.read_text("utf-8").replace("要退款", "要退费"), encoding="utf-8")
    assert load_rules([path]).digest != again


def test_rules_come_from_the_cache_as_they_went_in(tmp_path, monkeypatch):
    monkeypatch.setenv("CCNLP_CACHE", str(tmp_path / "cache"))
    path = written(tmp_path, GOOD.replace("{phrase}", "'再不..退(钱|款)'").replace("{more}", ""))
    first = load_rules([path])
    assert list((tmp_path / "cache" / "rules").glob("*.msgpack"))
    monkeypatch.setattr(load, "_Loader", None)  # a second reading does not compile
    second = load_rules([path])
    assert second.rules == first.rules
    assert second.expressions == first.expressions
    assert second.check() == []


def test_a_damaged_cache_is_no_fault(tmp_path, monkeypatch):
    monkeypatch.setenv("CCNLP_CACHE", str(tmp_path / "cache"))
    path = written(tmp_path, GOOD.replace("{phrase}", "乙").replace("{more}", ""))
    load_rules([path])
    (kept,) = (tmp_path / "cache" / "rules").glob("*.msgpack")
    kept.write_bytes(b"\xff")
    assert load_rules([path]).check() == []


def test_rule_sets_pickle(tmp_path):
    rules = load_rules([written(tmp_path, GOOD.replace("{phrase}", "乙").replace("{more}", ""))])
    again = pickle.loads(pickle.dumps(rules))  # noqa: S301
    assert again.digest == rules.digest
    assert again.check() == []


def test_the_command_tells_faults_by_its_exit_code(tmp_path, capsys):
    path = written(tmp_path, GOOD.replace("{phrase}", "乙").replace("{more}", "bad: [我要退款]"))
    assert main([str(path)]) == 1
    out = capsys.readouterr().out
    assert "phrases.complaint.second: fires on a bad example" in out
    assert "2 rules, 3 examples, 1 faults" in out
    path.write_text(GOOD.replace("{phrase}", "乙").replace("{more}", ""), encoding="utf-8")
    assert main([str(path)]) == 0
    assert main([str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml" in capsys.readouterr().err
    assert main([]) == 2


def test_the_command_runs_as_a_module(tmp_path):
    path = written(tmp_path, GOOD.replace("{phrase}", "乙").replace("{more}", ""))
    done = subprocess.run(
        [sys.executable, "-m", "ccnlp.rules.check", str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "2 rules, 2 examples, 0 faults\n"
    assert done.stderr == ""


def test_the_command_hints_at_what_does_nothing_or_costs_much(tmp_path, capsys):
    for phrase, hint in (
        ("(我)?要投诉你", "begins with what may be missing"),
        ("的", "is looked at every"),
        ("^(喂)?要投诉你", None),
        ("(我)?投诉", None),  # so short that it keeps to word boundaries: 我投诉 does not
        ("要投诉你(们)?", None),
    ):
        text = GOOD.replace("{phrase}", f"'{phrase}'").replace("{more}", "")
        assert main([str(written(tmp_path, text))]) == 0
        out = capsys.readouterr().out
        assert "2 rules, 2 examples, 0 faults\n" in out
        assert (f"rules.yaml:8: hint: second: phrase {phrase!r} {hint}" in out) == bool(hint), out
        assert ("hint" in out) == bool(hint)


def test_the_command_tries_sentences(tmp_path, capsys):
    path = written(tmp_path, GOOD.replace("{phrase}", "乙").replace("{more}", ""))
    assert (
        main([str(path), "--say", "我要投訴", "--say", "agent: 要投诉", "--say", "我不要退款"]) == 0
    )
    assert capsys.readouterr().out == (
        "turn 0  phrases.complaint.first  '要投訴'  0.85\n"
        "turn 2  phrases.complaint.second  '要退款'  0.85  does not count: negated\n"
    )
    assert main([str(path), "--say", "您好"]) == 0
    assert capsys.readouterr().out == "nothing found\n"
