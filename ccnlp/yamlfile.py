"""YAML files read once, strictly, with errors that name file, line and key.

YAML 1.2 by ruamel.yaml: equal keys are an error and ``on`` stays a word. libyaml scans what it
can (a fifth of the time); what it refuses is read by the pure-Python scanner, whose messages are
better and which knows all of YAML 1.2. What was parsed is kept in a cache folder under the file's
SHA-256; the cache can be deleted at any time.
"""

import contextlib
import hashlib
import os
import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from ccnlp.errors import ConfigError

T = TypeVar("T")

#: Raised when the form of what is cached changes.
_CACHE_FORM = 1


def cache_folder() -> Path:
    """Folder for what can be computed again: ``CCNLP_CACHE``, else the XDG cache folder."""
    named = os.environ.get("CCNLP_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "ccnlp"


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_yaml(path: Path) -> Any:
    """Plain data of a YAML file.

    Raises
    ------
    ConfigError: the file is missing, is no UTF-8, or is no valid YAML.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}", where=str(path), mend="check the path"
        ) from error
    kept = cache_folder() / "yaml" / f"{hashlib.sha256(raw).hexdigest()}.{_CACHE_FORM}.msgpack"
    try:
        return msgspec.msgpack.decode(kept.read_bytes())
    except (OSError, msgspec.DecodeError):
        pass
    data = _parse(path, raw)
    _keep(kept, data)
    return data


def read_as(path: Path, type_: type[T]) -> T:
    """A YAML file as a value of ``type_``; what does not fit is named with its line."""
    data = read_yaml(path)
    try:
        return msgspec.convert(data, type_)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `")
        keys = [k for k in re.split(r"[.\[\]]+", where.strip("`").removeprefix("$")) if k]
        raise ConfigError(
            what, where=f"{path}:{line_of(path, keys)}: key {'.'.join(keys) or '(top)'}",
            mend="see docs/configuration.md",
        ) from error  # fmt: skip


def line_of(path: Path, keys: list[str]) -> int:
    """Line (from 1) on which the value under ``keys`` starts, as near as the file tells."""
    try:
        node = YAML(typ="rt").load(path.read_bytes())
    except YAMLError:
        return 1
    line = 1
    for key in keys:
        try:
            if isinstance(node, list):
                line = node.lc.item(int(key))[0] + 1  # type: ignore[attr-defined]
                node = node[int(key)]
            else:
                line = node.lc.key(key)[0] + 1
                node = node[key]
        except (KeyError, ValueError, IndexError, AttributeError, TypeError):
            break
    return line


def _parse(path: Path, raw: bytes) -> Any:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(
            "is not UTF-8", where=f"{path}: byte {error.start}", mend="save it as UTF-8"
        ) from error
    with contextlib.suppress(YAMLError):
        return YAML(typ="safe").load(text)  # scanned by libyaml
    try:
        return YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ConfigError(
            error.problem or "is no valid YAML", where=f"{path}:{line}", mend="mend the YAML there"
        ) from error
    except YAMLError as error:
        raise ConfigError("is no valid YAML", where=str(path), mend=str(error)) from error


def _keep(kept: Path, data: Any) -> None:
    """Write to the cache; a cache that cannot be written is no fault."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(msgspec.msgpack.encode(data))
        part.replace(kept)
    except (OSError, TypeError, msgspec.MsgspecError):
        return
