"""``flask cuentas``: what the systems area does with accounts, each act asked for and written down."""

import getpass

import pytest
from fabrica import CLAVE, una_cuenta, una_factura

from oficina import db
from oficina.models import Asociacion, Bitacora, Correo, Cuenta, Sesion

ROSA = "rosa@correo.example"
PRINCIPAL, OTRO, VENDIDO = "100200300", "100200301", "100200302"


@pytest.fixture
def rosa(app):
    return una_cuenta(ROSA, codigos=[PRINCIPAL, OTRO])


@pytest.fixture
def vendido(rosa):
    """One more code of hers, which changed holder: its last bill that she sees is of October."""
    una_factura(VENDIDO, expedida="2026-10-16")
    una_factura(VENDIDO, expedida="2026-11-16")
    Asociacion.create(predio=VENDIDO, cuenta=rosa.id, creada=db.utcnow(), **cambio("2026-10-16"))


def cambio(ve_hasta: str | None) -> dict:
    # Ten at night in Colombia.
    return {"revisar": "2026-11-25 03:00:00", "ve_hasta": ve_hasta}


@pytest.fixture
def cuentas(runner):
    def run(*words, escribe=None):
        return runner.invoke(args=["cuentas", *words], input=escribe)

    return run


def hecho(evento: str, codigo: str | None = None):
    (row,) = Bitacora.select()
    assert (row.evento, row.codigo, row.actor, row.ip) == (evento, codigo, f"sistemas:{getpass.getuser()}", None)
    return row


# -- every act ----------------------------------------------------------------------------------------

ACTS = [
    (("cambiar-principal", ROSA, OTRO), f"¿Hacer principal el código {OTRO} de la cuenta"),
    (("retirar-codigo", OTRO), f"¿Retirar el código {OTRO} de la cuenta"),
    (("retirar-codigo", VENDIDO), f"¿Retirar el código {VENDIDO} de la cuenta"),
    (("revisado", VENDIDO), f"conserva el código {VENDIDO} y ve todas sus facturas?"),
    (("bloquear", ROSA), "¿Bloquear la cuenta"),
    (("bloquear", "--quitar", ROSA), "¿Desbloquear la cuenta"),
    (("cerrar-sesiones", ROSA), "¿Cerrar todas las sesiones de la cuenta"),
    (("eliminar", ROSA), "¿Eliminar para siempre la cuenta"),
]


@pytest.mark.parametrize(("words", "question"), ACTS)
@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_without_a_yes_nothing_is_done(cuentas, rosa, vendido, words, question, answer):
    before = [list(table.select().order_by(*table._meta.get_primary_keys()).tuples()) for table in (Cuenta, Asociacion)]
    result = cuentas(*words, escribe=answer)
    assert question in result.output
    assert ROSA in result.output
    assert result.exit_code == 1
    assert [list(t.select().order_by(*t._meta.get_primary_keys()).tuples()) for t in (Cuenta, Asociacion)] == before
    assert not Bitacora.select().exists()


@pytest.mark.parametrize(("words", "question"), ACTS)
def test_with_si_it_does_not_ask_and_writes_down_who_did_it(cuentas, rosa, vendido, words, question):
    result = cuentas(*words, "--si")
    assert result.exit_code == 0, result.output
    assert question not in result.output
    (row,) = Bitacora.select()
    assert (row.cuenta_id, row.actor) == (rosa.id, f"sistemas:{getpass.getuser()}")


@pytest.mark.parametrize("words", [words for words, _ in ACTS if ROSA in words] + [("ver", ROSA)])
def test_an_account_that_does_not_exist_is_told_in_spanish(cuentas, rosa, words):
    result = cuentas(*[word.replace(ROSA, "nadie@correo.example") for word in words])
    assert result.exit_code == 1
    assert "No hay una cuenta con «nadie@correo.example». Búsquela con: flask cuentas buscar TEXTO" in result.output


# -- effects ------------------------------------------------------------------------------------------


def test_another_main_code_frees_the_first_for_the_customer(cuentas, rosa, navegador):
    assert "Ya se puede retirar el anterior" in cuentas("cambiar-principal", ROSA, OTRO, escribe="y\n").output
    hecho("principal_cambiado", OTRO)
    navegador.ya_dentro(rosa).abre(f"/codigos/{PRINCIPAL}/retiro")
    assert [code.codigo for code in rosa.codigos()] == [OTRO, PRINCIPAL]


def test_a_code_of_nobody_or_another_cannot_become_the_main_one(cuentas, rosa):
    una_cuenta("tomas@correo.example", codigos=["200200200"])
    result = cuentas("cambiar-principal", ROSA, "200200200", "--si")
    assert result.exit_code == 1
    assert f"El código 200200200 no está asociado a la cuenta {rosa.id}. Asócielo primero." in result.output


def test_a_code_that_is_taken_away_is_free(cuentas, rosa):
    assert f"El código {OTRO} quedó libre." in cuentas("retirar-codigo", OTRO, "--si").output
    hecho("codigo_retirado", OTRO)
    assert una_cuenta("tomas@correo.example", codigos=[OTRO]).codigos()


def test_the_main_code_goes_last_and_with_a_warning(cuentas, rosa):
    result = cuentas("retirar-codigo", PRINCIPAL, "--si")
    assert result.exit_code == 1
    assert "Haga principal otro primero: flask cuentas cambiar-principal" in result.output
    cuentas("retirar-codigo", OTRO, "--si")
    assert "Es el único: la cuenta queda sin códigos." in cuentas("retirar-codigo", PRINCIPAL, escribe="y\n").output
    assert not Asociacion.select().exists()


def test_a_main_code_that_changed_holder_leaves_its_place_to_the_oldest(cuentas, rosa, vendido):
    Asociacion.update(**cambio(None)).where(Asociacion.predio == PRINCIPAL).execute()
    output = cuentas("retirar-codigo", PRINCIPAL, escribe="s\n").output
    assert f"Su código principal pasa a ser {OTRO}." in output
    assert f"El código {PRINCIPAL} quedó libre." in output
    hecho("codigo_retirado", PRINCIPAL)
    assert [(code.codigo, code.principal) for code in rosa.codigos()] == [(OTRO, 1), (VENDIDO, None)]


def test_a_reviewed_code_is_as_if_its_holder_had_not_changed(cuentas, rosa, vendido):
    output = cuentas("revisado", VENDIDO, escribe="s\n").output
    assert "ve las facturas expedidas hasta el 16 de octubre de 2026" in output
    assert f"la cuenta {rosa.id} lo conserva y ve todas sus facturas" in output
    hecho("titular_revisado", VENDIDO)
    row = Asociacion.get_by_id(VENDIDO)
    assert (row.cuenta_id, row.revisar, row.ve_hasta) == (rosa.id, None, None)
    again = cuentas("revisado", VENDIDO, "--si")
    assert (again.exit_code, f"El código {VENDIDO} no está por revisar." in again.output) == (1, True)


def test_a_code_of_no_account_is_told(cuentas, rosa):
    assert "El código 999 no está en ninguna cuenta." in cuentas("retirar-codigo", "999", "--si").output


def test_a_blocked_account_is_out_until_it_is_let_in(cuentas, rosa, navegador):
    navegador.ya_dentro(rosa)
    assert "bloqueada y sus sesiones cerradas" in cuentas("bloquear", ROSA, "--si").output
    assert navegador.abre("/pagos").h1 == "Iniciar sesión"
    hecho("cuenta_bloqueada")
    navegador.envia("/ingresar", estado=422, correo=ROSA, clave=CLAVE)
    assert "BLOQUEADA desde" in cuentas("ver", ROSA).output
    assert "puede entrar otra vez" in cuentas("bloquear", "--quitar", ROSA, "--si").output
    assert navegador.ingresa(rosa).url == "/pagos"


def test_closing_the_sessions_signs_every_browser_out(cuentas, rosa, navegador):
    navegador.ya_dentro(rosa)
    assert "Sesiones cerradas." in cuentas("cerrar-sesiones", str(rosa.id), "--si").output
    hecho("sesiones_cerradas")
    assert not Sesion.select().exists()


def test_a_deleted_account_leaves_no_personal_data_and_its_codes_free(cuentas, rosa, correo):
    assert "eliminada y sus códigos libres" in cuentas("eliminar", PRINCIPAL, "--si").output
    hecho("cuenta_eliminada")
    row = Cuenta.get()
    assert (row.correo, row.nombres, row.documento, row.celular, row.clave) == (None, "", "", "", "")
    assert row.eliminada is not None
    assert not Asociacion.select().exists()
    assert [(message["To"], message["Subject"]) for message in correo()] == [(ROSA, "Su cuenta fue eliminada")]
    assert cuentas("ver", str(rosa.id)).exit_code == 1
    una_cuenta(ROSA, codigos=[PRINCIPAL])


def test_what_fails_half_way_is_not_done_at_all(cuentas, rosa, app):
    app.config["CORREO_REMITENTE"] = None
    assert cuentas("eliminar", ROSA, "--si").exit_code != 0
    assert Cuenta.get().correo == ROSA
    assert Asociacion.select().count() == 2
    assert not Correo.select().exists()


# -- looking ------------------------------------------------------------------------------------------


def test_ver_shows_the_account_its_codes_and_what_happened(cuentas, rosa):
    Asociacion.update(revisar=db.utcnow()).where(Asociacion.predio == OTRO).execute()
    cuentas("bloquear", ROSA, "--si")
    for word in (ROSA, PRINCIPAL, str(rosa.id), ROSA.upper()):
        output = cuentas("ver", word).output
        for words in (
            f"Cuenta {rosa.id}: Rosa Elena García Peña, CC 40123456",
            ROSA,
            "principal",
            "POR REVISAR: cambió de titular el",
        ):
            assert words in output
        assert "cuenta_bloqueada" in output
    assert "argon2" not in output


@pytest.mark.parametrize("word", ["rosa@", "Elena", "Peña", "40123", PRINCIPAL, "%", "", "'"])
def test_buscar_finds_by_part_of_what_one_knows(cuentas, rosa, word):
    una_cuenta("tomas@correo.example", nombres="Tomás", apellidos="Niño", documento="999", codigos=["200200200"])
    output = cuentas("buscar", word).output
    assert (ROSA in output) == (word not in ("%", "'"))
    assert ("tomas@" in output) == (word == "")


def test_buscar_does_not_mind_capitals(cuentas, rosa):
    for word in ("ELENA", "elena", "GARCÍA", "PEÑA"):
        assert ROSA in cuentas("buscar", word).output, word


def test_buscar_finds_what_was_typed_in_capitals(cuentas):
    una_cuenta(ROSA, apellidos="ÑAÑEZ")
    assert ROSA in cuentas("buscar", "ñañez").output


def test_buscar_lists_the_codes_that_changed_holder_since_when_and_what_is_seen(cuentas, rosa, vendido):
    una_cuenta("tomas@correo.example")
    for codigo, ve_hasta in ((PRINCIPAL, None), (OTRO, "1900-01-01")):
        Asociacion.update(**cambio(ve_hasta)).where(Asociacion.predio == codigo).execute()
    output = cuentas("buscar", "--por-revisar").output.replace("\u202f", " ")
    assert output.count("@") == 1
    since = "cambió de titular el 24 de noviembre de 2026, 10:00 p. m.; esta cuenta"
    assert [line.strip() for line in output.splitlines()[1:4]] == [
        f"{PRINCIPAL}  {since} ve todas las facturas",
        f"{OTRO}  {since} no ve ninguna factura",
        f"{VENDIDO}  {since} ve las facturas expedidas hasta el 16 de octubre de 2026",
    ]
    assert "flask cuentas retirar-codigo CODIGO" in output


def test_buscar_says_when_there_is_nothing(cuentas, rosa):
    assert "No hay cuentas con ese dato." in cuentas("buscar", "nadie").output
    assert "No hay códigos por revisar." in cuentas("buscar", "--por-revisar").output
