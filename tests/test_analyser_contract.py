"""Every analyser of the catalogue keeps the contract of ccnlp/analysers/base.py."""

import copy
import pickle

import pytest
from conversations import SENTENCES, talk, transcripts
from hypothesis import HealthCheck, given, settings

from ccnlp.analysers.base import Analyser, TurnView
from ccnlp.analysers.catalogue import CATALOGUE, build_analyser
from ccnlp.assets import asset
from ccnlp.config import Recipe, default_recipe_path, load_recipe
from ccnlp.errors import ConfigError
from ccnlp.judges.build import Judges
from ccnlp.text.normalise import normalise_many
from ccnlp.types import Act, Finding, Observation, PiiSpan, Transcript

_BUILT: dict[str, Analyser] = {}


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """The shipped recipe, with a category of its own, so that every analyser has work."""
    path = tmp_path_factory.mktemp("recipe") / "recipe.yaml"
    path.write_text(
        f"extends: {default_recipe_path()}\n"
        f"categories: [{asset('configs', 'categories', 'price_match_request.yaml')}]\n"
    )
    return load_recipe(path)


@pytest.fixture(params=sorted(CATALOGUE))
def analyser(request: pytest.FixtureRequest, recipe: Recipe) -> Analyser:
    name = request.param
    if name not in _BUILT:
        _BUILT[name] = build_analyser(name, recipe, Judges(recipe))
    return _BUILT[name]


RICH = talk(
    *(f"{'ACAC'[i % 4]} {s}" for i, s in enumerate(SENTENCES)),
    "C 别的平台同款便宜五十,你们能不能也按这个价给我",
    channel="voice",
)
careful = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def views_of(transcript: Transcript) -> list[TurnView]:
    views: list[TurnView] = []
    for index, normal in enumerate(normalise_many([t.text for t in transcript.turns])):
        previous = views[-1] if views else None
        views.append(TurnView(index, transcript.turns[index], transcript.channel, normal, previous))
    return views


def fold(analyser: Analyser, views: list[TurnView], features: list[object]) -> list[Observation]:
    state, seen = analyser.start(), []
    for view, feature in zip(views, features, strict=True):
        state, found = analyser.step(state, view, feature)
        seen += found
    return [*seen, *analyser.finish(state)]


def test_name_is_that_of_the_catalogue(analyser: Analyser) -> None:
    assert CATALOGUE[analyser.name]


@careful
@given(transcript=transcripts)
def test_spans_are_true_pieces_of_the_original(analyser: Analyser, transcript: Transcript) -> None:
    views = views_of(transcript)
    for seen in fold(analyser, views, list(analyser.encode(views))):
        assert 0 <= seen.turn < len(transcript.turns)
        if isinstance(seen, Finding | Act | PiiSpan):
            text = transcript.turns[seen.turn].text
            assert 0 <= seen.start < seen.end <= len(text)
            assert text[seen.start : seen.end] == seen.quote
            assert 0 <= seen.confidence <= 1


@careful
@given(transcript=transcripts)
def test_batch_equals_single(analyser: Analyser, transcript: Transcript) -> None:
    views = views_of(transcript)
    together = list(analyser.encode([*views_of(RICH), *views, *views_of(RICH)]))
    together = together[len(RICH.turns) : len(RICH.turns) + len(views)]
    alone = [analyser.encode([view])[0] for view in views]
    assert fold(analyser, views, together) == fold(analyser, views, alone)


@careful
@given(transcript=transcripts)
def test_inputs_are_not_changed_and_answers_repeat(
    analyser: Analyser, transcript: Transcript
) -> None:
    views = views_of(transcript)
    before = copy.deepcopy(transcript)
    first = fold(analyser, views, list(analyser.encode(views)))
    assert transcript == before
    assert fold(analyser, views, list(analyser.encode(views))) == first


def test_states_are_values_that_a_step_leaves_alone(analyser: Analyser) -> None:
    views = views_of(RICH)
    features = analyser.encode(views)
    state = analyser.start()
    for view, feature in zip(views, features, strict=True):
        kept = copy.deepcopy(state)
        following, found = analyser.step(state, view, feature)
        again, repeated = analyser.step(kept, view, feature)
        assert list(found) == list(repeated)
        assert following == again
        state = following


def test_says_something_on_rich_text(analyser: Analyser) -> None:
    views = views_of(RICH)
    assert fold(analyser, views, list(analyser.encode(views)))


def test_a_recipe_pickles_and_builds_the_same_analyser_elsewhere(
    analyser: Analyser, recipe: Recipe
) -> None:
    copied = pickle.loads(pickle.dumps(recipe))  # noqa: S301
    other = build_analyser(analyser.name, copied, Judges(copied))
    views = views_of(RICH)
    assert fold(other, views, list(other.encode(views))) == fold(
        analyser, views, list(analyser.encode(views))
    )


def test_nothing_to_encode_is_no_fault(analyser: Analyser) -> None:
    assert list(analyser.encode([])) == []


def test_unknown_analyser_is_named() -> None:
    with pytest.raises(ConfigError, match="no analyser 'mind_reader'"):
        build_analyser("mind_reader", load_recipe(), Judges(load_recipe()))
