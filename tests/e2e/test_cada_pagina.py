"""Every page of the table of routes, as a telephone shows it."""

import lupa
import pytest
from gestos import con_pasarela
from test_rutas import RUTAS, Vecino

pytestmark = con_pasarela
# The page that takes the customer to the gateway does not stay.
PAGINAS = [ruta for name, ruta in RUTAS.items() if ruta.pagina and name != "pagar.salida"]
PUBLICAS = [ruta for ruta in PAGINAS if ruta.publica and not ruta.de_alguien]
DE_CLIENTES = [ruta for ruta in PAGINAS if ruta not in PUBLICAS]


@pytest.fixture
def rosa(app):
    return Vecino.nuevo("rosa@correo.example", "1001")


@pytest.fixture
def telefono(abre_navegador, motor):
    """Light over one engine, dark over the other: colours do not depend on the database, and each look is seen once."""
    page = abre_navegador(color_scheme="dark" if motor == "mariadb" else "light")
    lupa.prepara(page)
    return page


def recorre(page, urls, revisa) -> None:
    """Open one after the other and tell the faults of all."""
    faults = []
    for url in urls:
        page.goto(url)
        try:
            revisa(page)
        except AssertionError as error:
            faults.append(str(error))
    assert not faults, "\n\n".join(faults)


def test_every_public_page_can_be_read_by_everybody(telefono, revisa):
    recorre(telefono, [ruta.url for ruta in PUBLICAS], revisa)


def test_every_page_of_a_customer_can_be_read_by_everybody(telefono, revisa, entra, rosa):
    entra(telefono, rosa.cuenta)
    recorre(telefono, [rosa.url(ruta) for ruta in DE_CLIENTES], revisa)


def test_the_office_works_without_javascript(sin_js, entra, rosa):
    entra(sin_js, rosa.cuenta)
    sin_js.goto("/facturas")
    assert sin_js.locator("h1").is_visible()
