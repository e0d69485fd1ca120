"""Inputs - files, folders, patterns, URLs, standard input - as an ordered list of sources."""

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from ccnlp.errors import InputError, UnavailableError

#: Suffix -> format. ``json`` may turn out to be lines.
FORMATS: Final = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "tsv",
    ".tab": "tsv", ".parquet": "parquet", ".pq": "parquet", ".arrow": "arrow", ".feather": "arrow",
    ".txt": "text", ".log": "text", ".chat": "text",
}  # fmt: skip
#: What a user may name.
NAMED_FORMATS: Final = ("jsonl", "json", "csv", "tsv", "parquet", "arrow", "text")
_PACKED: Final = (".gz", ".zst")
#: Files passed over that are named.
_NAMED: Final = 100
#: What `datasets` and others write beside the data.
_BESIDE: Final = frozenset(
    {"dataset_info.json", "dataset_infos.json", "state.json", "dataset_dict.json", "metadata.json"}
)


class Source(msgspec.Struct, frozen=True):
    """One file to read."""

    #: As it is named in results: a path, a URL or "-".
    name: str
    #: The id of its conversation, if it has none of its own: its path from the input folder.
    default_id: str
    #: By its suffix; ``None`` where its content decides.
    format: str | None
    size: int | None = None


class Sources:
    """The files that inputs name, in order; a folder's files first, then its folders, by name.

    Files are counted once and listed again when they are read, so that a folder with a file
    for every conversation takes no memory.
    """

    def __init__(self, inputs: Sequence[str]) -> None:
        """Raise ``InputError`` for a path that is not there or a pattern without a match."""
        if not inputs:
            raise InputError("there is no input", where="inputs", mend="name a file, a folder or -")
        self._inputs = tuple(inputs)
        passed: list[str] = []
        self.count, size, known = 0, 0, True
        for source in _walk(self._inputs, passed):
            self.count += 1
            known = known and source.size is not None
            size += source.size or 0
        #: All bytes as they lie there; ``None`` where an input's size is not known.
        self.size = size if known else None
        #: Files for which no reader is (the first 100).
        self.passed_over = tuple(passed)

    def __iter__(self) -> Iterator[Source]:
        return _walk(self._inputs, [])


def suffix_format(name: str) -> str | None:
    """Format by suffix, a packed file's by the one before; ``None`` where there is none known."""
    path = Path(name.lower())
    if path.suffix in _PACKED:
        path = path.with_suffix("")
    return FORMATS.get(path.suffix)


def _default_id(path: str) -> str:
    parts = Path(path)
    if parts.suffix.lower() in _PACKED:
        parts = parts.with_suffix("")
    if parts.suffix.lower() in FORMATS:
        parts = parts.with_suffix("")
    return parts.as_posix()


def _walk(inputs: Sequence[str], passed: list[str]) -> Iterator[Source]:
    for name in inputs:
        if name == "-":
            yield Source("-", "stdin", None)
        elif "://" in name:
            yield from _remote(name, passed)
        elif Path(name).is_dir():
            yield from _folder(Path(name), passed)
        elif Path(name).exists():
            yield _file(Path(name), Path(name).name)
        elif glob.has_magic(name):
            yield from _matches(name, passed)
        else:
            raise InputError("there is no such file", where=name, mend="check the path")


def _matches(pattern: str, passed: list[str]) -> Iterator[Source]:
    """What a pattern matches, sorted; unknown suffixes only where there are no others."""
    # Path.glob takes no absolute pattern.
    found = [Path(name) for name in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207
    if not found:
        raise InputError("the pattern matches no file", where=pattern, mend="check the path")
    # "**" matches folders and what is in them: a folder's files would be read twice.
    folders = set() if "**" in pattern else {path for path in found if path.is_dir()}
    files = {path for path in found if path.is_file()}
    known = {path for path in files if suffix_format(path.name) and path.name not in _BESIDE}
    for path in found:
        if path in folders:
            yield from _folder(path, passed)
        elif path in known or (path in files and not known):
            yield _file(path, path.name)
        elif path in files:
            _pass_over(path, passed)


def _pass_over(path: Path | str, passed: list[str]) -> None:
    if len(passed) < _NAMED:
        passed.append(str(path))


def _file(path: Path, inside: str, kind: str | None = None) -> Source:
    size = path.stat().st_size if path.is_file() else None
    return Source(str(path), _default_id(inside), kind or suffix_format(path.name), size)


def _folder(root: Path, passed: list[str]) -> Iterator[Source]:
    """Files of a folder and all below it that a reader is for, sorted by path."""
    count = 0
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith((".", "__")))
        here = Path(folder)
        saved = _saved_order(here) if "state.json" in files else None
        for name in saved if saved is not None else sorted(files):
            path = here / name
            if name.startswith(".") or name in _BESIDE:
                continue
            kind = "arrow" if saved is not None else suffix_format(name)
            if kind is None:
                _pass_over(path, passed)
                continue
            count += 1
            yield _file(path, path.relative_to(root).as_posix(), kind)
    if not count:
        raise InputError(
            "the folder holds no file that can be read", where=str(root),
            mend=f"suffixes read are {', '.join(FORMATS)}, also with .gz or .zst",
        )  # fmt: skip


def _saved_order(folder: Path) -> list[str] | None:
    """Files of a folder that `datasets` saved, in the order of its state.json."""
    try:
        state: Any = msgspec.json.decode((folder / "state.json").read_bytes())
        names = [str(one["filename"]) for one in state["_data_files"]]
    except (OSError, msgspec.DecodeError, KeyError, TypeError):
        return None
    inside = [name for name in names if Path(name).name == name and (folder / name).is_file()]
    return inside if len(inside) == len(names) else None


def _remote(url: str, passed: list[str]) -> Iterator[Source]:
    import fsspec

    try:
        fs, path = fsspec.core.url_to_fs(url)
        scheme = url.split("://", 1)[0]
        if glob.has_magic(path):
            found = sorted(fs.glob(path))
        elif fs.isdir(path):
            found = [p for p in sorted(fs.find(path)) if suffix_format(p)]
        else:
            found = [path]
    except ImportError as error:
        raise UnavailableError(
            f"no reader for {url.split('://', 1)[0]}:// is installed", where=url, mend=str(error)
        ) from error
    except (OSError, ValueError) as error:
        raise InputError("the URL cannot be listed", where=url, mend=str(error)[:200]) from error
    if not found:
        raise InputError("the URL matches no file", where=url, mend="check the path")
    for one in found:
        if Path(one).name in _BESIDE:
            _pass_over(one, passed)
            continue
        name = url if one == path else f"{scheme}://{one.removeprefix('/')}"
        if scheme in ("file", "local") and one != path:
            name = f"{scheme}://{one}"
        yield Source(name, _default_id(Path(one).name), suffix_format(one), None)
