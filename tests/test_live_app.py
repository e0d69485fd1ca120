"""The hook over HTTP: a real server on loopback, asked by real clients."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from recipes import tiny_recipe

httpx = pytest.importorskip("httpx")
uvicorn = pytest.importorskip("uvicorn")
pytest.importorskip("fastapi")
pytest.importorskip("prometheus_client")
websockets = pytest.importorskip("websockets.sync.client")

from websockets.exceptions import InvalidStatus  # noqa: E402

from ccnlp.cli.hook import read_tokens  # noqa: E402
from ccnlp.config import load_recipe  # noqa: E402
from ccnlp.engine import Engine  # noqa: E402
from ccnlp.errors import ConfigError  # noqa: E402
from ccnlp.live.app import MOST_BYTES, make_app  # noqa: E402
from ccnlp.live.client import AsyncLiveClient, LiveClient  # noqa: E402
from ccnlp.live.faults import HookError, NotReadyError  # noqa: E402
from ccnlp.live.hook import Hook  # noqa: E402
from ccnlp.live.messages import SaidTurn  # noqa: E402
from ccnlp.live.policy import LiveSettings, Policy  # noqa: E402
from ccnlp.live.replay import InProcess, compare, play  # noqa: E402
from ccnlp.live.state import open_state  # noqa: E402
from ccnlp.store.connection import open_store  # noqa: E402
from ccnlp.store.queue import QueueFilter, ReviewQueue  # noqa: E402
from ccnlp.types import Transcript, Turn  # noqa: E402

TOKEN = "a-token-of-the-tests"  # noqa: S105
SETTINGS = LiveSettings(queues={"default": Policy()}, budget_ms=30_000, most_waiting=3)


class Served:
    def __init__(self, folder: Path) -> None:
        self.state = open_state(f"sqlite:///{folder / 'live.sqlite'}")
        self.store = open_store(folder / "store.sqlite")
        self.hook = Hook(load_recipe(tiny_recipe(folder)), self.state, SETTINGS, self.store)
        made = make_app(self.hook, [TOKEN])
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            made, log_config=None, ws="websockets-sansio", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.01)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self.state.close()
        self.store.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("served"))
    yield made
    made.close()


@pytest.fixture
def http(served: Served) -> Iterator[Any]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=served.url, headers=headers, timeout=60) as client:
        yield client


def body(*turns: dict[str, Any]) -> dict[str, Any]:
    return {"channel": "chat", "turns": [*turns]}


COMPLAINT = {
    "sequence": 0,
    "speaker": "customer",
    "text": "我要投诉你们",
    "start_seconds": 1.5,
    "final": True,
}


def test_the_contract(http: Any, served: Served) -> None:
    answer = http.post("/v1/conversations/c-1/turns", json=body(COMPLAINT))
    assert answer.status_code == 200
    said = answer.json()
    assert {
        "conversation_id",
        "sequence",
        "handoff",
        "findings",
        "emotion",
        "risk",
        "assist",
        "degraded",
    } <= said.keys()
    assert (said["conversation_id"], said["sequence"], said["degraded"]) == ("c-1", 0, False)
    (finding,) = said["findings"]
    assert COMPLAINT["text"][finding["start"] : finding["end"]] == finding["quote"]
    again = http.post("/v1/conversations/c-1/turns", json=body(COMPLAINT))
    assert again.content == answer.content
    assert again.headers["ccnlp-repeated"] == "true"
    assert http.get("/v1/conversations/c-1").json()["turns"][0]["text"] == COMPLAINT["text"]
    assert "c-1" in [row["conversation_id"] for row in http.get("/v1/conversations").json()]
    ended = http.post("/v1/conversations/c-1/end")
    night = Engine(served.hook.recipe).score(
        Transcript("c-1", (Turn("customer", "我要投诉你们", 1.5),))
    )
    assert ended.content == msgspec.json.encode(night)
    assert ReviewQueue(served.store).count(QueueFilter()) >= 1
    late = http.post("/v1/conversations/c-1/turns", json=body({**COMPLAINT, "sequence": 1}))
    assert late.status_code == 409


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"turns": []}, "$.turns"),
        ({"turns": [{**COMPLAINT, "sequence": -1}]}, "$.turns[0].sequence"),
        ({"turns": [{**COMPLAINT, "speaker": "boss"}]}, "$.turns[0].speaker"),
        ({"turns": [{**COMPLAINT, "finale": True}]}, "$.turns[0]"),
        ({"turns": [{**COMPLAINT, "text": "长" * 20_001}]}, "$.turns[0].text"),
    ],
)
def test_a_wrong_body_is_told_where(http: Any, given: dict[str, Any], where: str) -> None:
    answer = http.post("/v1/conversations/c-9/turns", json=given)
    assert answer.status_code == 422
    said = answer.json()
    assert said["where"] == f"body: {where}"
    assert said["what"]
    assert said["mend"]


def test_what_is_refused(http: Any, served: Served) -> None:
    for token in ("none", TOKEN[:-1]):
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{served.url}/v1/conversations", headers=headers).status_code == 401
    assert http.get("/v1/conversations/nobody").status_code == 404
    assert http.post("/v1/conversations/nobody/end").status_code == 404
    assert http.post("/v1/conversations/a%20b/turns", json=body(COMPLAINT)).status_code == 422
    assert http.post("/v1/conversations/c-9/turns", content=b"{").status_code == 422
    large = b" " * (MOST_BYTES + 1)
    assert http.post("/v1/conversations/c-9/turns", content=large).status_code == 413


def test_an_idempotency_key_over_http(http: Any) -> None:
    url, headers = "/v1/conversations/c-key/turns", {"Idempotency-Key": "k-1"}
    first = http.post(url, json=body(COMPLAINT), headers=headers)
    assert http.post(url, json=body(COMPLAINT), headers=headers).content == first.content
    other = http.post(url, json=body({**COMPLAINT, "sequence": 1}), headers=headers)
    assert other.status_code == 422


def test_health_and_metrics_need_no_token_and_tell_no_text(served: Served, http: Any) -> None:
    http.post("/v1/conversations/c-metrics/turns", json=body(COMPLAINT))
    assert httpx.get(f"{served.url}/healthz").json() == {"alive": True}
    assert httpx.get(f"{served.url}/readyz").json()["ready"] is True
    text = httpx.get(f"{served.url}/metrics").text
    assert "ccnlp_live_turns_total" in text
    assert "投诉" not in text
    assert "c-metrics" not in text


def test_the_openapi_document_has_our_types(http: Any) -> None:
    document = http.get("/openapi.json").json()
    assert {"TurnsRequest", "TurnsAnswer", "Assessment", "ErrorAnswer"} <= document["components"][
        "schemas"
    ].keys()
    assert "requestBody" in document["paths"]["/v1/conversations/{name}/turns"]["post"]


def test_too_many_calls_are_refused_politely(http: Any, served: Served) -> None:
    held = threading.Event()
    whole = served.hook.full.assess

    def slow(*given: Any) -> Any:
        held.wait(30)
        return whole(*given)

    served.hook.full.assess = slow  # type: ignore[method-assign]
    statuses: list[int] = []

    def call(number: int) -> None:
        answer = httpx.post(
            f"{served.url}/v1/conversations/busy-{number}/turns", json=body(COMPLAINT),
            headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60,
        )  # fmt: skip
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            assert answer.headers["retry-after"] == "1"
            held.set()

    try:
        threads = [threading.Thread(target=call, args=(n,)) for n in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        held.set()
        served.hook.full.assess = whole  # type: ignore[method-assign]
    assert 429 in statuses
    assert statuses.count(200) >= 3
    assert http.post("/v1/conversations/busy-0/turns", json=body(COMPLAINT)).status_code == 200


def test_rules_answer_where_the_engine_fails(http: Any, served: Served) -> None:
    whole = served.hook.full.assess

    def broken(*given: Any) -> Any:
        raise RuntimeError("a model broke down")

    served.hook.full.assess = broken  # type: ignore[method-assign]
    try:
        said = http.post("/v1/conversations/c-broken/turns", json=body(COMPLAINT)).json()
    finally:
        served.hook.full.assess = whole  # type: ignore[method-assign]
    assert said["degraded"] is True
    assert [f["category"] for f in said["findings"]] == ["complaint"]


def test_a_stream_answers_message_by_message(served: Served) -> None:
    url = served.url.replace("http", "ws") + "/v1/stream"
    with websockets.connect(url, additional_headers={"Authorization": f"Bearer {TOKEN}"}) as stream:
        stream.send(json.dumps({"conversation_id": "c-ws", **body(COMPLAINT)}))
        assert json.loads(stream.recv())["conversation_id"] == "c-ws"
        stream.send("{}")
        assert json.loads(stream.recv())["status"] == 422
        stream.send(json.dumps({"conversation_id": "c-ws", **body({**COMPLAINT, "sequence": 1})}))
        assert json.loads(stream.recv())["judged"] == 2
    with pytest.raises(InvalidStatus, match=r"40[13]"), websockets.connect(url):
        pass


def test_watchers_are_told_of_changes(http: Any) -> None:
    http.post("/v1/conversations/c-watched/turns", json=body(COMPLAINT))
    seen: list[str] = []
    with http.stream("GET", "/v1/watch") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        for line in events.iter_lines():
            seen.append(line)
            if "c-watched" in line and seen[-2] == "event: conversation":
                http.post("/v1/conversations/c-watched/end")
            if "c-watched" in line and seen[-2] == "event: ended":
                break


def test_the_clients(served: Served) -> None:
    turn = SaidTurn(0, "customer", "我要投诉你们")
    with LiveClient(served.url, TOKEN) as client:
        assert client.say("c-sync", [turn], channel="chat").judged == 1
        assert client.look("c-sync").turns[0].text == turn.text
        assert "c-sync" in [row.conversation_id for row in client.board()]
        assert client.end("c-sync").complaint.is_complaint
        with pytest.raises(HookError) as refused:
            client.look("nobody")
        assert refused.value.status == 404
    with LiveClient("http://127.0.0.1:1", tries=2) as client, pytest.raises(NotReadyError):
        client.board()

    async def ask() -> None:
        async with AsyncLiveClient(served.url, TOKEN) as client:
            assert (await client.say("c-async", [turn])).judged == 1
            assert (await client.end("c-async")).complaint.is_complaint

    asyncio.run(ask())


def test_a_replay_agrees_with_the_night(served: Served, tmp_path: Path) -> None:
    talks = [
        Transcript(f"r-{n}", (Turn("agent", "您好"), Turn("customer", text)))
        for n, text in enumerate(("我要投诉你们", "谢谢"))
    ]
    state = open_state(f"sqlite:///{tmp_path / 'live.sqlite'}")
    hook = Hook(served.hook.recipe, state, SETTINGS)
    figures = compare(asyncio.run(play(InProcess(hook), talks)), Engine(served.hook.recipe))
    assert (figures.conversations, figures.turns) == (2, 4)
    assert figures.same_assessment == figures.same_handoff_turn == 1.0
    assert figures.false_transfers == 0.0
    state.close()


def test_tokens_are_read_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CCNLP_HOOK_TOKENS", raising=False)
    file = tmp_path / "tokens"
    file.write_text(f"# ours\n{TOKEN}\n\n")
    assert read_tokens(file) == [TOKEN]
    assert read_tokens(None) == []
    file.write_text("short\n")
    with pytest.raises(ConfigError, match="shorter"):
        read_tokens(file)


def test_who_goes_away_while_sending_does_no_harm(http: Any, served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as raw:
        raw.sendall(
            b"POST /v1/conversations/c-gone/turns HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n"
            + f"Authorization: Bearer {TOKEN}\r\n\r\n".encode()
            + b'{"turns": [{'
        )
    assert http.get("/v1/conversations/c-gone").status_code == 404
