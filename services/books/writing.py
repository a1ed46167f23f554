"""Writes changes of rows: the words of SQL for `changes.applied`, in SQLite and PostgreSQL alike."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, Table, func
from sqlalchemy.dialects import postgresql, sqlite

from services.books.changes import Cell, Change
from services.books.tables import Tables


def write(
    connection: Connection, made: Tables, written: Sequence[tuple[str, int, tuple[Change, ...]]]
) -> None:
    """Write changes of messages, (stream, sequence, changes) each, in order."""
    batches: list[tuple[_Statement, list[dict[str, Cell]]]] = []
    apart: dict[_Statement, list[dict[str, Cell]]] = {}
    for stream, sequence, changes in written:
        for one in changes:
            names = (tuple(sorted(one.last)), tuple(sorted(one.first)), tuple(sorted(one.add)))
            keys = tuple(name for name, _ in one.key)
            statement = _upsert(connection.dialect.name, made[one.table], keys, names)
            own: dict[str, Cell] = {"stream": stream, "sequence": sequence, "first_sequence": sequence}
            cells = {**own, **one.first, **one.last, **one.add, **dict(one.key)}
            if "sequence" in keys:
                # Never changed afterwards: their order means nothing.
                apart.setdefault(statement, []).append(cells)
            elif batches and batches[-1][0] is statement:
                batches[-1][1].append(cells)
            else:
                batches.append((statement, [cells]))
    for made_statement, rows in (*batches, *apart.items()):
        connection.execute(made_statement, rows)


_Statement = sqlite.Insert | postgresql.Insert


@lru_cache(maxsize=2048)
def _upsert(
    dialect: str, table: Table, key: tuple[str, ...], names: tuple[tuple[str, ...], ...]
) -> _Statement:
    last, first, add = names
    columns = {*key, *last, *first, *add, "stream", "sequence", "first_sequence"}
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(table)
    new = statement.excluded
    setting = {
        **{name: func.coalesce(table.c[name], new[name]) for name in first},
        **{name: new[name] for name in last},
        **{name: table.c[name] + new[name] for name in add},
        "sequence": new.sequence,
    }
    assert columns <= set(table.c.keys()), f"{table.name} has no {sorted(columns - set(table.c.keys()))}"
    return statement.on_conflict_do_update(
        index_elements=list(key), set_=setting, where=table.c.sequence < new.sequence
    )
