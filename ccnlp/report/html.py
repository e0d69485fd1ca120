"""Writes the run report: one HTML file that opens offline and asks nobody for anything.

Everything that comes from conversations is data: the template escapes it, what the script needs
stands as JSON in an element that is never run, and a content security policy allows only the two
scripts that ship with ccnlp, named by their digests, and no request of any kind.
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ccnlp import __version__
from ccnlp.report import charts, figures, view
from ccnlp.report.messages import (
    FIRST,
    Catalogue,
    Text,
    Words,
    load_catalogues,
    plain,
    say,
    with_names,
)  # fmt: skip
from ccnlp.summary import RunSummary
from ccnlp.taxonomy import SEVERITIES

_HERE: Final = Path(__file__).parent
#: Characters that could end the element that JSON stands in, or a line in old scripts.
_UNSAFE: Final = {ord(c): f"\\u{ord(c):04x}" for c in "<>&'\u2028\u2029"}


def write_report(summary: RunSummary, path: Path) -> None:
    """Write the report of a run to ``path``; the file appears only when it is whole.

    It is UTF-8, 0.6 to about 1.2 MB. An empty summary makes a report that says so; a folder
    that is missing is made. ``OSError`` where the file cannot be written.
    """
    # A file name can hold halves of surrogate pairs, which no HTML file can.
    page = render_report(summary).encode("utf-8", "replace")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(page)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def render_report(summary: RunSummary) -> str:
    """The report as a page of HTML."""
    catalogues = with_names(load_catalogues(), summary.run.categories if summary.run else {})
    first = catalogues[FIRST]
    names = view.Names(first.messages)
    environment = _environment(first, names)
    scripts = (_notice() + _static("echarts.min.js"), _static("report.js"))
    return environment.get_template("report.html.j2").render(
        **_content(names, summary),
        catalogues=catalogues,
        engine=summary.run.engine if summary.run else __version__,
        messages=_json({tag: c.messages for tag, c in catalogues.items()}),
        style=Markup(_static("report.css")),  # noqa: S704  ours
        scripts=[Markup(s) for s in scripts],  # noqa: S704  ours
        policy=_policy(scripts),
    )


def _content(names: view.Names, summary: RunSummary) -> dict[str, Any]:
    """What the template lays out, by name."""
    return {
        "summary": summary,
        "run": summary.run,
        "tiles": view.tiles(summary),
        "alerts": view.alerts(summary),
        "levels": view.risk_levels(summary),
        "channels": view.counted(names, "channel", summary.channels),
        "handoffs": view.counted(names, "category", summary.handoffs),
        "pii": view.counted(names, "pii", summary.pii),
        "groups": view.category_groups(names, summary),
        "absent": view.absent_categories(names, summary),
        "severities": tuple(reversed(SEVERITIES)),
        "items": view.item_rows(names, summary),
        "satisfaction": view.satisfaction_rows(summary),
        "teams": view.group_rows(summary.teams, summary, {}),
        "agents": view.group_rows(summary.agents, summary, summary.agent_teams),
        "flagged": view.flagged_rows(names, summary),
        "emotions": charts.emotion_charts(names, summary),
        "scores": charts.score_chart(summary),
        "responses": charts.response_chart(summary),
        "slowest": charts.slowest_rows(summary),
        "days": charts.day_charts(names, summary),
        "most_inputs": view.MOST_INPUTS,
    }


def _environment(first: Catalogue, names: view.Names) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals.update(
        t=lambda key, **values: _words(first, Text(key, values)),
        w=lambda words: _words(first, words),
        attribute=lambda name, words: _attribute(first, name, words),
        text=lambda key, **values: Text(key, values),
        say=lambda words: say(first, words),
        names=names,
        data=_json,
    )
    environment.filters.update(
        number=figures.number, percent=figures.percent, seconds=figures.seconds,
        clock=figures.clock, short=figures.short_number, threshold=figures.threshold,
    )  # fmt: skip
    return environment


def _words(first: Catalogue, words: Words) -> Markup:
    """Words for the page; those of the catalogue in an element that can change its language."""
    if isinstance(words, str):
        return escape(words)
    said = say(first, words)
    if not words.values:
        return Markup('<span data-t="{}">{}</span>').format(words.key, said)
    return Markup('<span data-t="{}" data-v="{}">{}</span>').format(words.key, _values(words), said)


def _attribute(first: Catalogue, name: str, words: Words) -> Markup:
    """An attribute whose words can change their language."""
    if isinstance(words, str):
        return Markup('{}="{}"').format(name, words)
    return Markup('{}="{}" data-a="{}" data-at="{}" data-av="{}"').format(
        name, say(first, words), name, words.key, _values(words)
    )


def _values(words: Text) -> str:
    if not words.values:
        return "{}"
    return json.dumps(plain(words)["v"], ensure_ascii=False, separators=(",", ":"))


def _json(value: Mapping[str, Any]) -> Markup:
    """JSON that can stand in a ``script`` element of type ``application/json``."""
    dumped = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(dumped.translate(_UNSAFE))  # noqa: S704  nothing is left that HTML would read


def _static(name: str) -> str:
    return (_HERE / "static" / name).read_text(encoding="utf-8").strip()


def _notice() -> str:
    """The notices that the licences of the charts' script ask for, as a comment."""
    return f"/*!\n{_static('NOTICE').replace('*/', '* /')}\n*/\n"


def _policy(scripts: tuple[str, ...]) -> str:
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
