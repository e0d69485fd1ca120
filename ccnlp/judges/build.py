"""Back ends built from a recipe: each model loaded once, and what is missing said.

Libraries that only one kind of model needs are imported where that kind is loaded.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, cast

import numpy as np

from ccnlp.artefacts import read_manifest
from ccnlp.config import JudgeSpec, ModelOptions, Recipe
from ccnlp.encoder.view import View
from ccnlp.errors import ConfigError, UnavailableError
from ccnlp.judges.base import LABELS, Doubles, Judged, Part, Reading, TurnJudge
from ccnlp.judges.linear import LinearJudge
from ccnlp.observe import log

if TYPE_CHECKING:
    from ccnlp.judges.encoder import EncoderJudge


class Judges:
    """The back ends of one recipe; analysers that name the same one share it."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._models: dict[str, TurnJudge | UnavailableError] = {}
        self._judges: dict[str, TurnJudge] = {}
        #: Model -> why it could not be loaded, in so far as somebody asked for it.
        self.missing: dict[str, str] = {}

    def of(self, analyser: str) -> TurnJudge:
        """The back end that the recipe names for an analyser: a judge or a model of its name.

        Raises
        ------
        ConfigError: the recipe names none.
        UnavailableError: none of the models behind it can be loaded.
        """
        if analyser in self._recipe.judges:
            return self._judge(analyser)
        if analyser in self._recipe.models:
            return self._model(analyser)
        raise ConfigError(
            f"nobody judges for {analyser!r}", where=f"{self._recipe.path}: key judges",
            mend=f"name a model there: `{analyser}: linear`",
        )  # fmt: skip

    def loaded(self) -> dict[str, TurnJudge]:
        """The models that were asked for and could be loaded."""
        return {n: m for n, m in self._models.items() if not isinstance(m, UnavailableError)}

    def reading(self) -> Reading:
        """What the encoders had to read so far, all together."""
        total = Reading()
        for model in self.loaded().values():
            total += getattr(model, "reading", Reading())
        return total

    def linear(self) -> LinearJudge | None:
        """The recipe's first linear model that judges findings; ``None``: there is none."""
        for model in self._of_kind("linear"):
            if isinstance(model, LinearJudge) and "findings" in model.parts:
                return model
        return None

    def encoder(self) -> "EncoderJudge | None":
        """The first turn encoder behind the recipe's analysers; ``None``: none judges for them."""
        for analyser in self._recipe.analysers:
            if analyser in self._recipe.judges or analyser in self._recipe.models:
                with suppress(UnavailableError):
                    self.of(analyser)
        encoders = (model for model in self.loaded().values() if hasattr(model, "encoder"))
        return cast("EncoderJudge | None", next(encoders, None))

    def _of_kind(self, kind: str) -> Iterator[TurnJudge]:
        """The recipe's models of a kind, in so far as they can be loaded."""
        for name, folder in self._recipe.models.items():
            try:
                if read_manifest(folder).kind == kind:
                    yield self._model(name)
            except UnavailableError:
                continue

    def _named(self, name: str) -> TurnJudge:
        """A model or, where there is none of that name, a judge."""
        return self._model(name) if name in self._recipe.models else self._judge(name)

    def _judge(self, name: str) -> TurnJudge:
        if name not in self._judges:
            self._judges[name] = self._put_together(self._recipe.judges[name])
        return self._judges[name]

    def _put_together(self, spec: JudgeSpec) -> TurnJudge:
        found: dict[str, TurnJudge] = {}
        faults: list[UnavailableError] = []
        for name in spec.names():
            if name == spec.fallback:
                continue
            try:
                found[name] = self._named(name)
            except UnavailableError as error:
                faults.append(error)
        if not found:
            if spec.fallback is None:
                raise faults[0]
            return self._named(spec.fallback)
        if faults and len(found) == 1:
            return next(iter(found.values()))  # alone, with its own thresholds
        return _with_thresholds(spec, _joined(spec, found))

    def _model(self, name: str) -> TurnJudge:
        """A model; one that cannot be loaded is tried and said once."""
        if name not in self._models:
            try:
                self._models[name] = self._load(name)
            except UnavailableError as error:
                self._models[name] = error
                self.missing[name] = str(error)
                log.error("model_missing", kind=name, reason=str(error))
        model = self._models[name]
        if isinstance(model, UnavailableError):
            raise model
        return model

    def _load(self, name: str) -> TurnJudge:
        folder, options = self._recipe.models[name], self._recipe.model_options[name]
        if not (folder / "manifest.json").exists() and (folder / "config.json").is_file():
            from ccnlp.judges.classifier import load_classifier

            return load_classifier(folder, options)
        kind = read_manifest(folder).kind
        if kind == "linear":
            from ccnlp.encoder.linear import load_linear

            return LinearJudge(load_linear(folder))
        if kind == "turn-encoder":
            from ccnlp.judges.encoder import load_encoder_judge

            return load_encoder_judge(folder, options)
        if kind == "emotion-head":
            from ccnlp.judges.emotion_head import load_emotion_head

            return load_emotion_head(folder, self._over(name, options))
        raise UnavailableError(
            f"is of a kind that judges no turns: {kind}", where=str(folder),
            mend="name another folder in the recipe",
        )  # fmt: skip

    def _over(self, name: str, options: ModelOptions) -> TurnJudge:
        if options.over is None:
            raise ConfigError(
                "an emotion head reads an encoder",
                where=f"{self._recipe.path}: key models.{name}",
                mend="name it: `over: encoder`",
            )
        return self._model(options.over)


class _Thresholds:
    """A back end with thresholds of a recipe's own."""

    def __init__(self, judge: TurnJudge, least: Mapping[Part, float]) -> None:
        self._judge, self._least = judge, least
        self.name, self.digest, self.parts = judge.name, judge.digest, judge.parts

    def least(self, part: Part) -> Doubles:
        """The recipe's threshold where it names one, else the back end's."""
        if part in self._least:
            return np.full(len(LABELS[part]), self._least[part])
        return self._judge.least(part)

    def judge(self, views: Sequence[View]) -> Judged:
        """As the back end itself."""
        return self._judge.judge(views)


def _with_thresholds(spec: JudgeSpec, judge: TurnJudge) -> TurnJudge:
    given: dict[Part, float | None] = {"findings": spec.findings_from, "acts": spec.acts_from}
    least = {part: value for part, value in given.items() if value is not None}
    return _Thresholds(judge, least) if least else judge


def _joined(spec: JudgeSpec, found: Mapping[str, TurnJudge]) -> TurnJudge:
    if spec.cascade is not None:
        from ccnlp.judges.cascade import CascadeJudge

        first, then = found[spec.cascade.first], found[spec.cascade.then]
        return CascadeJudge(first, then, spec.cascade.sure)
    if spec.mean is not None:
        from ccnlp.judges.mean import MeanJudge

        weights = [spec.mean[name] for name in found]
        return MeanJudge(list(found.values()), weights, sharpness=spec.sharpness, prior=spec.prior)
    return next(iter(found.values()))
