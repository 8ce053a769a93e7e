"""The steps make exactly what the models say, in one line, up, down and up again."""

from uuid import uuid4

import pytest
from sqlalchemy import create_engine, inspect

from coach import migrations
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
