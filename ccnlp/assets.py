"""Where the configs, models and sample data that ship with ccnlp lie.

In a wheel they lie inside the package (``ccnlp/_assets``), in a checkout beside it.
"""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def asset(*parts: str) -> Path:
    """Path of a shipped file or folder, e.g. ``asset("configs", "recipes", "default.yaml")``."""
    packed = _PACKAGE / "_assets"
    return (packed if packed.is_dir() else _PACKAGE.parent).joinpath(*parts)
