"""Ways to write and say digits, and sentences to put a value into (see privacy_forms)."""

import random
from typing import NamedTuple


class Form(NamedTuple):
    """Turns (speaker, text); the value stands at ``turns[turn][1][start:end]``."""

    type: str
    turns: tuple[tuple[str, str], ...]
    turn: int
    start: int
    end: int


def variants(line: str) -> tuple[str, ...]:
    """The parts of a line between bars."""
    return tuple(line.split("|"))


READINGS = {
    "plain": ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
    "wide": ("０", "１", "２", "３", "４", "５", "６", "７", "８", "９"),
    "read": ("零", "一", "二", "三", "四", "五", "六", "七", "八", "九"),
    "yao": ("零", "幺", "二", "三", "四", "五", "六", "七", "八", "九"),
    "zero": ("〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"),
    "liang": ("零", "幺", "两", "三", "四", "五", "六", "七", "八", "九"),
    "radio": ("洞", "幺", "两", "三", "四", "五", "六", "拐", "八", "勾"),
    "heard": ("零", "么", "二", "三", "四", "五", "六", "七", "八", "九"),
    "bank": ("零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"),
}
_PAUSES = (" ", " ", " ", "-", "，", ",", " 嗯 ", "、", "…", " 呃", "——", ".")


def say(rng: random.Random, number: str, groups: tuple[int, ...] = ()) -> str:
    """``number`` (digits, perhaps with letters) written or said in one of many ways."""
    style = rng.choice(
        ("plain",) * 6 + variants("wide|read|yao|yao|yao|liang|zero|radio|heard|bank|mixed|repeat")
    )
    if style == "radio" and (number[0] in "079" or number[-1] in "079"):
        style = "yao"  # a radio reading counts between two other digits
    if style == "heard" and (number[0] == "1" or number[-1] == "1"):
        style = "yao"
    pieces: list[str] = []
    start = 0
    parts = groups if groups and rng.random() < 0.55 else (len(number),)
    for size in parts:
        piece = number[start : start + size]
        if piece:
            pieces.append(piece)
        start += size
    if start < len(number):
        pieces.append(number[start:])
    said = []
    for piece in pieces:
        kind = style
        if style == "mixed":
            kind = rng.choice(("plain", "yao", "wide", "read"))
        if style == "repeat":
            said.append(_repeated(rng, piece))
        else:
            table = READINGS[kind]
            said.append("".join(table[int(c)] if c.isdigit() else c for c in piece))
    pause = rng.choice(_PAUSES) if style != "plain" else rng.choice((" ", " ", "-", "-", "  ", "."))
    if style in ("radio", "heard"):
        pause = ""
    return pause.join(said)


def _repeated(rng: random.Random, piece: str) -> str:
    """Equal neighbours as 三个八 or double 8."""
    table = READINGS["yao"]
    out, at = [], 0
    while at < len(piece):
        run = 1
        while (
            at + run < len(piece)
            and piece[at + run] == piece[at]
            and run < 5
            and piece[at].isdigit()
        ):
            run += 1
        char = table[int(piece[at])] if piece[at].isdigit() else piece[at]
        if run >= 2:
            count = "零一两三四五"[run]
            out.append(
                rng.choice((f"{count}个{char}", f"{count}個{char}"))
                if run > 2 or rng.random() < 0.5
                else f"double {piece[at]}"
            )
        else:
            out.append(char)
        at += run
    return "".join(out)


def digits(rng: random.Random, count: int, first: str = "0123456789") -> str:
    """``count`` random digits, the first one of ``first``."""
    return rng.choice(first) + "".join(rng.choice("0123456789") for _ in range(count - 1))


_LEADS = variants("|||嗯 |好的 |哦 |那个 |你记一下 |对 |喂 |是这样 ")
_ENDS = (
    "",
    "",
    "",
    " 谢谢",
    "。",
    " 你查一下吧",
    " 快点",
    "，麻烦了",
    " 对吧",
    "！",
    " 好了吗",
    "\n",
)


def place(
    rng: random.Random,
    kind: str,
    value: str,
    frames: tuple[str, ...],
    asks: tuple[str, ...],
    bare: float,
) -> Form:
    """The value in a sentence, or by itself after a question."""
    if asks and rng.random() < bare:
        ask = rng.choice(asks)
        lead, end = rng.choice(_LEADS), rng.choice(_ENDS)
        text = lead + value + end
        return Form(
            kind, (("agent", ask), ("customer", text)), 1, len(lead), len(lead) + len(value)
        )
    before, after = rng.choice(frames).split("{}")
    text = before + value + after
    speaker = "agent" if before.startswith("跟您核对") else "customer"
    return Form(kind, ((speaker, text),), 0, len(before), len(before) + len(value))
