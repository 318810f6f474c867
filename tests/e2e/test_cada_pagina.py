"""Every page of the table of routes, as a telephone shows it."""

import pytest
from test_rutas import RUTAS, Vecino

PUBLICAS = [pytest.param(r, id=n) for n, r in RUTAS.items() if r.publica and r.pagina]
DE_CLIENTES = [pytest.param(r, id=n) for n, r in RUTAS.items() if not r.publica and r.pagina]


@pytest.fixture
def rosa(app):
    return Vecino.nuevo("rosa@correo.example", "1001")


@pytest.fixture
def telefono(abre_navegador, motor):
    """Light over one engine, dark over the other: colours do not depend on the database, and each look is seen once."""
    return abre_navegador(color_scheme="dark" if motor == "mariadb" else "light")


@pytest.mark.parametrize("ruta", PUBLICAS)
def test_a_public_page_can_be_read_by_everybody(telefono, revisa, rosa, ruta):
    telefono.goto(ruta.url)
    revisa(telefono)


@pytest.mark.parametrize("ruta", DE_CLIENTES)
def test_a_page_of_a_customer_can_be_read_by_everybody(telefono, revisa, entra, rosa, ruta):
    entra(telefono, rosa.cuenta)
    telefono.goto(rosa.url(ruta))
    revisa(telefono)


def test_the_office_works_without_javascript(sin_js, entra, rosa):
    entra(sin_js, rosa.cuenta)
    sin_js.goto("/facturas")
    assert sin_js.locator("h1").is_visible()
