"""A store with the contacts of a few customers, for tests of ladder, ledger and failure modes."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from assessments import assessment

from ccnlp.store import Assessments, Recorder, Store
from ccnlp.types import Act, Assessment, Complaint, Finding, Transcript, Turn

REPLY = "非常抱歉,24小时内给您回电"


def contact(
    name: str, at: str | None, *categories: str, customer: str | None = "C1",
    said: str = "怎么还没人联系我", reply: str = REPLY, complaint: bool | None = None,
) -> tuple[Transcript, Assessment]:  # fmt: skip
    """A conversation with a finding of each category; its agent makes the promise in ``reply``."""
    about = Transcript(
        name, (Turn("customer", said), Turn("agent", reply)), started_at=at, customer_id=customer,
        agent_id="A1", team="华东",
    )  # fmt: skip
    findings = tuple(
        Finding(c, "medium", 0, 0, len(said), said, "customer", 0.9, f"phrases.{c}.t", "t")
        for c in categories
    )
    at_deadline = reply.find("24")
    acts = (
        (Act("time_commitment", 1, at_deadline, len(reply), reply[at_deadline:], 0.9, "t"),)
        if at_deadline >= 0
        else ()
    )
    is_complaint = "complaint" in categories if complaint is None else complaint
    made = msgspec.structs.replace(
        assessment(name), findings=findings, acts=acts, pii=(), emotions=(),
        complaint=Complaint(is_complaint, 0.9),
    )  # fmt: skip
    return about, made


def keep(
    store: Store, contacts: Sequence[tuple[Transcript, Assessment]], reasons: Sequence[str] = ()
) -> None:
    """Put contacts into a store, as a run would."""
    recorder = Recorder("2026-03-20T00:00:00+00:00")
    Assessments(store).add(
        [recorder.record(said, made, msgspec.json.encode(made), reasons) for said, made in contacts]
    )


def opened(folder: Path) -> Store:
    """A fresh store."""
    from ccnlp.store import open_store

    return open_store(folder / "ccnlp.sqlite")
