"""Olvidó su contraseña: a temporary password by mail, and what it opens."""

import re
from datetime import timedelta

import pytest
from fabrica import CLAVE, a_la_vez, una_cuenta, una_factura
from test_acceso import ROSA, entra

from oficina import db
from oficina.models import ClaveTemporal, Correo, Cuenta, Sesion

NUEVA = "la quebrada canta de noche"
BANNER = "Antes de continuar, cambie la contraseña temporal por una suya."


@pytest.fixture
def rosa(app):
    return una_cuenta(ROSA, codigos=["100200300"])


def pide(navegador, correo=ROSA):
    navegador.abre("/olvido")
    return navegador.envia(correo=correo)


@pytest.fixture
def temporal(navegador, rosa, correo):
    """The password that Rosa got by mail."""
    pide(navegador)
    (message,) = correo()
    return clave_de(message)


def clave_de(message) -> str:
    return re.search(r"\b\w{4}(-\w{4}){3}\b", message.get_content())[0]


def test_known_and_unknown_addresses_get_the_same_page(navegador, rosa, correo):
    pages = [pide(navegador.otro(), address) for address in (ROSA, "nadie@correo.example")]
    assert "en unos minutos le llega un correo con una contraseña temporal" in pages[0].avisos
    clean = [re.sub(r'(name="csrf_token"[^>]*value="|X-CSRFToken": ")[^"]*', "", page.cuerpo.decode()) for page in pages]
    assert clean[0] == clean[1]
    assert [message["To"] for message in correo()] == [ROSA]
    assert {row.para: row.estado for row in Correo.select()} == {ROSA: "enviado", "nadie@correo.example": "descartado"}


def test_asking_makes_no_difference_in_the_base_before_the_worker_comes(navegador, rosa):
    for address in (ROSA, "nadie@correo.example"):
        pide(navegador, address)
    assert not ClaveTemporal.select().exists()
    first, second = Correo.select().dicts()
    assert (first["plantilla"], first["estado"], len(first["datos"])) == (
        second["plantilla"],
        second["estado"],
        len(second["datos"]),
    )


@pytest.mark.parametrize("typed", ["", "rosa", "rosa@"])
def test_what_is_no_address_is_told(navegador, typed):
    navegador.abre("/olvido")
    page = navegador.envia(estado=422, correo=typed)
    assert page.lee("#correo-error")
    assert page.valor("correo") == typed


def test_the_mail_leads_to_the_log_in_and_promises_nothing_to_strangers(navegador, rosa, correo):
    pide(navegador)
    (message,) = correo()
    text = message.get_content()
    assert message["Subject"] == "Su contraseña temporal"
    assert "http://127.0.0.1:8000/ingresar" in text
    assert "durante 60 minutos" in text
    assert "Rosa" not in text


def test_the_temporary_password_opens_only_contrasena(navegador, temporal):
    una_factura()
    page = entra(navegador, clave=temporal)
    assert (page.h1, page.avisos) == ("Contraseña", BANNER)
    assert not page.select("#anterior")
    for address in ("/inicio", "/facturas", "/datos", "/codigos", "/pagos", "/mandamientos", "/datos/correo"):
        assert navegador.abre(address).url == "/contrasena"
    token = navegador.pagina.valor("csrf_token")
    for address in ("/datos", "/codigos", "/datos/correo", "/confirmacion", "/codigos/1/retiro"):
        response = navegador.pide("POST", address, data={"csrf_token": token})
        assert response.location == "/contrasena"
    assert navegador.htmx("GET", "/facturas", "_panel", 401).cabeceras["HX-Redirect"] == "/contrasena"
    assert navegador.abre("/salir").h1 == "Salir"


def test_replacing_it_opens_everything_and_kills_both(navegador, temporal, correo):
    entra(navegador, clave=temporal)
    page = navegador.envia("/contrasena", clave=NUEVA, clave2=NUEVA)
    assert page.url == "/inicio"
    assert navegador.abre("/pagos").h1 == "Pagos realizados"
    for dead in (temporal, CLAVE):
        entra(navegador.otro(), clave=dead, estado=422)
    assert entra(navegador.otro(), clave=NUEVA).url == "/inicio"
    assert [message["Subject"] for message in correo()] == ["Su contraseña cambió"]


def test_the_old_password_works_until_then_and_kills_the_temporary_one(navegador, temporal):
    assert entra(navegador).url == "/inicio"
    entra(navegador.otro(), clave=temporal, estado=422)


def test_the_temporary_password_serves_once(navegador, temporal):
    entra(navegador, clave=temporal)
    entra(navegador.otro(), clave=temporal, estado=422)
    assert entra(navegador.otro()).url == "/inicio", "the old one still works: it was not replaced"


def test_used_twice_at_once_it_serves_once(navegador, temporal):
    pages = a_la_vez(*[lambda: entra(navegador.otro(), clave=temporal)] * 4)
    assert sorted(page.h1 for page in pages) == ["Contraseña"] + ["Iniciar sesión"] * 3


def test_the_temporary_password_expires(navegador, temporal):
    ClaveTemporal.update(caduca=db.utcnow() - timedelta(seconds=1)).execute()
    entra(navegador, clave=temporal, estado=422)


def test_its_session_is_short(navegador, temporal):
    entra(navegador, clave=temporal)
    session = Sesion.get()
    assert session.caduca - session.creada == timedelta(minutes=15)


def test_strangers_cannot_use_up_its_tries_but_a_hundred_kill_it(navegador, temporal):
    for _ in range(10):
        entra(navegador, clave="no es esta clave", estado=422)
    ClaveTemporal.update(intentos=100).execute()
    entra(navegador, clave=temporal, estado=422)
    ClaveTemporal.update(intentos=99).execute()
    entra(navegador, clave=temporal)


def test_a_second_mail_replaces_the_first(navegador, temporal, correo):
    pide(navegador)
    (message,) = correo()
    entra(navegador, clave=temporal, estado=422)
    assert entra(navegador, clave=clave_de(message)).h1 == "Contraseña"


def test_the_new_password_follows_the_rules_and_is_not_the_old_one(navegador, temporal):
    entra(navegador, clave=temporal)
    assert "Use al menos 12" in navegador.envia("/contrasena", estado=422, clave="corta", clave2="corta").texto
    assert "que ya tiene" in navegador.envia("/contrasena", estado=422, clave=CLAVE, clave2=CLAVE).texto


@pytest.mark.ajustes(LIMITES=True)
@pytest.mark.parametrize("address", [ROSA, "nadie@correo.example"])
def test_three_mails_an_hour_and_the_page_does_not_tell(navegador, rosa, address):
    pages = [pide(navegador, address) for _ in range(4)]
    assert len({page.avisos for page in pages}) == 1
    assert Correo.select().count() == 3


@pytest.mark.ajustes(LIMITES=True)
def test_one_address_cannot_ask_for_ever(navegador, rosa):
    token = navegador.abre("/olvido").valor("csrf_token")
    send = [navegador.pide("POST", "/olvido", data={"csrf_token": token, "correo": f"p{n}@correo.example"}) for n in range(21)]
    assert [answer.status_code for answer in send] == [303] * 20 + [429]


def test_a_blocked_account_gets_no_mail(navegador, rosa, correo):
    Cuenta.update(bloqueada=db.utcnow()).execute()
    pide(navegador)
    assert correo() == []
