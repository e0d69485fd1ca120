"""Model folders: a manifest that names every file's hash, the data, licences and figures."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from ccnlp.errors import UnavailableError


class DataSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A set that a model was trained on."""

    name: str
    licence: str
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model is and where it comes from (``manifest.json``)."""

    name: str
    version: str
    kind: str
    licence: str
    #: File name -> SHA-256 of its bytes.
    files: dict[str, str]
    data: tuple[DataSource, ...]
    #: Measured figures by name.
    figures: dict[str, float]
    #: The command that makes the model again.
    command: str
    settings: dict[str, Any] = {}

    @property
    def digest(self) -> str:
        """First 16 hex digits of the SHA-256 over names and hashes of the files."""
        total = hashlib.sha256()
        for name, digest in sorted(self.files.items()):
            total.update(f"{name} {digest}\n".encode())
        return total.hexdigest()[:16]


def read_manifest(folder: Path) -> Manifest:
    """Read a model's manifest and check each file against its hash.

    Raises
    ------
    UnavailableError: a file is missing or its hash is another.
    """
    mend = "put the folder back as it was shipped, or train it again with `ccnlp train`"
    try:
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    except OSError as error:
        raise UnavailableError("the model has no manifest", where=str(folder), mend=mend) from error
    except msgspec.DecodeError as error:
        raise UnavailableError(
            f"the manifest is wrong: {error}", where=str(folder), mend=mend
        ) from error
    for name, expected in manifest.files.items():
        try:
            digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise UnavailableError(f"{name} is missing", where=str(folder), mend=mend) from error
        if digest != expected:
            raise UnavailableError(
                f"{name} is not the file that was shipped", where=str(folder), mend=mend
            )
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json``, readable and stable."""
    raw = msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=1)
    (folder / "manifest.json").write_bytes(raw + b"\n")
