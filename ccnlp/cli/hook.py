"""``ccnlp hook``: the live hook as a server."""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

import typer

from ccnlp.cli.output import StoreOption, say_error
from ccnlp.errors import ConfigError, UnavailableError


def hook(
    state: Annotated[
        str, typer.Option("--state", help="sqlite:///FILE, or redis://HOST:6379/0.")
    ] = "sqlite:///live.sqlite",
    recipe: Annotated[
        Path | None, typer.Option("--recipe", "-r", help="Recipe; without it the shipped one.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="Policies and limits (docs/live.md).")
    ] = None,
    store: StoreOption = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = 8710,
    tokens: Annotated[
        Path | None, typer.Option("--tokens", help="File with one API token a line.")
    ] = None,
) -> None:
    """Answer each turn of conversations under way: handoff, findings, emotion, help.

    For example:

        ccnlp hook --state sqlite:///live.sqlite --store ccnlp.sqlite

        ccnlp hook --state redis://cache:6379/0 --host 0.0.0.0 --tokens tokens.txt

    Any number of them may share a state. Tokens may also stand in CCNLP_HOOK_TOKENS, with commas
    between. Without tokens it listens to this machine alone. docs/live.md describes the interface.
    """
    known = read_tokens(tokens)
    if not known and not _is_loopback(host):
        raise ConfigError(
            "others could reach it without a token", where="--host",
            mend="name --tokens FILE, or listen at 127.0.0.1",
        )  # fmt: skip
    uvicorn = _uvicorn()
    from ccnlp.config import load_recipe
    from ccnlp.live.app import make_app
    from ccnlp.live.hook import Hook
    from ccnlp.live.policy import load_settings
    from ccnlp.live.state import open_state
    from ccnlp.store.connection import open_store

    loaded, given = load_recipe(recipe), load_settings(settings)
    kept = open_state(state)
    with open_store(store or "ccnlp.sqlite") as opened:
        made = make_app(Hook(loaded, kept, given, opened), known)
        server = uvicorn.Server(
            uvicorn.Config(
                made, host=host, port=port, log_config=None, access_log=False,
                ws="websockets-sansio", ws_max_size=1 << 20, timeout_graceful_shutdown=5,
                timeout_keep_alive=75,
            )
        )  # fmt: skip
        say_error(f"recipe {loaded.name}, state {kept.url}, store {opened.url}")
        server.run()
    kept.close()


def read_tokens(file: Path | None) -> list[str]:
    """Tokens of a file and of ``CCNLP_HOOK_TOKENS``.

    Raises
    ------
    ConfigError: the file cannot be read or holds none, or a token is short.
    """
    found = [t.strip() for t in os.environ.get("CCNLP_HOOK_TOKENS", "").split(",") if t.strip()]
    if file is not None:
        try:
            lines = file.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                "cannot be read", where=f"--tokens {file}", mend="write one token a line"
            ) from error
        own = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        if not own:
            raise ConfigError("holds no token", where=str(file), mend="write one token a line")
        found += own
    if any(len(token) < 16 or not token.isascii() for token in found):
        raise ConfigError(
            "a token is shorter than 16 characters or not ASCII", where="--tokens",
            mend="openssl rand -hex 32 makes one",
        )  # fmt: skip
    return found


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _uvicorn() -> Any:
    try:
        import fastapi  # noqa: F401
        import prometheus_client  # noqa: F401
        import uvicorn
    except ImportError as error:
        raise UnavailableError(
            f"the package {error.name} is not installed", where="ccnlp hook",
            mend="pip install 'ccnlp[live]'",
        ) from error  # fmt: skip
    return uvicorn
