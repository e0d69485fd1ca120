"""``ccnlp serve``: the review desk in a browser, and ``ccnlp audit``: its log."""

import ipaddress
import logging
from pathlib import Path
from typing import Annotated

import typer

from ccnlp.cli.output import JsonOption, OutOption, StoreOption, existing_store, print_json
from ccnlp.errors import ConfigError, StoreError, UnavailableError


def serve(
    out: OutOption = None, store: StoreOption = None,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")] = 8000,
    settings: Annotated[
        Path | None, typer.Option(help="Times and limits; see configs/desk/default.yaml.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(help="TLS certificate, PEM.")] = None,
    key: Annotated[Path | None, typer.Option(help="Its private key, PEM.")] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy on this machine does TLS.")
    ] = False,
) -> None:  # fmt: skip
    """Open the review desk; the first visitor with the printed link makes the admin.

    For example:

        ccnlp serve --out demo-out
    """
    try:
        import uvicorn

        from ccnlp.desk.app import make_app
        from ccnlp.desk.settings import load_settings
    except ImportError as error:
        raise UnavailableError(
            f"{error.name} is not installed", where="the review desk",
            mend="pip install 'ccnlp[desk]'",
        ) from error  # fmt: skip
    if not (_local(host) or behind_proxy or (certificate and key)):
        raise ConfigError(
            "passwords would go over the network in the clear", where=f"--host {host}",
            mend="give --certificate and --key, or let a proxy do TLS and say --behind-proxy",
        )  # fmt: skip
    with existing_store(store, out) as opened:
        app = make_app(opened, load_settings(settings))
        place = f"{'https' if certificate else 'http'}://{host}:{port}/"
        typer.echo(f"review desk: {place}")
        if not app.state.desk.accounts.any():
            typer.echo(f"make the first account: {place}setup?code={app.state.setup_code}")
        # No line a request: addresses hold what people search for.
        uvicorn.run(
            app, host=host, port=port, access_log=False, log_level=logging.WARNING,
            server_header=False, proxy_headers=behind_proxy, forwarded_allow_ips="127.0.0.1",
            ssl_certfile=certificate, ssl_keyfile=key,
        )  # fmt: skip


def make_audit_app() -> typer.Typer:
    """The group of commands."""
    app = typer.Typer(help="The audit log of the review desk.", no_args_is_help=True)
    app.callback()(_audit)
    app.command()(verify)
    return app


def _audit() -> None:
    """The audit log of the review desk."""


def verify(
    out: OutOption = None, store: StoreOption = None,
    expect: Annotated[
        str | None, typer.Option(help="A hash noted before: it must stand in the log.")
    ] = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Work out the chain of the audit log again; exit code 3 where it is broken.

    For example:

        ccnlp audit verify --out demo-out
    """
    from ccnlp.store.audit import AuditLog

    with existing_store(store, out) as opened:
        log = AuditLog(opened)
        result = log.verify()
        kept = expect is None or log.holds(expect)
    if as_json:
        print_json({"verified": result, "expected_found": kept})
    if result.broken is not None:
        raise StoreError(
            f"entry {result.broken}: {result.reason}", where="audit log",
            mend="compare with a backup: somebody changed the database",
        )  # fmt: skip
    if not kept:
        raise StoreError(
            "the hash noted before is not in it", where="audit log",
            mend="compare with a backup: the log was written anew",
        )  # fmt: skip
    if not as_json:
        typer.echo(f"{result.entries:,} entries hold together; the last hash is {result.last_hash}")


def _local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
