"""Every test that uses the database runs on SQLite and on MariaDB."""

from contextlib import nullcontext

import fabrica
import pytest
import servidores
from jinja2 import BytecodeCache
from navegador import Navegador

from oficina import config, db
from oficina.models import TABLES, Esquema

# What points to others is emptied first.
EMPTIED = [table for table in reversed(TABLES) if table is not Esquema]


class Compiladas(BytecodeCache):
    """Templates compiled once for the whole run: each app compiling its own would cost more than its pages."""

    def __init__(self):
        self.codes = {}

    def load_bytecode(self, bucket):
        if code := self.codes.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket):
        self.codes[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


PLANTILLAS = Compiladas()


def pytest_configure(config):
    config.addinivalue_line("markers", "ajustes(**settings): settings of the portal for this test")


@pytest.fixture(scope="session", params=["sqlite", "mariadb"])
def motor(request):
    if request.param == "mariadb" and not servidores.programa("mariadbd"):
        servidores.falta("MariaDB")
    return request.param


@pytest.fixture(scope="session")
def carpeta(motor):
    with servidores.carpeta_pasajera() as folder:
        yield folder


@pytest.fixture(scope="session")
def base(motor, carpeta):
    """The URL of a database with the schema."""
    server = servidores.mariadb() if motor == "mariadb" else nullcontext(f"sqlite:///{carpeta}/oficina.db")
    with server as url:
        db.use(url)
        db.create_schema()
        fabrica.desconecta()
        yield url


@pytest.fixture(scope="session")
def instancia(carpeta):
    """The instance folder, with its secret; the tests and the server they start share it."""
    config.create_secret(carpeta / "instancia")
    return carpeta / "instancia"


@pytest.fixture
def ajustes(request, base, instancia):
    """The settings of the test; ``@pytest.mark.ajustes(CAPTCHA=True)`` changes some."""
    chosen = {"INSTANCIA": str(instancia), "BASE_DE_DATOS": base, "CAPTCHA": False, "LIMITES": False}
    for mark in reversed(list(request.node.iter_markers("ajustes"))):
        chosen |= mark.kwargs
    return chosen


@pytest.fixture
def app(ajustes):
    """The portal on empty tables, with an app context for what the test itself does."""
    from oficina import create_app

    portal = create_app(**ajustes)
    portal.testing = True
    portal.jinja_env.bytecode_cache = PLANTILLAS
    with portal.app_context():
        fabrica.vacia(EMPTIED)
        yield portal
        fabrica.desconecta()


@pytest.fixture
def runner(app):
    return app.test_cli_runner()


@pytest.fixture
def navegador(app):
    return Navegador(app)


@pytest.fixture
def correo(app):
    """Deliver what is due through a real SMTP server: ``correo()`` gives the messages since the last call."""
    from oficina import worker

    with servidores.smtp() as (url, box):
        app.config["SMTP"] = url

        def deliver():
            before = len(box.mensajes)
            worker.pasada(app)
            return box.mensajes[before:]

        yield deliver
