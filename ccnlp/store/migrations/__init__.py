"""Bringing a database to the newest schema: Alembic, run from inside the package."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from ccnlp.errors import StoreError
from ccnlp.store.connection import Store, schema_version, unusable


def upgrade(store: Store, revision: str = "head") -> tuple[str | None, str | None]:
    """Upgrade a store; answers its version before and after.

    Raises
    ------
    StoreError: the database cannot be used, or its version is not known.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    try:
        with store.engine.begin() as connection:
            before = schema_version(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            return before, schema_version(connection)
    except CommandError as error:
        raise StoreError(
            str(error), where=store.url, mend="use a newer version of ccnlp"
        ) from error
    except SQLAlchemyError as error:
        raise unusable(store.url, error) from error
