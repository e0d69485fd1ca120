"""Runs of digits: where they are cut, and which windows of them are personal numbers.

A run is cut at its pauses into groups; every window of groups is tried as every type
(``ccnlp.privacy.number_kinds``), and of those that overlap the surest is kept.
"""

import re
from typing import Final

from ccnlp.privacy.context import Context, announced
from ccnlp.privacy.hits import Hit
from ccnlp.privacy.number_kinds import Kind, Window, documents, judge, unbroken
from ccnlp.text.numerals import DigitRun

#: No personal number has more digits than this, and none that nothing announces has fewer.
_LONGEST: Final = 20
_TELLING: Final = 7
#: Units after a number that make it an amount.
_UNIT: Final = re.compile(
    r" ?(?:元|块|圆|美元|美金|台币|港币|人民币|日元|万|亿|千|百|度|吨|分钟|小时|秒|天|年|月|"
    r"股|积分|点(?!击)|%|公里|米|兆|毫安|"
    r"MAH|ML|KG|KB|MB|GB|G流量|克|斤|件|个(?!人)|粉丝|步|瓦|转|次|人(?!民路)|平|多(?:元|块)|"
    r"来块|RMB|NT|HKD|USD|多|分(?!行|机)|折|期|台|张|只|箱|字|集|页|篇|楼|层)"
)
_MONEY: Final = re.compile(r"(?:[¥￥$€£]|NT\$?|HK\$?|RMB|USD)\s*$")
_LETTERS: Final = re.compile(
    r"(?<![A-Z0-9])(?:([A-Z]{1,3})[ -]{0,2}|((?:[A-Z][ -]){1,2}[A-Z])[ -]{0,2})$"
)
#: English words that a number may follow, and no letters of it.
_SMALL_WORDS: Final = frozenset(("IS", "MY", "NO", "ME", "AT", "TO", "ON", "IT", "OK", "HI"))
_CHECK: Final = re.compile(r" ?[(（]? ?(A)(?![A-Z0-9]) ?[)）]?|[)）]")
#: A number that hangs together with such characters is part of a word or an account.
_STUCK: Final = re.compile("[A-WYZ_@*]")
#: Versions and internet addresses.
_DOTTED: Final = re.compile(
    r"(?:\d+\.){0,4}\d{1,2}(?:\.\d+){1,4}|\d+\.\d+\.\d{1,2}|\d{1,3}(?:\.\d{1,3}){3}"
)
_X: Final = re.compile(r"[ ,，-]{0,2}(?:X|叉|×|艾克斯)(?![A-Z0-9])")


def numbers(run: DigitRun, context: Context) -> list[Hit]:
    """Personal numbers in ``run``; spans that do not overlap, from left to right."""
    folded = context.folded
    after = folded[run.end : run.end + 5]
    lead = _LETTERS.search(folded, max(0, run.start - 8), run.start)
    if lead and lead[1] in _SMALL_WORDS and folded[run.start - 1] == " ":
        lead = None
    if lead and not any(cue.start <= lead.start() < cue.end for cue in context.cues):
        return _with_letters(run, context, lead.start(), (lead[1] or lead[2]))
    count = len(run.digits)
    if count < _TELLING and not context.cues and not context.expected:
        return []  # nothing says what it is
    if _STUCK.match(folded, run.end) or (
        run.start and (folded[run.start - 1] in "_@*" or _glued(context, run.start))
    ):
        return []
    if _MONEY.search(folded, max(0, run.start - 4), run.start):
        return []
    cue = announced(context, run.start, run.end)
    told = cue.direct and not cue.kind.startswith("not_")
    phone = not context.expected.isdisjoint(("mobile", "landline"))
    if not told and not phone and _DOTTED.fullmatch(folded, run.start, run.end):
        return []
    amount = _UNIT.match(after) is not None
    bounds = [*run.groups, count]
    found: list[tuple[int, int, Kind]] = []
    for left in range(len(bounds) - 1):
        for right in range(left + 1, len(bounds)):
            first, last = bounds[left], bounds[right]
            if last - first > _LONGEST:
                break
            if last - first < 4:
                continue
            end_x = _X.match(folded, run.end) if last == count else None
            window = Window(
                run,
                first,
                last,
                run.digits[first:last],
                cue,
                context,
                amount and last == count,
                bool(end_x),
                tuple(bounds[left + 1 : right]),
            )
            kind = judge(window)
            if kind is not None:
                found.append((first, last, kind))
    if not found and count > 11 and not cue.kind.startswith("not_"):
        found = unbroken(run)
    found.sort(key=lambda f: (-f[2].confidence, f[0] - f[1]))
    kept: list[tuple[int, int, Kind]] = []
    used = bytearray(count)
    for first, last, kind in found:
        if not any(used[first:last]):
            used[first:last] = b"\1" * (last - first)
            kept.append((first, last, kind))
    hits = []
    for first, last, kind in kept:
        start, end = run.span(first, last)
        if kind.with_x and (match := _X.match(folded, end)):
            end = match.end()
        if start and folded[start - 1] == "+":
            start -= 1
        hits.append(Hit(kind.type, start, end, kind.confidence, f"number:{kind.why}"))
    return sorted(hits, key=lambda h: h.start)


def _glued(context: Context, start: int) -> bool:
    """Whether a letter that is no cue stands right before ``start``."""
    before = context.folded[start - 1]
    return "A" <= before <= "Z" and all(cue.end != start for cue in context.cues)


def _with_letters(run: DigitRun, context: Context, start: int, letters: str) -> list[Hit]:
    """Letters and digits: identity cards of Taiwan and Hong Kong, passports, permits."""
    plain = re.sub("[^A-Z]", "", letters)
    cue = announced(context, start, run.end)
    bounds = [*run.groups[1:], len(run.digits)]
    for last in reversed(bounds):
        check = _CHECK.match(context.folded, run.ends[last - 1])
        tail = (check[1] or "") if check else ""
        end = run.ends[last - 1]
        bracket = check is not None and "(" in context.folded[start:end]
        kind = documents(plain, run.digits[:last], tail, cue, context.expected, bracket=bracket)
        if kind is not None:
            if check and (tail or bracket):
                end = check.end()
            return [Hit(kind.type, start, end, kind.confidence, f"document:{kind.why}")]
    return []
