"""An engine with the sessions of conversations under way.

A session is a cache: it holds for the turns that it was told, and where a conversation's turns are
others, because another process took some or a text was changed, it is built again from them.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from ccnlp.config import Recipe
from ccnlp.engine import Engine, Session
from ccnlp.live.messages import SaidTurn
from ccnlp.types import Assessment, Transcript

#: Analysers that need no model: they answer where there is no time.
DETERMINISTIC = ("phrases", "privacy")


class _Kept(msgspec.Struct, frozen=True):
    about: Transcript
    turns: tuple[SaidTurn, ...]
    session: Session


class Judge:
    """Assesses conversations turn by turn; one thread at a time."""

    def __init__(self, engine: Engine, most: int = 2000) -> None:
        self.engine = engine
        self._most = most
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def assess(
        self, about: Transcript, turns: Sequence[SaidTurn], provisional: SaidTurn | None = None
    ) -> Assessment:
        """The assessment of these turns, and of an unfinished text behind them.

        ``about`` is the conversation without its turns.
        """
        with self._lock:
            session = self._session(about, tuple(turns))
            if provisional is not None:
                session = session.fork()
                session.push(provisional.turn())
            return session.assess()

    def drop(self, name: str) -> None:
        """Let go of a conversation that has ended."""
        with self._lock:
            self._kept.pop(name, None)

    def __len__(self) -> int:
        return len(self._kept)

    def _session(self, about: Transcript, turns: tuple[SaidTurn, ...]) -> Session:
        name = about.conversation_id
        kept = self._kept.get(name)
        if kept is None or kept.about != about or kept.turns != turns[: len(kept.turns)]:
            kept = _Kept(about, (), self.engine.session(about))
        session = kept.session
        if len(kept.turns) < len(turns):
            session = session.fork()  # a fault in between leaves the kept one as it was
            for one in turns[len(kept.turns) :]:
                session.push(one.turn())
        self._kept[name] = _Kept(about, turns, session)
        self._kept.move_to_end(name)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return session


def deterministic(recipe: Recipe) -> Recipe:
    """The recipe without its models; its digest stays, the answers say ``degraded``."""
    return msgspec.structs.replace(
        recipe, analysers=tuple(a for a in recipe.analysers if a in DETERMINISTIC), models={},
        judges={}, detectors={}, model_options={},
    )  # fmt: skip
