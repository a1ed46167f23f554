"""The books in both databases, for real; PostgreSQL is left out, and says so, where there is none."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from services.books.database import Books, open_books
from tests.support import postgres

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    if postgres.programs() is None:
        pytest.skip("no PostgreSQL on this machine (`apt-get install postgresql`): not tested against it")
    with postgres.postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'books.sqlite'}"
    server: str = request.getfixturevalue("server")
    name = f"books_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def books(url: str) -> Iterator[Books]:
    opened = open_books(url)
    yield opened
    opened.close()
