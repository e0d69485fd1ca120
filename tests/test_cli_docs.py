"""What the command line offers stands in docs/cli.md."""

from pathlib import Path

import pytest
import typer.main
from click import Command, Group

from ccnlp.cli import app

_MANUAL = Path(__file__).parent.parent / "docs" / "cli.md"


def _commands(group: Group, path: str) -> list[tuple[str, Command]]:
    found = []
    for name, command in group.commands.items():
        if isinstance(command, Group):
            found += _commands(command, f"{path} {name}")
        else:
            found.append((f"{path} {name}", command))
    return found


def test_every_command_is_in_the_manual() -> None:
    text = _MANUAL.read_text("utf-8")
    for path, command in _commands(typer.main.get_command(app), "ccnlp"):
        group = path.rsplit(" ", 1)[0]
        assert (
            path in text
            or (group in text and f"`{path.rsplit(' ', 1)[1]}" in text)
            or (f"{group} ..." in text)
        ), path
        assert command.help, path


@pytest.mark.parametrize("name", ["score"])
def test_every_option_is_in_the_manual(name: str) -> None:
    text = _MANUAL.read_text("utf-8")
    command = typer.main.get_command(app).commands[name]
    for parameter in command.params:
        for option in parameter.opts:
            assert not option.startswith("--") or f"`{option}`" in text, option
