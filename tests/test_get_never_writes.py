"""Opening a page never changes the base: mail scanners, previews and the back button open links too."""

import hashlib

import pytest
from fabrica import un_predio, una_cuenta
from test_rutas import RUTAS, Vecino

from oficina import captcha, confirmation
from oficina.models import TABLES, CambioCorreo, Sesion
from oficina.registro import alta


def huella() -> dict[str, str]:
    """A hash of every table, row by row."""
    return {
        table.__name__: hashlib.sha256(repr(sorted(table.select().tuples(), key=repr)).encode()).hexdigest() for table in TABLES
    }


def direcciones(rosa: Vecino) -> list[str]:
    """Every page of the table of routes, and those behind the link of a mail or a step before, as they really are."""
    made_up = [rosa.url(ruta) for ruta in RUTAS.values() if ruta.metodo == "GET"]
    token = captcha.nuevo()
    mailed = CambioCorreo.pedir(rosa.cuenta.id, "nueva@correo.example")
    real = [f"/confirmacion/{confirmation.token_for(rosa.cuenta)}", f"/datos/correo/confirmacion/{mailed}"]
    return [*made_up, *real, f"/registro/captcha/{token}.png", f"/registro/captcha/{token}.wav"]


@pytest.mark.ajustes(LIMITES=True, CAPTCHA=True)
@pytest.mark.parametrize("who", ["stranger", "customer", "temporary"])
def test_opening_any_page_leaves_every_table_as_it_was(app, navegador, who):
    rosa = Vecino.nuevo("rosa@correo.example", "1001")
    una_cuenta("tomas@correo.example", codigos=["2001"], correo_confirmado=None)
    pages = direcciones(rosa)
    if who != "stranger":
        navegador.ya_dentro(rosa.cuenta)
    if who == "temporary":
        Sesion.update(nivel="temporal").execute()
    before = huella()
    for address in pages:
        for headers in ({}, {"HX-Request": "true"}) if "." not in address else ({},):
            assert navegador.pide("GET", address, headers=headers).status_code < 500, address
        assert huella() == before, f"{address} wrote"
    for address in pages:
        assert navegador.pide("OPTIONS", address).status_code < 500
        assert address.endswith(".pdf") or navegador.pide("HEAD", address).status_code < 500
    assert huella() == before


def test_step_two_of_the_registration_writes_nothing_when_opened(app, navegador):
    Vecino.nuevo("rosa@correo.example", "1001")
    un_predio("3001")
    navegador.abre("/registro")
    navegador.envia(codigo="3001")
    before = huella()
    assert navegador.abre("/registro/datos").url == "/registro/datos"
    assert alta.leer(navegador.pagina.valor("validado")) == "3001"
    assert huella() == before
