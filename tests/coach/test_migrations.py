"""The steps make exactly what the models say, in one line, up, down and up again."""

from uuid import uuid4

import pytest
from sqlalchemy import create_engine, inspect, text

from coach import migrations
from coach.models import metadata
from tests.embedded import Servers


@pytest.fixture
def url(servers: Servers) -> str:
    return servers.create_database(f"{servers.template}_{uuid4().hex}")


def test_there_is_one_last_step() -> None:
    assert len(migrations.heads()) == 1


def test_models_and_migrated_tables_are_the_same(url: str) -> None:
    migrations.check(url)


def test_every_step_can_be_taken_back_and_again(url: str) -> None:
    migrations.downgrade(url)
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
    migrations.upgrade(url)
    migrations.check(url)


def test_constraints_and_indexes_are_the_same_word_by_word(url: str, servers: Servers) -> None:
    """Alembic's own comparison does not look into CHECKs and partial indexes."""
    modelled = servers.create_database(f"{servers.template}_{uuid4().hex}")
    migrations.downgrade(modelled)
    engine = create_engine(modelled)
    metadata.create_all(engine)
    engine.dispose()
    assert _definitions(url) == _definitions(modelled)


def _definitions(url: str) -> dict[str, str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        constraints = connection.execute(
            text(
                "SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'"
            )
        )
        indexes = connection.execute(
            text(
                "SELECT indexname, indexdef FROM pg_indexes"
                " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            )
        )
        found = {name: definition for name, definition in (*constraints, *indexes)}
    engine.dispose()
    return found
