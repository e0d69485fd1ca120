"""That a published scorecard stays as it was: ``published.yaml`` beside it names its digest."""

from pathlib import Path

from ccnlp.scoring.scorecard import Scorecard
from ccnlp.yamlfile import file_digest, read_as

#: Beside the scorecards: ``id@version`` -> first 16 hex digits of the file's SHA-256.
PUBLISHED = "published.yaml"


def unpublished_change(path: Path, card: Scorecard) -> str | None:
    """What is wrong where a published version was changed; ``None`` where nothing is.

    A version that no ``published.yaml`` names is not published yet.

    Raises
    ------
    ConfigError: ``published.yaml`` is wrong.
    """
    ledger = path.with_name(PUBLISHED)
    if not ledger.is_file():
        return None
    published = read_as(ledger, dict[str, str]).get(card.name)
    if published is None or published == file_digest(path)[:16]:
        return None
    return (
        f"{path}: {card.name} was changed after it was published: give it version "
        f"{card.version + 1}, or restore the file"
    )
