"""Bringing a database of an earlier version to the schema of this program, without losing anything.

``NNN-sqlite.sql`` and ``NNN-mariadb.sql`` lead to version NNN. They are written once and never follow schema.sql later:
they must fit the version before. On SQLite all of it is one transaction. MariaDB and MySQL commit each statement that
defines a table, so there an interrupted update is repeated, and goes on where it was; the version is set last, and the
portal does not start before.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..db import SCHEMA_VERSION, SchemaError, db, execute, fetch, is_sqlite, known_version, statements, write
from ..entregas.cerrojo import uno_a_la_vez
from ..schema import differences

FOLDER = Path(__file__).parent
PORTAL_SECONDS = 20

# What an ALTER TABLE of the MariaDB texts leaves behind, and how to ask for it.
LEAVES = re.compile(r"ALTER TABLE (?P<table>\w+)\b.*?\b(?P<what>RENAME TO|ADD COLUMN|ADD CONSTRAINT) (?P<name>\w+)", re.DOTALL)
IS_THERE = {
    "ADD COLUMN": "SELECT 1 FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?",
    "ADD CONSTRAINT": "SELECT 1 FROM information_schema.table_constraints"
    " WHERE table_schema = DATABASE() AND table_name = ? AND constraint_name = ?",
}


def actualizar() -> None:
    """Bring the database to SCHEMA_VERSION, on a connection of its own; nobody else may be using it.

    Raises SchemaError, and OcupadoError while an import or another update is at work.
    """
    with in_one_transaction() if is_sqlite() else in_patience():
        for version in range(known_version() + 1, SCHEMA_VERSION + 1):
            for statement in steps(version):
                if is_sqlite() or not done(statement):
                    db.execute_sql(statement)
            if version == SCHEMA_VERSION:
                check()
            execute("UPDATE esquema SET version = ?", version)


def steps(version: int) -> list[str]:
    engine = "sqlite" if is_sqlite() else "mariadb"
    text = (FOLDER / f"{version:03}-{engine}.sql").read_text(encoding="utf-8")
    return statements(text.replace("{ultima}", str(fetch("SELECT COALESCE(MAX(id), 0) FROM entrega")[0][0])))


def done(statement: str) -> bool:
    """Whether an update that was interrupted got past this ALTER TABLE, which is done whole or not at all."""
    leaves = LEAVES.match(statement)
    if not leaves:
        return False
    if leaves["what"] == "RENAME TO":
        return db.table_exists(leaves["name"])
    return bool(fetch(IS_THERE[leaves["what"]], leaves["table"], leaves["name"]))


def check() -> None:
    if problems := differences():
        raise SchemaError("Las tablas no quedaron como este programa las necesita:\n- " + "\n- ".join(problems))
    if is_sqlite() and (orphan := db.execute_sql("PRAGMA foreign_key_check").fetchone()):
        raise SchemaError(f"La tabla {orphan[0]} tiene una fila ({orphan[1]}) que apunta a {orphan[2]}, que no existe.")


@contextmanager
def in_one_transaction() -> Iterator[None]:
    """SQLite: foreign keys can only be switched off outside a transaction."""
    with uno_a_la_vez():
        db.execute_sql("PRAGMA foreign_keys = 0")
        try:
            with write():
                yield
        finally:
            db.execute_sql("PRAGMA foreign_keys = 1")


@contextmanager
def in_patience() -> Iterator[None]:
    """MariaDB: a connection that waits for a table of millions of rows, but not long for a portal that was left running."""
    usual = {name: db.connect_params[name] for name in ("read_timeout", "write_timeout")}
    db.close_idle()
    db.connect_params.update(dict.fromkeys(usual))
    try:
        db.connect()
        db.execute_sql(f"SET SESSION lock_wait_timeout = {PORTAL_SECONDS}")
        with uno_a_la_vez():
            yield
    finally:
        db.connect_params.update(usual)
        db.manual_close()
