"""What the desk says, in every language it knows: its own catalogues and the report's names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ccnlp.report.messages import FIRST, Catalogue, load_catalogues, say, text

LOCALES: Final = Path(__file__).parent / "locales"


def load_messages() -> dict[str, Catalogue]:
    """Every language by its tag; the desk's own messages begin with ``desk.``.

    Raises
    ------
    ConfigError: a catalogue cannot be read or lacks what the first one has.
    """
    names = load_catalogues()
    return {
        tag: Catalogue(tag, own.name, {**names.get(tag, names[FIRST]).messages, **own.messages})
        for tag, own in load_catalogues(LOCALES).items()
    }


def speaker(catalogue: Catalogue) -> Callable[..., str]:
    """Says a key with its values in a language; what has no name is shown by its identifier."""

    def said(key: str, **values: Any) -> str:
        if key not in catalogue.messages:
            return key.rsplit(".", 1)[-1]
        return say(catalogue, text(key, **{name: str(value) for name, value in values.items()}))

    return said
