"""Opening a store: from a file's path or a database URL, with its schema checked.

A fresh database gets the newest schema in one step; an older one is never changed behind the
user's back (``ccnlp db upgrade`` does it), and a newer one is refused.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from ccnlp.errors import CcnlpError, StoreError, UnavailableError
from ccnlp.store.desk_schema import metadata
from ccnlp.store.schema import HEAD, alembic_version

#: Seconds that a writer waits for another one.
BUSY_SECONDS = 30


class Store:
    """An open store; close it, or use it in a ``with`` statement."""

    def __init__(self, engine: Engine, url: str) -> None:
        self.engine = engine
        #: The URL without a password, for messages.
        self.url = url

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def store_url(named: str | Path) -> str:
    """A database URL of a file's path or a URL; paths become SQLite files."""
    given = str(named)
    return given if "://" in given else f"sqlite:///{Path(given).expanduser()}"


def connect(named: str | Path) -> Store:
    """Connect, whatever stands in the database.

    Raises
    ------
    ConfigError: the URL is wrong.
    UnavailableError: its driver is not installed.
    """
    url = store_url(named)
    try:
        parsed = make_url(url)
        engine = create_engine(parsed)
    except ImportError as error:
        raise UnavailableError(
            f"the driver {error.name} is not installed", where=url.partition("://")[0],
            mend="pip install 'ccnlp[postgres]' for PostgreSQL",
        ) from error  # fmt: skip
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise CcnlpError(
            "is no path or database URL that can be used", where="--store",
            mend="name a file, sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME",
        ) from error  # fmt: skip
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
    return Store(engine, parsed.render_as_string(hide_password=True))


def open_store(named: str | Path, *, create: bool = True) -> Store:
    """Connect and see that the schema is the one this version writes.

    Raises
    ------
    StoreError: there is no such database and ``create`` is false, or its schema is another.
    """
    url = store_url(named)
    file = _sqlite_file(url)
    if file is not None:
        if not create and not file.exists():
            raise _no_store(file)
        if create:
            file.parent.mkdir(parents=True, exist_ok=True)
    store = connect(named)
    try:
        with store.engine.begin() as connection:
            _check_schema(connection, store.url, create)
    except SQLAlchemyError as error:
        store.close()
        raise unusable(store.url, error) from error
    except CcnlpError:
        store.close()
        raise
    return store


def unusable(url: str, error: SQLAlchemyError) -> StoreError:
    """A database's own complaint as one of ours; statement and parameters are left out."""
    cause = getattr(error, "orig", None) or error
    first = str(cause).strip().splitlines() or [type(cause).__name__]
    return StoreError(
        f"the database says: {first[0]}", where=url,
        mend="check that it is a ccnlp store, that it can be written and that none holds it",
    )  # fmt: skip


def current_version(store: Store) -> str | None:
    """Name of a store's last migration; ``None`` where it holds no schema of ours.

    Raises
    ------
    StoreError: there is no such database, or it cannot be read.
    """
    file = _sqlite_file(store.url)
    if file is not None and not file.exists():
        raise _no_store(file)
    try:
        with store.engine.connect() as connection:
            return schema_version(connection)
    except SQLAlchemyError as error:
        raise unusable(store.url, error) from error


def schema_version(connection: Connection) -> str | None:
    """Name of the last migration; ``None`` where the database holds no schema of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = connection.execute(select(alembic_version.c.version_num)).scalar()
    return None if version is None else str(version)


def _check_schema(connection: Connection, url: str, create: bool) -> None:
    version = schema_version(connection)
    if version == HEAD:
        return
    if version is not None:
        known = version < HEAD
        raise StoreError(
            f"its schema is {version}, this version of ccnlp uses {HEAD}", where=url,
            mend="run `ccnlp db upgrade`" if known else "use a newer version of ccnlp",
        )  # fmt: skip
    if inspect(connection).get_table_names():
        raise StoreError(
            "it holds tables that are not ccnlp's", where=url, mend="name another database"
        )
    if not create:
        raise StoreError("it is empty", where=url, mend="run `ccnlp score` first")
    # As `alembic upgrade head` would leave it, at a tenth of its time.
    metadata.create_all(connection)
    alembic_version.create(connection)
    connection.execute(insert(alembic_version), [{"version_num": HEAD}])


def _no_store(file: Path) -> StoreError:
    return StoreError(
        "there is no such store", where=str(file),
        mend="run `ccnlp score` first, or name it by --store or --out",
    )  # fmt: skip


def _sqlite_file(url: str) -> Path | None:
    prefix = "sqlite:///"
    name = url.removeprefix(prefix)
    return Path(name) if url.startswith(prefix) and name not in ("", ":memory:") else None


def _tune_sqlite(connection: Any, _: object) -> None:
    """Readers beside one writer, and a commit that waits for the disk only at checkpoints."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.close()
