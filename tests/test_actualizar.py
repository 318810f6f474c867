"""flask base actualizar: a database of version 1 comes to be as a new one, with all that it held, whatever interrupts it."""

import logging
import re
import signal
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import caidas
import fabrica
import pytest
from navegador import Navegador
from peewee import PeeweeException

from oficina import actualizaciones, create_app, db, schema
from oficina.entregas.cerrojo import uno_a_la_vez
from oficina.formats import NBSP
from oficina.models import SIN_BAJA, Cuenta

ESQUEMAS = Path(__file__).parent / "esquemas"
PUBLICADAS = ("predio", "factura", "concepto", "pago", "mandamiento")
# A row of each table that version 1 did not have. Of the attempt and of the ledger all that may be empty is filled.
AHORA = "2026-11-20 15:00:00"
NUEVAS = {
    "reemplazo": [(4, "predio", "00100")],
    "recaudo_version": [("R-1", "2026-11-02", 1, "F-1", "007", "banco", None, None, 4, SIN_BAJA)],
    "intento": [
        (
            *(2, "x" * 22, "OV0123456789AB", "payu", "512321", 0, 3, "rosa@correo.example", "aprobado", 8_435_050),
            *(AHORA, AHORA, AHORA, AHORA, 0, "devuelto", "t-1", "PSE", "Banco del Llano", "1122", "7788", "sin fondos", AHORA),
        )
    ],
    "intento_factura": [(2, "00100", "F-2", 8_435_050)],
    "pago_abierto": [("00100", 2)],
    "movimiento": [
        (
            *(5, 2, "t-1", "pago", "00100", "F-2", 8_435_050, 1, "0000000002", "PSE", "Banco del Llano", "1122", "7788"),
            *(AHORA, "2026-11-20", AHORA, "P-1"),
        )
    ],
    "aviso": [(6, "payu", "7" * 64, "OV0123456789AB", "state_pol=4", "{}", AHORA, 1, AHORA, "aprobado")],
    "factura_avisada": [(3, "F-2", AHORA)],
}
APUNTADAS = ("cuenta", "intento")
# For each column of each table: what a schema may refuse.
VALORES = (None, "", "x" * 21, "x" * 3000, "otro", 0, 1, -1, 10_000, 10**14, -(10**14))


class ParadaError(Exception):
    """The update stops here."""


# -- databases --------------------------------------------------------------------------------------


@contextmanager
def abierta(url: str):
    db.use(url)
    try:
        with db.db.connection_context():
            yield
    finally:
        fabrica.desconecta()


def llena(url: str, *textos: str) -> str:
    """Run the statements of ``textos`` in an empty database."""
    with abierta(url), db.write():
        for texto in textos:
            for statement in db.statements(texto):
                db.db.execute_sql(statement)
    return url


class Bases:
    """Databases of their own, on the engine of the run."""

    def __init__(self, base: str, carpeta: Path):
        self.base, self.carpeta = base, carpeta
        self.esquema, self.datos = ((ESQUEMAS / name).read_text(encoding="utf-8") for name in ("001.sql", "001-datos.sql"))
        self.muestra = self.carpeta / "version-1.db"

    def vacia(self, name: str) -> str:
        if self.base.startswith("sqlite:///"):
            path = self.carpeta / f"{name}.db"
            for file in self.carpeta.glob(f"{name}.db*"):
                file.unlink()
            return f"sqlite:///{path}"
        with abierta(self.base):
            db.db.execute_sql(f"DROP DATABASE IF EXISTS {name}")
            db.db.execute_sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        return urlsplit(self.base)._replace(path=f"/{name}").geturl()

    def vieja(self, name: str = "vieja") -> str:
        """A database of version 1 with data in every table."""
        return llena(self.vacia(name), self.esquema, self.datos)

    def nueva(self, name: str = "nueva") -> str:
        return llena(self.vacia(name), db.SCHEMA_FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def bases(base, carpeta):
    return Bases(base, carpeta)


@pytest.fixture
def vieja(bases):
    return bases.vieja()


@pytest.fixture(scope="module")
def actualizada(bases):
    """One that was updated, for tests that only look."""
    url = bases.vieja("actualizada")
    actualizar(url)
    return url


@pytest.fixture(scope="module")
def nueva(bases):
    return bases.nueva()


def actualizar(url: str) -> None:
    db.use(url)
    try:
        actualizaciones.actualizar()
    finally:
        fabrica.desconecta()


# -- what a database is and holds -------------------------------------------------------------------


def estructura(url: str) -> dict[str, str]:
    """Every table, index and view with its defining text, evened out."""
    with abierta(url):
        if db.is_sqlite():
            rows = db.db.execute_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        else:
            names = [*db.db.get_tables(), *(view.name for view in db.db.get_views())]
            rows = [db.db.execute_sql(f"SHOW CREATE TABLE {name}").fetchone()[:2] for name in names]
    return {name: parejo(text) for name, text in rows}


def parejo(text: str) -> str:
    text = re.sub(r"--.*|/\*.*?\*/|\"| AUTO_INCREMENT=\d+", "", text)
    return re.sub(r"\s*([(),])\s*", r"\1", " ".join(text.split()))


def contenido(url: str, columnas: dict[str, list[str]]) -> dict[str, list[str]]:
    with abierta(url):
        return {
            table: sorted(repr(row) for row in db.fetch(f"SELECT {', '.join(names)} FROM {table}"))
            for table, names in columnas.items()
        }


def columnas(url: str) -> dict[str, list[str]]:
    with abierta(url):
        return {
            table: [column.name for column in db.db.get_columns(table)] for table in db.db.get_tables() if table != "esquema"
        }


def version(url: str) -> int:
    with abierta(url):
        return db.schema_version()


# -- the result -------------------------------------------------------------------------------------


def test_an_updated_database_equals_a_new_one(actualizada, nueva):
    assert estructura(actualizada) == estructura(nueva)
    with abierta(actualizada):
        assert schema.differences() == schema.damage() == []
        assert list(db.fetch("SELECT version FROM esquema")) == [(db.SCHEMA_VERSION,)]


def test_both_refuse_the_same_values(actualizada, nueva):
    """Text may be equal and mean something else; so every column is tried with what it may refuse."""
    with abierta(actualizada):
        filas = {table: db.fetch(f"SELECT * FROM {table}") for table in db.db.get_tables() if table != "esquema"}
    filas |= NUEVAS
    assert all(filas.values())
    aceptados = [se_aceptan(url, filas) for url in (actualizada, nueva)]
    assert aceptados[0] == aceptados[1]
    assert 0 < len(aceptados[0]) < len(VALORES) * sum(len(rows[0]) for rows in filas.values())


def se_aceptan(url: str, filas: dict[str, list[tuple]]) -> set[tuple]:
    """(table, column, value) of the changes of its first row that a database with these rows accepts. It is left as it was."""
    accepted = set()
    with abierta(url), db.db.atomic() as transaction:
        # What others point to is filled first, and emptied last.
        order = sorted(filas, key=lambda name: (name not in APUNTADAS, name))
        for table in reversed(order):
            db.execute(f"DELETE FROM {table}")
        for table in order:
            for row in filas[table]:
                db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", *row)
        for table in filas:
            names = [column.name for column in db.db.get_columns(table)]
            first = f"{names[0]} = (SELECT * FROM (SELECT MIN({names[0]}) FROM {table}) AS x)"
            for name in names:
                for value in VALORES:
                    with suppress(PeeweeException), db.db.atomic() as trial:
                        db.execute(f"UPDATE {table} SET {name} = ? WHERE {first}", value)
                        accepted.add((table, name, value))
                        trial.rollback()
        transaction.rollback()
    return accepted


def test_nothing_is_lost(vieja):
    antes = columnas(vieja)
    filas = contenido(vieja, antes)
    assert len(filas) == 16
    assert all(filas.values())
    actualizar(vieja)
    assert contenido(vieja, antes) == filas


def test_what_was_published_is_of_the_last_delivery(actualizada):
    with abierta(actualizada):
        for table in PUBLICADAS:
            assert set(db.fetch(f"SELECT alta, baja FROM {table}_version")) == {(4, SIN_BAJA)}
        assert set(db.fetch("SELECT id, estado, restos FROM entrega")) == {(1, "publicada", 0), (4, "publicada", 0)}
        assert set(db.fetch("SELECT ve_hasta FROM asociacion")) == {(None,)}


def test_without_deliveries_it_is_visible_too(vieja):
    with abierta(vieja):
        db.execute("DELETE FROM entrega")
    actualizar(vieja)
    with abierta(vieja):
        for table in PUBLICADAS:
            assert set(db.fetch(f"SELECT alta, baja FROM {table}_version")) == {(0, SIN_BAJA)}
            assert db.fetch(f"SELECT COUNT(*) FROM {table}") == db.fetch(f"SELECT COUNT(*) FROM {table}_version")


@pytest.mark.parametrize("version", ["001", "002"])
def test_an_empty_database_of_any_version_is_updated(bases, nueva, version):
    url = llena(bases.vacia("vieja"), (ESQUEMAS / f"{version}.sql").read_text(encoding="utf-8"))
    actualizar(url)
    assert estructura(url) == estructura(nueva)


# -- the command ------------------------------------------------------------------------------------


@contextmanager
def portal(url: str, instancia):
    app = create_app(BASE_DE_DATOS=url, INSTANCIA=str(instancia), CAPTCHA=False, LIMITES=False)
    app.testing = True
    try:
        yield app
    finally:
        fabrica.desconecta()


def orden(url: str, instancia, *options: str, **kwargs):
    with portal(url, instancia) as app:
        return app.test_cli_runner().invoke(args=["base", "actualizar", *options], **kwargs)


def test_the_command_says_what_it_will_do_asks_and_does_it(vieja, instancia, motor):
    result = orden(vieja, instancia, input="s\n")
    assert result.exit_code == 0, result.output
    assert f"pasará de la versión 1 a la versión {db.SCHEMA_VERSION}" in result.output
    assert "detenga el portal" in result.output
    copia = {"sqlite": '-m apsw .*/vieja.db "\\.backup .*"', "mariadb": "mariadb-dump --single-transaction vieja >"}
    assert re.search(copia[motor], result.output)
    assert re.search(rf"actualizada a la versión {db.SCHEMA_VERSION} y revisada, en .* s\.", result.output)
    assert version(vieja) == db.SCHEMA_VERSION


def test_it_does_nothing_without_a_yes(vieja, instancia):
    antes = estructura(vieja)
    result = orden(vieja, instancia, input="\n")
    assert result.exit_code == 1
    assert "No se hizo nada" in result.output
    assert (version(vieja), estructura(vieja)) == (1, antes)


def test_it_need_not_ask_and_does_nothing_twice(vieja, instancia):
    assert orden(vieja, instancia, "--si").exit_code == 0
    result = orden(vieja, instancia)
    assert result.exit_code == 0
    assert result.output == f"La base de datos ya está en la versión {db.SCHEMA_VERSION}; no se cambió nada.\n"


def test_a_newer_database_is_refused(vieja, instancia):
    with portal(vieja, instancia) as app:
        db.execute("UPDATE esquema SET version = ?", db.SCHEMA_VERSION + 1)
        result = app.test_cli_runner().invoke(args=["base", "actualizar", "--si"])
    assert result.exit_code == 1
    assert f"versión más nueva ({db.SCHEMA_VERSION + 1})" in result.output
    with pytest.raises(db.SchemaError, match="no se tocó nada"), portal(vieja, instancia):
        pass


def test_without_tables_it_is_refused(bases, instancia):
    result = orden(bases.vacia("nada"), instancia, "--si")
    assert result.exit_code == 1
    assert "flask base crear" in result.output


def test_the_portal_does_not_start_before_and_names_the_command(vieja, instancia):
    with abierta(vieja), pytest.raises(db.SchemaError, match="flask base actualizar"):
        db.require_schema()
    with portal(vieja, instancia) as app:
        app.testing = False
        assert app.test_client().get("/salud").status_code == 500
        result = app.test_cli_runner().invoke(args=["trabajador", "--una-vez"])
        assert (result.exit_code, "flask base actualizar" in result.output) == (1, True)


def test_the_updated_portal_shows_the_bill_and_says_the_date_of_the_data(vieja, instancia):
    assert orden(vieja, instancia, "--si").exit_code == 0
    with portal(vieja, instancia) as app, app.app_context():
        navegador = Navegador(app).ya_dentro(Cuenta.get_by_id(3))
        page = navegador.abre("/facturas")
        assert "F-2" in page.texto
        assert page.lee(".valor").replace(NBSP, " ") == "Valor $ 84.350,50"
        assert "16 de noviembre de 2026" in page.texto
        assert navegador.abre("/facturas/factura-F-2.pdf").cuerpo.startswith(b"%PDF")


# -- what may happen meanwhile ----------------------------------------------------------------------


def test_only_one_at_a_time(vieja, instancia):
    taken, finished = threading.Event(), threading.Event()

    def otra():
        with db.db.connection_context(), uno_a_la_vez():
            taken.set()
            finished.wait(30)

    with portal(vieja, instancia) as app:
        thread = threading.Thread(target=otra)
        thread.start()
        taken.wait(30)
        result = app.test_cli_runner().invoke(args=["base", "actualizar", "--si"])
        finished.set()
        thread.join()
    assert result.exit_code == 3
    assert "está en curso" in result.output
    assert version(vieja) == 1


def test_a_portal_that_was_left_running_stops_it_and_it_can_be_repeated(vieja, instancia, motor, monkeypatch):
    monkeypatch.setattr(actualizaciones, "PORTAL_SECONDS", 1)
    monkeypatch.setattr(db, "BUSY_SECONDS", 1)
    reading, finished = threading.Event(), threading.Event()

    def cliente():
        with db.db.connection_context(), db.write():
            db.fetch("SELECT * FROM factura")
            reading.set()
            finished.wait(30)

    with portal(vieja, instancia) as app:
        thread = threading.Thread(target=cliente)
        thread.start()
        reading.wait(30)
        result = app.test_cli_runner().invoke(args=["base", "actualizar", "--si"])
        finished.set()
        thread.join()
    assert result.exit_code == 4
    assert "Otro programa tuvo ocupada la base de datos demasiado tiempo" in result.output
    assert {"sqlite": "sigue en la versión 1", "mariadb": "no arranca"}[motor] in result.output
    assert orden(vieja, instancia, "--si").exit_code == 0


def test_a_table_that_is_not_ours_is_told_and_it_can_be_repeated(vieja, instancia, nueva, motor):
    with abierta(vieja):
        db.execute("CREATE TABLE ajena (x INTEGER)")
    result = orden(vieja, instancia, "--si")
    assert result.exit_code == 1
    assert "sobra la tabla ajena" in result.output
    # It is seen at the end; MariaDB keeps the steps before the last.
    assert version(vieja) == {"sqlite": 1, "mariadb": db.SCHEMA_VERSION - 1}[motor]
    with abierta(vieja):
        db.execute("DROP TABLE ajena")
    assert orden(vieja, instancia, "--si").exit_code == 0
    assert estructura(vieja) == estructura(nueva)


@pytest.mark.parametrize("motor", ["sqlite"], indirect=True, scope="session")
def test_a_row_that_points_to_nothing_leaves_it_as_it_was(vieja, instancia):
    """Only SQLite may have one."""
    with abierta(vieja):
        db.execute("PRAGMA foreign_keys = 0")
        db.execute("UPDATE asociacion SET cuenta_id = 99 WHERE codigo = '00200'")
    antes = estructura(vieja)
    result = orden(vieja, instancia, "--si")
    assert result.exit_code == 1
    assert "apunta a cuenta, que no existe" in result.output
    assert (version(vieja), estructura(vieja)) == (1, antes)


# -- interrupted anywhere ---------------------------------------------------------------------------


@pytest.mark.parametrize("motor", ["sqlite"], indirect=True, scope="session")
def test_killed_before_any_statement_it_is_as_it_was(bases, nueva):
    url, otra = bases.vieja(), bases.vieja("otra")
    tablas = columnas(url)
    antes = estructura(url), contenido(url, tablas)
    with caidas.taller() as taller:
        cuantas = taller.hacer("actualizar", url=otra)["sentencias"]
        for numero in range(1, cuantas + 1):
            assert taller.hacer("actualizar", url=url, cual=numero)["senal"] == signal.SIGKILL
            if version(url) != 1:
                break
            assert (estructura(url), contenido(url, tablas)) == antes
    # Only what comes after the COMMIT finds it updated, and whole.
    assert 40 < cuantas - 3 < numero
    assert estructura(url) == estructura(otra) == estructura(nueva)
    assert contenido(url, tablas) == antes[1]


@contextmanager
def antes_de(numero: int, hacer):
    """``hacer`` just before the statement ``numero`` that changes something; as Peewee logs them."""
    logger, handler, count = logging.getLogger("peewee"), logging.Handler(), iter(range(10_000))

    def emit(record):
        sql = record.msg[0] if isinstance(record.msg, tuple) else ""
        if (
            sql.startswith(("ALTER", "CREATE", "DROP", "INSERT", "UPDATE", "PRAGMA foreign_key_check"))
            and next(count) == numero
        ):
            hacer()

    handler.emit = emit
    before, logger.propagate = logger.level, False
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        logger.propagate = True


def para() -> None:
    raise ParadaError


@pytest.mark.parametrize("motor", ["mariadb"], indirect=True, scope="session")
def test_stopped_before_any_statement_it_is_repeated(bases, nueva):
    """Only a server may be left half way: it commits each change of a table by itself."""
    esperada = estructura(nueva)
    for numero in range(100):
        url = bases.vieja()
        tablas = columnas(url)
        antes = contenido(url, tablas)
        with antes_de(numero, para), suppress(ParadaError):
            actualizar(url)
            break
        with abierta(url), pytest.raises(db.SchemaError, match="flask base actualizar"):
            db.require_schema()
        actualizar(url)
        assert estructura(url) == esperada, f"stopped before statement {numero}"
        assert contenido(url, tablas) == antes
    assert 20 < numero < 99
