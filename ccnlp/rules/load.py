"""Rule files and word classes: from YAML to a rule set, with errors that name file and line."""

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar, cast

import msgspec

from ccnlp.errors import ConfigError
from ccnlp.rules.form import AnchorForm, ExampleForm, FileForm, RuleForm, TurnsForm
from ccnlp.rules.model import ANY_DISTANCE, Anchor, Example, Rule, Window
from ccnlp.rules.ruleset import Compiled, Heard, RuleSet
from ccnlp.taxonomy import CATEGORIES, CHANNELS, SPEAKERS, Category
from ccnlp.text.expression import Expression, express
from ccnlp.text.phrase import Lexicon, PhraseError, PhraseParser
from ccnlp.text.raw import PREFIX, parse_raw
from ccnlp.text.sound import heard, letters_of
from ccnlp.types import Channel, Speaker
from ccnlp.yamlfile import cache_folder, line_of, read_as

_Str = TypeVar("_Str", Speaker, Channel)
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_ALIASES: Final = "aliases"
#: ``speech`` of a rule -> fewest Chinese characters of a plain phrase that is also heard.
_HEARD_LENGTH: Final = {None: 3, True: 2, False: 0}
_FINDING_SCOPES: Final = ("negated", "quoted", "reported")
_ACT_SCOPES: Final = ("negated",)


def load_lexicon(paths: Sequence[Path]) -> Lexicon:
    """Read word classes; of the files only ``*.yaml`` and ``*.yml``, ``aliases.yaml`` as aliases.

    Raises
    ------
    ConfigError: a file is no mapping of names to words, or a class stands in two files.
    """
    classes: dict[str, tuple[str, ...]] = {}
    aliases: dict[str, tuple[str, ...]] = {}
    origin: dict[str, Path] = {}
    for path in paths:
        if path.suffix not in (".yaml", ".yml"):
            continue
        for name, words in read_as(path, dict[str, list[str]]).items():
            if path.stem == _ALIASES:
                aliases[name] = (*aliases.get(name, ()), *words)
                continue
            where = f"{path}:{line_of(path, [name])}" if not _NAME.fullmatch(name) else ""
            if where:
                raise ConfigError(
                    f"{name!r} is no name of a word class", where=where,
                    mend="use small letters, digits and _",
                )  # fmt: skip
            if name in origin:
                raise ConfigError(
                    f"the word class {name} stands in {origin[name]} as well",
                    where=f"{path}:{line_of(path, [name])}", mend="rename or join them",
                )  # fmt: skip
            origin[name] = path
            classes[name] = tuple(words)
    return Lexicon(classes, aliases)


def load_rules(
    paths: Sequence[Path], lexicon: Sequence[Path] = (),
    categories: Mapping[str, Category] = CATEGORIES,
) -> RuleSet:  # fmt: skip
    """Read rule files (``paths``, in any order) against the word classes of ``lexicon``.

    Several files may hold the same category, which is one of ``categories``; files of ``lexicon``
    other than YAML are passed over.

    Raises
    ------
    ConfigError: something in a file is wrong, with file, line, key and how to mend it.
    """
    digest = hashlib.sha256()
    for path in (*paths, *lexicon):
        digest.update(path.name.encode() + b"\0" + _bytes(path) + b"\0")
    name = digest.hexdigest()[:16]
    places = f"{_places(paths)}{_own(categories)}"
    kept = cache_folder() / "rules" / f"{_compiler()}-{places}-{name}.msgpack"
    compiled = _recall(kept)
    if compiled is None:
        loader = _Loader(load_lexicon(lexicon), categories)
        for path in paths:
            loader.file(path)
        compiled = Compiled(tuple(loader.rules), tuple(loader.expressions), loader.heard)
        _keep(kept, compiled)
    return RuleSet(compiled, name)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}", where=str(path), mend="check the path"
        ) from error


def _compiler() -> str:
    """Digest of the code and tables that compile rules: what it made stands while they do."""
    digest = hashlib.sha256()
    package = Path(__file__).parent.parent
    for folder in ("rules", "text"):
        for path in sorted((package / folder).glob("*")):
            if path.suffix in (".py", ".json"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _places(paths: Sequence[Path]) -> str:
    """Digest of where the rules stand, which their messages name."""
    return hashlib.sha256("\0".join(map(str, paths)).encode()).hexdigest()[:8]


def _own(categories: Mapping[str, Category]) -> str:
    """Digest of what a recipe's category files say; empty where there are none."""
    own = [c for name, c in categories.items() if CATEGORIES.get(name) != c]
    return "-" + hashlib.sha256(msgspec.json.encode(own)).hexdigest()[:8] if own else ""


def _keep(kept: Path, compiled: Compiled) -> None:
    """Write to the cache; a cache that cannot be written is no fault."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(msgspec.msgpack.encode(compiled))
        part.replace(kept)
    except OSError:
        return


def _recall(kept: Path) -> Compiled | None:
    try:
        return msgspec.msgpack.decode(kept.read_bytes(), type=Compiled)
    except (OSError, msgspec.MsgspecError):
        return None


class _Loader:
    """Collects rules and their phrases, each phrase once."""

    def __init__(self, lexicon: Lexicon, categories: Mapping[str, Category]) -> None:
        self.lexicon = lexicon
        self.categories = categories
        self.shared = PhraseParser(lexicon)
        self.rules: list[Rule] = []
        self.expressions: list[Expression] = []
        #: Phrase -> the same as it sounds.
        self.heard: dict[int, Heard] = {}
        self.anchors = 0
        self._numbers: dict[tuple[str, str, int], int] = {}
        self._ids: dict[tuple[str, str], str] = {}

    def file(self, path: Path) -> None:
        """Add the rules of one file."""
        form = read_as(path, FileForm)
        if (form.category is None) == (form.act is None):
            raise ConfigError(
                f"names {'both' if form.act else 'neither'} category and act",
                where=f"{path}:1", mend="write one of 'category: …' and 'act: …'",
            )  # fmt: skip
        if form.category is not None and form.category not in self.categories:
            raise ConfigError(
                f"there is no category {form.category!r}",
                where=f"{path}:{line_of(path, ['category'])}: key category",
                mend=f"one of {', '.join(self.categories)}, or a new one: docs/new_category.md",
            )
        if form.act is not None and not _NAME.fullmatch(form.act):
            raise ConfigError(
                f"{form.act!r} is no name of an act", where=f"{path}:{line_of(path, ['act'])}",
                mend="use small letters, digits and _",
            )  # fmt: skip
        own = {name: tuple(words) for name, words in form.words.items()}
        parser = PhraseParser(self.lexicon.with_classes(own)) if own else self.shared
        reader = _RuleReader(self, path, form, parser, str(path) if own else "")
        for place, rule in enumerate(form.rules):
            made = reader.rule(place, rule)
            key = (made.name, made.id)
            if key in self._ids:
                raise ConfigError(
                    f"the rule {made.id} of {made.name} stands in {self._ids[key]} as well",
                    where=made.locate(), mend="give it another id",
                )  # fmt: skip
            self._ids[key] = path.name
            self.rules.append(made)

    def phrase(self, source: str, parser: PhraseParser, scope: str, hear: int) -> int:
        """Number of a phrase.

        ``scope`` tells apart files with classes of their own; phrases of at least ``hear``
        Chinese characters are also compiled as they sound, with 0 none.
        """
        key = (source, scope, hear)
        if key not in self._numbers:
            raw = source.startswith(PREFIX)
            tree = parse_raw(source) if raw else parser.parse(source)
            expression = express(tree)
            number = len(self.expressions)
            self.expressions.append(expression)
            # what is not plain text sounds like more
            least = hear + 1 if hear == _HEARD_LENGTH[None] and expression.pattern else hear
            if hear and not raw and expression.chinese >= least:
                self.heard[number] = Heard(express(heard(tree)), letters_of(tree.pieces))
            self._numbers[key] = number
        return self._numbers[key]


class _RuleReader:
    """Reads the rules of one file."""

    def __init__(
        self, loader: _Loader, path: Path, form: FileForm, parser: PhraseParser, scope: str
    ) -> None:
        self.loader = loader
        self.path = path
        self.form = form
        self.parser = parser
        self.scope = scope

    def fail(self, what: str, mend: str, *keys: str | int) -> ConfigError:
        names = [str(key) for key in keys]
        shown = ".".join(names)
        return ConfigError(
            what, where=f"{self.path}:{line_of(self.path, names)}: key {shown}", mend=mend
        )

    def rule(self, place: int, form: RuleForm) -> Rule:
        """One rule of the file, checked."""
        file = self.form
        at = ("rules", place)
        if not _NAME.fullmatch(form.id):
            raise self.fail(
                f"{form.id!r} is no rule id", "use small letters, digits and _", *at, "id"
            )
        is_act = file.act is not None
        name = file.act or file.category or ""
        speakers = _listed(form.speaker) or _listed(file.speaker)
        if not speakers:
            speakers = (
                ["agent", "bot"]
                if is_act
                else cast("list[Speaker]", list(self.loader.categories[name].speakers))
            )
        channels = (
            _listed(form.channel) or _listed(file.channel) or cast("list[Channel]", list(CHANNELS))
        )
        known = None if is_act else self.loader.categories[name]
        severity = form.severity or (known and known.severity) or file.severity
        if severity is None and not is_act:
            raise self.fail(
                f"the rule {form.id} has no severity", "give one to the rule or the file", *at
            )
        if not (form.any or form.all or form.at_least):
            raise self.fail(
                f"the rule {form.id} looks for nothing", "give it 'any', 'at_least' or 'all'", *at
            )
        if not (form.explanation or is_act):
            raise self.fail(
                f"the rule {form.id} has no explanation", "say why it is a finding", *at
            )
        if not form.good:
            raise self.fail(
                f"the rule {form.id} has no good example", "give it at least one under 'good'", *at
            )
        confidence = file.confidence if form.confidence is None else form.confidence
        if not 0 < confidence <= 1:
            raise self.fail("is not above 0 and at most 1", "0.85 is usual", *at, "confidence")
        least = form.at_least
        if least is not None and not 1 <= least.count <= len(least.of):
            raise self.fail(
                f"{least.count} of {len(least.of)} phrases", "ask for fewer, or list more",
                *at, "at_least",
            )  # fmt: skip
        if form.repeated < 1 or (form.within is not None and form.within < 0):
            raise self.fail("repeated or within is too small", "1 or more", *at)
        speech = form.speech if form.speech is not None else file.speech
        hear = _HEARD_LENGTH[speech] if "voice" in channels else 0
        scopes = form.unless if form.unless is not None else file.unless
        default = _ACT_SCOPES if is_act else _FINDING_SCOPES
        speaker = speakers[0]
        channel: Channel = "chat" if "chat" in channels else channels[0]
        return Rule(
            number=len(self.loader.rules), name=name, is_act=is_act, id=form.id,
            severity=severity or "info", confidence=confidence, explanation=form.explanation,
            speakers=frozenset(speakers), channels=frozenset(channels),
            any=self.phrases(form.any, hear, *at, "any"),
            all=self.phrases(form.all, hear, *at, "all"),
            none=self.phrases(form.none, hear, *at, "none"),
            at_least=least.count if least else 0,
            of=self.phrases(least.of, hear, *at, "at_least", "of") if least else (),
            within=form.within, order=form.order,
            allow=self.phrases(form.allow, hear, *at, "allow"),
            unless=tuple(scopes) if scopes is not None else default,
            window=self.window(form.turns, *at, "turns"),
            after=self.anchor(form.after, hear, *at, "after"),
            not_after=self.anchor(form.not_after, hear, *at, "not_after"),
            followed_by=self.anchor(form.followed_by, hear, *at, "followed_by"),
            not_followed_by=self.anchor(form.not_followed_by, hear, *at, "not_followed_by"),
            repeated=form.repeated, speech=hear > 0,
            good=tuple(
                self.example(e, speaker, channel, *at, "good", i) for i, e in enumerate(form.good)
            ),
            bad=tuple(
                self.example(e, speaker, channel, *at, "bad", i) for i, e in enumerate(form.bad)
            ),
            path=str(self.path), place=place,
        )  # fmt: skip

    def phrases(self, sources: Sequence[str], hear: int, *keys: str | int) -> tuple[int, ...]:
        """Numbers of phrases, in order, each once."""
        numbers: dict[int, None] = {}
        for place, source in enumerate(sources):
            try:
                numbers[self.loader.phrase(source, self.parser, self.scope, hear)] = None
            except PhraseError as error:
                raise self.fail(error.what, error.mend, *keys, place) from error
        return tuple(numbers)

    def window(self, form: TurnsForm | None, *keys: str | int) -> Window | None:
        if form is None:
            return None
        given = [form.first, form.last, form.from_, form.to]
        if all(value is None for value in given):
            raise self.fail("says nothing", "give first, last, from or to", *keys)
        if any(value is not None and value < 0 for value in given) or 0 in given[:2]:
            raise self.fail("has a number that is too small", "first and last count from 1", *keys)
        return Window(form.first, form.last, form.from_, form.to, form.of == "speaker")

    def anchor(self, form: AnchorForm | None, hear: int, *keys: str | int) -> Anchor | None:
        if form is None:
            return None
        if sum((bool(form.any), form.category is not None, form.act is not None)) != 1:
            raise self.fail("needs one of any, category, act", "give exactly one", *keys)
        known = self.loader.categories
        if form.category is not None and form.category not in known:
            raise self.fail(
                f"there is no category {form.category!r}", f"one of {', '.join(known)}", *keys
            )
        within = ANY_DISTANCE if form.within == "all" else form.within
        if within < 1:
            raise self.fail("within is too small", "1 or more turns, or all", *keys)
        self.loader.anchors += 1
        return Anchor(
            self.loader.anchors - 1, self.phrases(form.any, hear, *keys, "any"), form.category,
            form.act, frozenset(_listed(form.speaker) or SPEAKERS), within,
        )  # fmt: skip

    def example(
        self, form: str | ExampleForm, speaker: Speaker, channel: Channel, *keys: str | int
    ) -> Example:
        if isinstance(form, str):
            return Example(((speaker, form),), channel, form)
        if (form.text is None) == (form.turns is None):
            raise self.fail("needs one of text and turns", "give exactly one", *keys)
        turns = tuple(form.turns) if form.turns else ((form.speaker or speaker, form.text or ""),)
        shown = " / ".join(f"{who}: {text}" for who, text in turns)
        return Example(turns, form.channel or channel, shown, form.quote)


def _listed(value: _Str | list[_Str] | None) -> list[_Str]:
    """One, several or no values as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
