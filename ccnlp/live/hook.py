"""The hook itself, without a web server: turns in, answers out, nothing lost and nothing twice."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import msgspec

from ccnlp.alerts import load_alerts, queue_reasons
from ccnlp.config import Recipe
from ccnlp.engine import Engine
from ccnlp.errors import StoreError
from ccnlp.live.answer import board_row, live_emotion, make_answer
from ccnlp.live.conversation import Conversation, fold, transcript_of, transfers
from ccnlp.live.discipline import Seen, decide
from ccnlp.live.faults import (
    BadRequestError,
    BusyError,
    EndedError,
    UnknownConversationError,
)
from ccnlp.live.judging import Judge, deterministic
from ccnlp.live.messages import (
    About,
    Action,
    BoardRow,
    LiveRisk,
    SaidTurn,
    Shown,
    TurnsRequest,
)
from ccnlp.live.policy import LiveSettings
from ccnlp.live.sequence import close, common_length, is_new
from ccnlp.live.state import Conflict, Entry, State
from ccnlp.observe import log
from ccnlp.scoring.scorecard import Scorecard, load_scorecard
from ccnlp.store.connection import Store
from ccnlp.store.repository import Assessments, Recorder, now
from ccnlp.types import Assessment, Transcript

#: Times that a request is worked out again where another process was quicker.
_TRIES: Final = 50
_encode: Final = msgspec.json.Encoder().encode


class Told(msgspec.Struct, frozen=True):
    """An answer as JSON, and what became of the request."""

    body: bytes
    #: It was answered before, and changed nothing now.
    repeated: bool = False
    action: Action = Action()
    degraded: bool = False


class Hook:
    """Takes the turns of conversations; any number of hooks may share a state."""

    def __init__(
        self, recipe: Recipe, state: State, settings: LiveSettings, store: Store | None = None, *,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.recipe, self.state, self.settings = recipe, state, settings
        self.full = Judge(Engine(recipe), settings.sessions)
        self.quick = Judge(Engine(deterministic(recipe)), settings.sessions)
        self._cards: dict[str, Scorecard] = {
            tier: load_scorecard(path) for tier, path in recipe.scorecards.items()
        }
        self._alerts = load_alerts(recipe.alerts)
        self._store, self._clock = store, clock
        if store is not None:
            Assessments(store).note_recipe(recipe)
        #: Conversations as their logs tell; only what came since is read again.
        self._known: OrderedDict[str, Conversation] = OrderedDict()
        self._guard = threading.Lock()

    def take(
        self, name: str, request: TurnsRequest, *, key: str | None = None, body: str | None = None,
        quick: bool = False, claim: Callable[[], bool] = lambda: True,
    ) -> Told:  # fmt: skip
        """Take turns and answer them.

        Parameters
        ----------
        key, body: an idempotency key, and the digest of the body that came with it.
        quick: let the deterministic analysers answer alone.
        claim: asked before the answer is kept; where it says no, another answer was first.

        Raises
        ------
        BadRequestError: the key came with another body.
        EndedError: the conversation has ended, and the turns are new.
        BusyError: others change the conversation all the time.
        Conflict: ``claim`` said no.
        """
        for _ in range(_TRIES):
            given = self._conversation(name)
            repeated = self._repeated(name, given, request, key, body)
            if repeated is not None:
                return Told(repeated, repeated=True)
            try:
                return self._take(name, given, request, key, body, quick, claim)
            except Conflict:
                if not claim():
                    raise
        raise BusyError(
            "others change the conversation all the time", where=name, mend="send it again"
        )

    def end(self, name: str, about: About | None = None) -> Told:
        """End a conversation: its whole assessment goes to the store and the review queue.

        Raises
        ------
        UnknownConversationError: no turn of it was ever taken.
        BusyError: others change the conversation all the time.
        """
        about = about or About()
        for _ in range(_TRIES):
            given = self._existing(name)
            if given.ended:
                (entry,) = self.state.read(name, given.revision - 1)
                told = Told(bytes(entry.answer), repeated=True)
                break
            try:
                told = self._end(name, given, about)
                break
            except Conflict:
                continue
        else:
            raise BusyError(
                "others change the conversation all the time", where=name, mend="send it again"
            )
        self.hand_over(name)
        self.full.drop(name)
        self.quick.drop(name)
        return told

    def look(self, name: str) -> Shown:
        """A conversation as it stands.

        Raises
        ------
        UnknownConversationError: no turn of it was ever taken.
        """
        given = self._existing(name)
        transcript, made = self._assess(self.full, name, given, None)
        return Shown(
            conversation_id=name, revision=given.revision, ended=given.ended, about=given.about,
            turns=transcript.turns, waiting_for=given.order.waiting_for,
            missing=given.order.missing, risk=made.risk, findings=made.findings, acts=made.acts,
            alarms=made.handoff.alarms, pii=made.pii,
        )  # fmt: skip

    def hand_over(self, name: str) -> None:
        """Put an ended conversation's assessment into store and queue; again does no harm."""
        if self._store is None:
            return
        given = self._existing(name)
        (entry,) = self.state.read(name, given.revision - 1)
        document = bytes(entry.answer)
        made = msgspec.json.decode(document, type=Assessment)
        transcript = transcript_of(name, given.about, given.turns())
        record = Recorder(now()).record(
            transcript, made, document, queue_reasons(self._alerts, made)
        )
        try:
            Assessments(self._store).add([record])
        except StoreError as error:
            # It stays in the state and is tried again; the sender has its answer.
            log.error("hand_over_failed", reason=str(error))
            return
        self.state.mark_handed(name)

    def hand_over_all(self) -> int:
        """Hand over what a killed process or a store that was away has left; how many."""
        names = self.state.unhanded() if self._store is not None else []
        for name in names:
            self.hand_over(name)
        return len(names)

    def forget_old(self) -> int:
        """Drop ended conversations that are older than the settings say; how many."""
        return self.state.forget_ended(self._clock() - 3600 * self.settings.keep_ended_hours)

    def rows(self) -> list[BoardRow]:
        """All conversations under way, the most pressing first."""
        rows = [msgspec.json.decode(row, type=BoardRow) for row in self.state.rows()]
        return sorted(rows, key=lambda r: (-r.standing, -r.action.priority, r.conversation_id))

    @property
    def incomplete(self) -> bool:
        """Whether something of the recipe could not be loaded: every answer is degraded."""
        return bool(self.full.engine.not_evaluated)

    # -- one request ----------------------------------------------------------------------

    def _take(
        self, name: str, given: Conversation, request: TurnsRequest, key: str | None,
        body: str | None, quick: bool, claim: Callable[[], bool],
    ) -> Told:  # fmt: skip
        at = self._clock()
        said = tuple(t for t in request.turns if is_new(given.order, t))
        entry = Entry(at=at, turns=said, about=request.about(), key=key, body=body)
        after = fold(given, [entry], self.settings.gap)
        provisional = after.order.provisional
        judge = self.quick if quick else self.full
        transcript, made = self._assess(judge, name, after, provisional)
        memory, action = decide(
            self.settings.policy(after.about.queue), given.memory,
            Seen(
                handoff=made.handoff, risk=made.risk.score, at=at,
                transfers=transfers(after, after.turns()), tier=after.about.customer_tier,
                free_agents=request.free_agents, provisional=provisional is not None,
            ),
        )  # fmt: skip
        before, spoken = given.turns(), after.turns()
        same = common_length(before, spoken)
        answer = make_answer(
            transcript, made, self._card(transcript), after,
            sequence=max(t.sequence for t in request.turns), told=given.memory, action=action,
            new_turns=frozenset(range(same, len(transcript.turns))), revised=same < len(before),
            provisional=provisional is not None, degraded=quick or self.incomplete,
        )  # fmt: skip
        if provisional is None:
            told = tuple((f.category, f.turn) for f in made.findings)
            memory = msgspec.structs.replace(memory, findings=told)
        document = _encode(answer)
        entry = msgspec.structs.replace(entry, answer=msgspec.Raw(document), memory=memory)
        if not claim():
            raise Conflict
        self.state.append(name, given.revision, entry, _encode(board_row(answer, after)))
        self._remember(name, msgspec.structs.replace(after, memory=memory))
        return Told(document, action=action, degraded=answer.degraded)

    def _end(self, name: str, given: Conversation, about: About) -> Told:
        at = self._clock()
        after = msgspec.structs.replace(
            given, revision=given.revision + 1, about=given.about.joined(about),
            order=close(given.order), ended=True,
        )  # fmt: skip
        transcript, made = self._assess(self.full, name, after, None)
        document = _encode(made)
        entry = Entry(
            at=at, about=about, answer=msgspec.Raw(document), memory=given.memory, ended=True
        )
        row = BoardRow(
            conversation_id=name, revision=after.revision, turns=len(transcript.turns),
            risk=LiveRisk(made.risk.level, made.risk.score, made.risk.explanation),
            action=Action(), standing=made.handoff.standing, reasons=made.handoff.reasons,
            emotion=live_emotion(transcript, made), queue=after.about.queue,
            agent_id=after.about.agent_id, customer_tier=after.about.customer_tier,
            degraded=False, ended=True,
        )  # fmt: skip
        self.state.append(name, given.revision, entry, _encode(row))
        self._remember(name, after)
        return Told(document)

    def _repeated(
        self, name: str, given: Conversation, request: TurnsRequest, key: str | None,
        body: str | None,
    ) -> bytes | None:  # fmt: skip
        """What was answered before to the same request; ``None`` where it says something new."""
        if key is not None and key in given.keys:
            digest, revision = given.keys[key]
            if digest != body:
                raise BadRequestError(
                    "the idempotency key came before with another body", where="Idempotency-Key",
                    mend="use a new key for every request",
                )  # fmt: skip
            return self._answer(name, revision)
        if not any(is_new(given.order, t) for t in request.turns):
            last = max(t.sequence for t in request.turns)
            return self._answer(name, given.told[last])
        if given.ended:
            raise EndedError(
                "the conversation has ended", where=name,
                mend="use another conversation_id for what is said from now on",
            )  # fmt: skip
        return None

    def _answer(self, name: str, revision: int) -> bytes:
        return bytes(self.state.read(name, revision - 1)[0].answer)

    def _assess(
        self, judge: Judge, name: str, given: Conversation, provisional: SaidTurn | None
    ) -> tuple[Transcript, Assessment]:
        turns = given.turns()
        about = transcript_of(name, given.about, ())
        made = judge.assess(about, turns, provisional)
        heard = turns if provisional is None else [*turns, provisional]
        whole = msgspec.structs.replace(about, turns=tuple(t.turn() for t in heard))
        return whole, made

    def _card(self, transcript: Transcript) -> Scorecard:
        tier = transcript.customer_tier or "default"
        return self._cards.get(tier, self._cards["default"])

    # -- the log --------------------------------------------------------------------------

    def _conversation(self, name: str) -> Conversation:
        """The conversation with all that any process has added."""
        known = self._known.get(name, Conversation())
        fresh = fold(known, self.state.read(name, known.revision), self.settings.gap)
        if fresh.revision:
            self._remember(name, fresh)
        return fresh

    def _existing(self, name: str) -> Conversation:
        given = self._conversation(name)
        if not given.revision:
            raise UnknownConversationError(
                "there is no such conversation", where=name, mend="send its first turn"
            )
        return given

    def _remember(self, name: str, given: Conversation) -> None:
        with self._guard:
            self._known[name] = given
            self._known.move_to_end(name)
            while len(self._known) > self.settings.sessions:
                self._known.popitem(last=False)
