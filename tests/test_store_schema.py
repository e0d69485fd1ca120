import re
from pathlib import Path

import pytest
import zstandard
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from ccnlp.errors import CcnlpError, StoreError
from ccnlp.store import migrations as migrations_package
from ccnlp.store import open_store, store_url
from ccnlp.store.connection import connect, schema_version
from ccnlp.store.migrations import upgrade
from ccnlp.store.schema import HEAD

_CONSTRAINT = re.compile(", (?=CONSTRAINT)")


def _statements(file: Path) -> list[tuple[str, list[str]]]:
    """Every table and index, its constraints in order of their names."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
        ).all()
    engine.dispose()
    return sorted(
        (f"{kind} {name}", sorted(p.rstrip(" )") for p in _CONSTRAINT.split(" ".join(sql.split()))))
        for kind, name, sql in rows
    )


def test_upgraded_and_fresh_schema_are_the_same(tmp_path: Path) -> None:
    open_store(tmp_path / "fresh.sqlite").close()
    with connect(tmp_path / "upgraded.sqlite") as store:
        assert upgrade(store) == (None, HEAD)
    assert _statements(tmp_path / "upgraded.sqlite") == _statements(tmp_path / "fresh.sqlite")


def test_head_is_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(Path(migrations_package.__file__).parent))
    assert scripts.get_heads() == [HEAD]


def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store:
        assert upgrade(store) == (HEAD, HEAD)


def test_writes_beside_readers(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store, store.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert schema_version(connection) == HEAD


@pytest.mark.parametrize(("version", "mend"), [("0000", "db upgrade"), ("9999", "newer version")])
def test_another_schema_is_refused(tmp_path: Path, version: str, mend: str) -> None:
    file = tmp_path / "s.sqlite"
    with open_store(file) as store, store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    with pytest.raises(StoreError, match=mend) as raised:
        open_store(file)
    assert raised.value.exit_code == 3


def test_a_store_of_something_else_is_refused(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 's.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE wine (id INTEGER)"))
    engine.dispose()
    with pytest.raises(StoreError, match="not ccnlp's"):
        open_store(tmp_path / "s.sqlite")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.sqlite").write_text("no database " * 100)
    with pytest.raises(StoreError, match="the database says"):
        open_store(tmp_path / "s.sqlite")


def test_reading_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such store"):
        open_store(tmp_path / "none.sqlite", create=False)
    assert not (tmp_path / "none.sqlite").exists()


@pytest.mark.parametrize("url", ["nonsense://x", "://", "postgresql+nodriver://h/d"])
def test_a_wrong_url_says_what_to_write(url: str) -> None:
    with pytest.raises(CcnlpError, match="name a file"):
        connect(url)


def test_a_missing_driver_is_named() -> None:
    with pytest.raises(CcnlpError) as raised:
        connect("postgresql+asyncpg_that_is_not_there://h/d")
    assert raised.value.exit_code in (2, 3)


def test_paths_become_urls(tmp_path: Path) -> None:
    assert store_url(tmp_path / "a.sqlite") == f"sqlite:///{tmp_path}/a.sqlite"
    assert store_url("postgresql://h/d") == "postgresql://h/d"


def test_an_upgrade_finds_the_customers_of_what_is_there(tmp_path: Path) -> None:
    file = tmp_path / "old.sqlite"
    with connect(file) as store:
        upgrade(store, "0001")
        transcripts = ['{"customer_id":"C9"}', "{}"]
        with store.engine.begin() as connection:
            for place, written in enumerate(transcripts):
                connection.execute(
                    text(
                        "INSERT INTO conversation (conversation_id, content, channel, turns, "
                        "transcript) VALUES (:i, 'x', 'chat', 0, :t)"
                    ),
                    {"i": f"c{place}", "t": zstandard.compress(written.encode())},
                )
        assert upgrade(store) == ("0001", HEAD)
        with store.engine.connect() as connection:
            found = connection.execute(text("SELECT customer_id FROM conversation ORDER BY id"))
            assert found.scalars().all() == ["C9", None]
