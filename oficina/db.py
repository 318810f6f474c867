"""The database by URL: connections kept per thread, write transactions, the schema and its version.

SQLite is used through APSW, whose bundled library is recent enough for write-ahead logging to be safe
(SQLite 3.51.3 mended a corruption that Debian's packages still have); MariaDB and MySQL through PyMySQL.
"""

import functools
import getpass
import os
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import apsw
import click
from peewee import Database, DatabaseError, DatabaseProxy, OperationalError, SqliteDatabase
from playhouse.apsw_ext import APSWDatabase
from playhouse.pool import PooledMySQLDatabase

from .config import ConfigError

SCHEMA_VERSION = 3
SCHEMA_FILE = Path(__file__).parent.parent / "schema.sql"
SAFE_WAL = (3, 51, 3)
STRICT_MODE = "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
BUSY_SECONDS = 10
RETRIES = 3
# MariaDB: 1213 deadlock, 1205 lock wait timeout, 1020 record changed since the snapshot, 1305 a savepoint that the deadlock of
# a unit inside another took with it.
RETRYABLE = {1213, 1205, 1020, 1305}

db = DatabaseProxy()
waiting = threading.local()  # since when this thread waits for SQLite's lock


class AwayError(ConfigError):
    """The database cannot be entered: no mistake in what was asked, and the same may work later."""

    exit_code = 4


class SchemaError(click.ClickException):
    """The database does not hold the schema this program needs; the message is Spanish."""


def utcnow() -> datetime:
    """Now in UTC, naive and without fraction, as every DATETIME column keeps it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def use(url: str) -> Database:
    """Make ``url`` the database of the models. Nothing is opened yet. Raises ConfigError."""
    database = sqlite(url) if url.startswith("sqlite:///") else mysql(url)
    db.initialize(database)
    return database


class ImpatientDatabase(APSWDatabase):
    """SQLite that asks for the write lock again every millisecond.

    SQLite's own waiting looks less and less often, down to ten times a second: while a delivery writes, with gaps of
    milliseconds between its transactions, somebody would miss them for seconds.
    """

    def _initialize_connection(self, conn: apsw.Connection) -> None:
        conn.setbusyhandler(ask_again)


def ask_again(times: int) -> bool:
    if times == 0:
        waiting.since = time.monotonic()
    time.sleep(0.001)
    return time.monotonic() - waiting.since < BUSY_SECONDS


def sqlite(url: str) -> APSWDatabase:
    path, _, query = url.removeprefix("sqlite:///").partition("?")
    if query:
        raise ConfigError("La dirección de SQLite no admite opciones después de «?».")
    create_private(Path(path))
    journal = "wal" if APSWDatabase.server_version >= SAFE_WAL else "delete"
    pragmas = {"journal_mode": journal, "synchronous": "full", "foreign_keys": 1, "trusted_schema": 0, "cache_size": -16000}
    return ImpatientDatabase(path, pragmas=pragmas, timeout=BUSY_SECONDS)


def create_private(path: Path) -> None:
    """An empty file that only its owner reads, unless there is one: SQLite itself would let everybody read it."""
    if str(path) == ":memory:":
        return
    if not path.parent.is_dir():
        raise ConfigError(f"No existe la carpeta de la base de datos: {path.parent}. Créela o corrija OFICINA_BASE_DE_DATOS.")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except PermissionError:
        raise ConfigError(
            f"El usuario {getpass.getuser()} no puede escribir en {path}. Revise el dueño y los permisos."
        ) from None


def mysql(url: str) -> PooledMySQLDatabase:
    parts = urlsplit(url)
    socket = parse_qs(parts.query).get("unix_socket", [None])[0]
    name = parts.path.lstrip("/")
    if not name:
        raise ConfigError("Falta el nombre de la base en OFICINA_BASE_DE_DATOS: mysql://usuario:clave@host/base.")
    try:
        port = parts.port or 3306
    except ValueError:
        raise ConfigError(
            "El puerto de OFICINA_BASE_DE_DATOS debe ser un número: mysql://usuario:clave@host:3306/base."
        ) from None
    local = socket or parts.hostname in ("localhost", "127.0.0.1", "::1")
    # Building a TLS context costs 26 ms a connection: none on this machine, one shared otherwise.
    tls: dict[str, Any] = {"ssl_disabled": True} if local else {"ssl": ssl.create_default_context()}
    where = {"unix_socket": socket} if socket else {"host": parts.hostname or "localhost", "port": port}
    return PooledMySQLDatabase(
        unquote(name),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        charset="utf8mb4",
        sql_mode=STRICT_MODE,
        init_command="SET time_zone = '+00:00', innodb_lock_wait_timeout = 5",
        connect_timeout=3,
        read_timeout=30,
        write_timeout=30,
        max_connections=32,
        stale_timeout=300,
        timeout=5,
        **where,
        **tls,
    )


@contextmanager
def at_start() -> Iterator[None]:
    """A connection for the checks at start. Raises ConfigError where the database cannot be entered, without its password."""
    try:
        open_connection()
    except DatabaseError as error:
        code = error.args[0] if error.args else ""
        why: dict[Any, str] = {
            1045: "usuario o clave equivocados",
            1044: "el usuario no tiene permiso",
            1049: "la base no existe",
        }
        reason = why.get(code, "no responde o no se puede abrir")
        raise AwayError(f"No se pudo entrar a la base de datos de OFICINA_BASE_DE_DATOS: {reason}.") from None
    try:
        yield
    finally:
        db.close()


def is_sqlite() -> bool:
    return isinstance(db.obj, SqliteDatabase)


def open_connection() -> None:
    """Called at the start of a request: SQLite keeps the thread's connection, MariaDB takes one from the pool."""
    db.connect(reuse_if_open=True)


def release_connection() -> None:
    """Called at the end of a request; an SQLite connection stays open, for opening one costs more than a page."""
    if not is_sqlite() and not db.is_closed():
        db.close()


@contextmanager
def write() -> Iterator[None]:
    """A transaction that writes. On SQLite it takes the write lock at once, so that it waits instead of failing later."""
    if is_sqlite() and db.transaction_depth() == 0:
        with db.atomic("IMMEDIATE"):
            yield
    else:
        with db.atomic():
            yield


@contextmanager
def snapshot() -> Iterator[None]:
    """What is read inside is of one instant, also while a delivery is published. For reading only; also a decorator."""
    if not is_sqlite():
        with db.atomic():
            yield
        return
    # Straight to the engine: Peewee's own transaction would cost as much as the bill itself.
    connection = db.connection()
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")


def transactional(unit: Callable[..., Any]) -> Callable[..., Any]:
    """Run ``unit`` in one write transaction; repeat it whole after a deadlock. It must not act outside the database."""

    @functools.wraps(unit)
    def run(*args: Any, **kwargs: Any) -> Any:
        attempt = 1
        while True:
            try:
                with write():
                    return unit(*args, **kwargs)
            except OperationalError as error:
                nested = db.transaction_depth() > 0
                if nested or attempt == RETRIES or not error.args or error.args[0] not in RETRYABLE:
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)
                attempt += 1

    return run


@functools.cache
def _for_engine(sql: str, sqlite: bool) -> str:
    return sql if sqlite else sql.replace("?", "%s")


def fetch(sql: str, *params: Any) -> list[tuple]:
    """Rows of a fixed SQL text with ``?`` marks; for the hottest queries, whose building would cost more than running.

    Dates come as the engine gives them: text on SQLite, objects on MariaDB (see models/base.py).
    """
    return db.execute_sql(_for_engine(sql, is_sqlite()), params).fetchall()


def execute(sql: str, *params: Any) -> int:
    """Run a fixed SQL text with ``?`` marks that writes, within the transaction that is open; how many rows it changed."""
    return db.rows_affected(db.execute_sql(_for_engine(sql, is_sqlite()), params))


def statements(text: str) -> list[str]:
    """The statements of a schema text, without line comments."""
    lines = [line.split("--", 1)[0].rstrip() for line in text.splitlines()]
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]


def schema_version() -> int:
    """The version of the schema in the database; 0 where there is none."""
    if not db.table_exists("esquema"):
        return 0
    return db.execute_sql("SELECT MAX(version) FROM esquema").fetchone()[0] or 0


def create_schema() -> bool:
    """Create every table unless the schema is there; True if it was created. Raises SchemaError."""
    if schema_version():
        require_schema()
        return False
    if tables := db.get_tables():
        raise SchemaError(f"La base tiene tablas de otro programa o a medias ({tables[0]}). Use una base vacía.")
    with write():
        for statement in statements(SCHEMA_FILE.read_text(encoding="utf-8")):
            db.execute_sql(statement)
    return True


def known_version() -> int:
    """The version in the database: that of this program or an earlier one. Raises SchemaError where it is neither."""
    version = schema_version()
    if version == 0:
        raise SchemaError(
            "La base de datos no tiene las tablas. Si el portal ya funcionaba, NO las cree: revise que el disco de la base "
            "esté montado y que OFICINA_BASE_DE_DATOS sea la de siempre. En una instalación nueva: flask base crear"
        )
    refuse_newer(version)
    return version


def require_schema() -> None:
    """Raise SchemaError unless the database has exactly the schema of this program."""
    version = known_version()
    if version < SCHEMA_VERSION:
        raise SchemaError(
            f"La base de datos es de una versión anterior ({version}). "
            "Haga una copia y actualícela antes de arrancar, con: flask base actualizar"
        )


def refuse_newer(version: int) -> None:
    if version > SCHEMA_VERSION:
        raise SchemaError(
            f"La base de datos es de una versión más nueva ({version}) que este programa ({SCHEMA_VERSION}). "
            "Instale la versión correspondiente del programa; no se tocó nada."
        )


def unsafe_settings() -> list[str]:
    """What makes this database lose or alter data, in Spanish, each with its remedy; empty when it is safe."""
    return sqlite_problems() if is_sqlite() else mysql_problems()


def sqlite_problems() -> list[str]:
    problems = []
    if db.pragma("synchronous") != 2:
        problems.append("SQLite no espera al disco (synchronous). Debe ser FULL.")
    if db.pragma("journal_mode") not in ("wal", "delete"):
        problems.append("SQLite no usa un diario seguro (journal_mode). Debe ser WAL o DELETE.")
    if db.pragma("journal_mode") == "wal" and APSWDatabase.server_version < SAFE_WAL:
        problems.append("esta versión de SQLite puede dañar la base en modo WAL. Instale apsw 3.51.3 o posterior.")
    path = Path(db.obj.database)
    if path.exists() and path.stat().st_mode & 0o007:
        problems.append(f"cualquier usuario del servidor puede leer la base de datos. Ejecute: chmod 600 {path}")
    return problems


def mysql_problems() -> list[str]:
    mode, charset, flush = db.execute_sql(
        "SELECT @@sql_mode, @@character_set_connection, @@innodb_flush_log_at_trx_commit"
    ).fetchone()
    problems = []
    if "STRICT_TRANS_TABLES" not in mode:
        problems.append("MariaDB no está en modo estricto y recortaría datos sin avisar. Añada STRICT_TRANS_TABLES a sql_mode.")
    if charset != "utf8mb4":
        problems.append("la conexión con MariaDB no usa utf8mb4 y dañaría tildes y eñes. Quite init_connect.")
    if flush != 1:
        problems.append("MariaDB puede perder pagos ante un corte de luz. Ponga innodb_flush_log_at_trx_commit = 1.")
    return problems
