"""The settings: what they mean, which wins, and what keeps the portal from starting."""

import stat

import fabrica
import pytest

from oficina import config, create_app, db
from oficina.config import SETTINGS, ConfigError
from oficina.models import Esquema

GOOD = {
    "ENTORNO": "produccion",
    "URL_PUBLICA": "https://oficina.otra.example",
    "CAPTCHA": True,
    "LIMITES": True,
    "SECRETO": "Zk3-9vQx_Lw7Rt2Yp8Nc4Hs6Jd1Fg5Ba0-Em",
}
NO_ARRANCA = "El portal no arranca en producción: "


@pytest.fixture(autouse=True)
def limpio(monkeypatch):
    for setting in SETTINGS:
        monkeypatch.delenv(f"OFICINA_{setting.name}", raising=False)
    yield
    fabrica.desconecta()


@pytest.fixture
def lee(tmp_path):
    """Read the settings with an ``oficina.toml`` and an environment of the test's own."""

    def read(toml: str | bytes = "", environ: dict | None = None, **overrides):
        (tmp_path / "oficina.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
        return config.read(environ or {}, INSTANCIA=str(tmp_path), **overrides)

    return read


# -- production ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"SECRETO": ""}, "falta el secreto. Créelo con «"),
        ({"SECRETO": "corto"}, "el secreto es de ejemplo o muy corto. Use al menos 32 caracteres al azar"),
        ({"SECRETO": "cambieme"}, "el secreto es de ejemplo o muy corto."),
        ({"SECRETO": "abababab" * 8}, "el secreto es de ejemplo o muy corto."),
        ({"URL_PUBLICA": ""}, "falta OFICINA_URL_PUBLICA, por ejemplo https://oficina.suempresa.gov.co"),
        ({"SECRETO": "este-es-el-secreto-de-ejemplo-cambieme"}, "el secreto es de ejemplo o muy corto."),
        ({"SECRETO": "12345678901234567890123456789012"}, "el secreto es de ejemplo o muy corto."),
        ({"SMTP": "smtp+plano://8.8.8.8:25"}, "OFICINA_SMTP enviaría los correos sin cifrar por la red."),
        ({"URL_PUBLICA": "http://oficina.otra.example"}, "OFICINA_URL_PUBLICA debe comenzar por https://"),
        ({"CAPTCHA": False}, "el código de seguridad está apagado. Quite OFICINA_CAPTCHA=0."),
        ({"LIMITES": False}, "los límites de intentos están apagados. Quite OFICINA_LIMITES=0."),
        ({"BASE_DE_DATOS": "sqlite:///:memory:"}, "la base de datos está en memoria y se perdería."),
    ],
)
def test_production_does_not_start_unsafe_and_says_the_remedy(tmp_path, changes, message):
    with pytest.raises(ConfigError) as refused:
        create_app(INSTANCIA=str(tmp_path), **(GOOD | changes))
    assert str(refused.value).startswith(NO_ARRANCA + message)


def test_production_tells_everything_that_is_unsafe_at_once(tmp_path):
    with pytest.raises(ConfigError) as refused:
        create_app(INSTANCIA=str(tmp_path), **(GOOD | {"CAPTCHA": False, "LIMITES": False}))
    assert "\n- el código de seguridad" in str(refused.value)
    assert "\n- los límites" in str(refused.value)


def test_production_does_not_start_with_settings_that_others_read(tmp_path):
    (tmp_path / "oficina.toml").write_text("[marca]\nnit = '1'\n")
    (tmp_path / "oficina.toml").chmod(0o644)
    with pytest.raises(ConfigError, match=r"otros usuarios pueden leer los ajustes, que guardan claves. Ejecute: chmod 600"):
        create_app(INSTANCIA=str(tmp_path), **GOOD)


def test_the_scheme_of_the_public_address_may_be_in_capitals(tmp_path):
    app = create_app(INSTANCIA=str(tmp_path), **(GOOD | {"URL_PUBLICA": "HTTPS://oficina.otra.example"}))
    assert app.config["SESSION_COOKIE_SECURE"]


def test_production_does_not_start_with_a_secret_that_others_read(tmp_path):
    path = config.create_secret(tmp_path)
    path.chmod(0o640)
    with pytest.raises(ConfigError, match=f"otros usuarios pueden leer el secreto. Ejecute: chmod 600 {path}"):
        create_app(INSTANCIA=str(tmp_path), **(GOOD | {"SECRETO": ""}))
    path.chmod(0o600)
    assert create_app(INSTANCIA=str(tmp_path), **(GOOD | {"SECRETO": ""})).config["SECRET_KEY"] == path.read_text().strip()


def test_production_does_not_start_with_a_base_that_everybody_reads(tmp_path):
    (tmp_path / "oficina.db").touch(mode=0o644)
    (tmp_path / "oficina.db").chmod(0o644)
    with pytest.raises(ConfigError, match="cualquier usuario del servidor puede leer la base de datos"):
        create_app(INSTANCIA=str(tmp_path), **GOOD)


# The portal opens SQLite itself, always safely.
@pytest.mark.parametrize("motor", ["mariadb"], indirect=True)
def test_production_does_not_start_on_a_base_that_may_lose_data(base, tmp_path):
    db.use(base)
    with db.db.connection_context():
        db.db.execute_sql("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
    fabrica.desconecta()
    try:
        with pytest.raises(ConfigError, match="innodb_flush_log_at_trx_commit = 1"):
            create_app(INSTANCIA=str(tmp_path), BASE_DE_DATOS=base, **GOOD)
    finally:
        fabrica.desconecta()
        with db.db.connection_context():
            db.db.execute_sql("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
    fabrica.desconecta()
    create_app(INSTANCIA=str(tmp_path), BASE_DE_DATOS=base, **GOOD)


# -- anywhere -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ENTORNO": "prueba"}, "OFICINA_ENTORNO debe ser desarrollo o produccion."),
        ({"PASARELA": "otra"}, "OFICINA_PASARELA debe ser uno de estos: enlace, payu, wompi, simulada; no «otra»."),
        ({"CLAVE_MINIMA": 7}, "OFICINA_CLAVE_MINIMA debe ser un número entre 8 y 64, no «7»."),
        ({"BASE_DE_DATOS": "postgresql://x/y"}, "OFICINA_BASE_DE_DATOS debe comenzar por sqlite:/// o mysql://."),
        ({"BASE_DE_DATOS": "mysql://x@y/"}, "Falta el nombre de la base en OFICINA_BASE_DE_DATOS"),
        ({"BASE_DE_DATOS": "sqlite:////no/hay/x.db"}, "No existe la carpeta de la base de datos: /no/hay"),
        ({"BASE_DE_DATOS": "sqlite:///x.db?mode=ro"}, "no admite opciones"),
        ({"SMTP": "http://correo.example"}, "OFICINA_SMTP debe ser como smtp://servidor:587"),
        ({"SMTP": "smtp://"}, "OFICINA_SMTP debe ser como smtp://servidor:587"),
        ({"URL_PUBLICA": "oficina.otra.example"}, "OFICINA_URL_PUBLICA debe comenzar por https://"),
        ({"URL_PUBLICA": "https://otra.example/oficina"}, "OFICINA_URL_PUBLICA no lleva nada después del nombre"),
        ({"PAGO_URL": "javascript:alert(1)"}, "OFICINA_PAGO_URL debe comenzar por https://"),
        ({"PROXIES": -1}, "OFICINA_PROXIES debe ser un número entre 0 y 10, no «-1»."),
        ({"BASE_DE_DATOS": "mysql://x@y:abc/base"}, "El puerto de OFICINA_BASE_DE_DATOS debe ser un número"),
        (
            {"BASE_DE_DATOS": "mysql://x@localhost:1/base"},
            "No se pudo entrar a la base de datos de OFICINA_BASE_DE_DATOS",
        ),
        ({"CAPTCHA": "quizá"}, "CAPTCHA debe ser 1 o 0, no «quizá»."),
        ({"CLAVE_MINIMA": "doce"}, "CLAVE_MINIMA debe ser un número entre 8 y 64, no «doce»."),
    ],
)
def test_what_cannot_work_is_refused_in_spanish(tmp_path, changes, message):
    with pytest.raises(ConfigError) as refused:
        create_app(INSTANCIA=str(tmp_path), **changes)
    assert message in str(refused.value)


def test_a_base_newer_than_the_program_is_refused_and_left_alone(base, tmp_path):
    db.use(base)
    with db.db.connection_context():
        Esquema.update(version=db.SCHEMA_VERSION + 1).execute()
    fabrica.desconecta()
    try:
        with pytest.raises(db.SchemaError, match=rf"versión más nueva \({db.SCHEMA_VERSION + 1}\).*no se tocó nada"):
            create_app(INSTANCIA=str(tmp_path), BASE_DE_DATOS=base)
    finally:
        fabrica.desconecta()
        with db.db.connection_context():
            Esquema.update(version=db.SCHEMA_VERSION).execute()


def test_everything_has_a_default_that_starts(tmp_path):
    app = create_app(INSTANCIA=str(tmp_path / "nueva"))
    assert app.config["MARCA_CORTO"] == "Aguaclara"
    assert app.config["BASE_DE_DATOS"] == f"sqlite:///{tmp_path}/nueva/oficina.db"
    assert stat.S_IMODE((tmp_path / "nueva").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "nueva" / "oficina.db").stat().st_mode) == 0o600


# -- the secret ---------------------------------------------------------------------------------------


def test_the_secret_is_made_once_for_its_owner_only(tmp_path):
    path = config.create_secret(tmp_path / "instancia")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = path.read_text()
    assert len(secret.strip()) >= 64
    config.create_secret(tmp_path / "instancia")
    assert path.read_text() == secret


# -- where a setting comes from -----------------------------------------------------------------------


def test_the_file_is_read_in_any_case_and_tables_give_prefixes(lee):
    settings = lee('clave_minima = 14\nCAPTCHA = false\n[marca]\nnombre = "Aguas de Otra"\nnit = "892000265-1"\n[smtp]\n')
    assert (settings["CLAVE_MINIMA"], settings["CAPTCHA"]) == (14, False)
    assert (settings["MARCA_NOMBRE"], settings["MARCA_NIT"]) == ("Aguas de Otra", "892000265-1")
    assert settings["MARCA_CORTO"] == "Aguaclara"


def test_the_environment_wins_over_the_file_and_the_call_over_both(lee):
    toml, environ = (
        "clave_minima = 14\nproxies = 1\nsesion_maxima_h = 1",
        {"OFICINA_CLAVE_MINIMA": " 16 ", "OFICINA_PROXIES": "2"},
    )
    settings = lee(toml, environ, PROXIES=3)
    assert (settings["CLAVE_MINIMA"], settings["PROXIES"], settings["SESION_MAXIMA_H"]) == (16, 3, 1)


@pytest.mark.parametrize("word", ["1", "sí", "Si", "TRUE", "on"])
def test_yes_in_many_words(lee, word):
    assert lee(environ={"OFICINA_CAPTCHA": word})["CAPTCHA"] is True


@pytest.mark.parametrize("word", ["0", "no", "False", "OFF"])
def test_no_in_many_words(lee, word):
    assert lee(environ={"OFICINA_LIMITES": word})["LIMITES"] is False


def test_a_key_that_does_not_exist_is_told_by_name(lee):
    with pytest.raises(ConfigError, match=r"ajustes que no existen: CAPCHA, MARCA_NOMBER\. Véase docs/configuracion\.md"):
        lee('capcha = true\n[marca]\nnomber = "x"')


@pytest.mark.parametrize("toml", ["esto no es toml", b"marca = '\xff'"])
def test_a_file_that_cannot_be_read_is_told(lee, toml):
    with pytest.raises(ConfigError, match=r"oficina\.toml no se puede leer"):
        lee(toml)


@pytest.mark.parametrize(
    ("settings", "hosts"),
    [
        ({"URL_PUBLICA": "", "ENTORNO": "desarrollo"}, None),
        ({"URL_PUBLICA": "https://x.example:8443/", "ENTORNO": "produccion"}, ["x.example"]),
        ({"URL_PUBLICA": "http://x.example", "ENTORNO": "desarrollo"}, ["x.example", "localhost", "127.0.0.1", "::1"]),
    ],
)
def test_the_portal_answers_to_its_own_names_only(settings, hosts):
    assert config.trusted_hosts(settings) == hosts


def test_links_begin_with_the_public_address_without_a_slash():
    assert config.public_url({"URL_PUBLICA": "https://x.example/"}) == "https://x.example"


def test_every_setting_says_what_it_means():
    assert [setting.name for setting in SETTINGS if not setting.text.endswith((".", ")"))] == []
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


@pytest.mark.parametrize("gln", ["7709998000018", "7709998461239", "7709998888487"])
def test_a_gln_is_taken(gln):
    assert config.is_gln(gln)


@pytest.mark.parametrize(
    "gln",
    [
        "7709998884870",
        "770999800001",
        "77099980000180",
        "77O9998000018",
        "".join(chr(0x0660 + int(d)) for d in "7709998000018"),
    ],
)
def test_what_is_no_gln_stops_the_start(gln, tmp_path):
    assert not config.is_gln(gln)
    with pytest.raises(config.ConfigError, match="GLN"):
        config.read({}, INSTANCIA=str(tmp_path), PAGO_GLN=gln)
