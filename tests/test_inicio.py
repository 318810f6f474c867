"""The way in: the home page, the menu, what each option is for, the policy, and the check of the load balancer."""

import pytest
from fabrica import CLAVE, una_cuenta

from oficina import db
from oficina.models import Esquema

FUERA = ["Iniciar sesión", "Olvidó su contraseña", "Regístrese"]
DENTRO = [
    *("Inicio", "Actualizar datos", "Asociar códigos", "Factura", "Pagos realizados", "Mandamiento de pago", "Contraseña"),
    "Salir",
]


def menu(page) -> list[str]:
    return [link.text for link in page.select("nav.menu a")]


def actual(page) -> list[str]:
    return [link.text for link in page.select("nav.menu a[aria-current=page]")]


@pytest.mark.parametrize(
    ("link", "address", "h1"),
    [
        ("Actualizar sus datos", "/datos", "Actualizar datos"),
        ("Consultar y pagar sus facturas", "/facturas", "Factura"),
    ],
)
def test_the_two_links_of_the_home_page_lead_through_the_log_in_to_their_page(navegador, link, address, h1):
    una_cuenta("rosa@correo.example", codigos=["100200300"])
    page = navegador.abre("/")
    (chosen,) = [action for action in page.select("a.accion") if action.strong.text == link]
    assert chosen["href"] == address
    assert navegador.abre(address).h1 == "Iniciar sesión"
    page = navegador.envia("/ingresar", correo="rosa@correo.example", clave=CLAVE)
    assert (page.url, page.h1) == (address, h1)


@pytest.mark.parametrize("address", ["/", "/ingresar", "/olvido", "/registro", "/politica-de-datos", "/nada"])
def test_the_menu_signed_out(navegador, address):
    assert menu(navegador.abre(address, None)) == FUERA


@pytest.mark.ajustes(MARCA_CORTO="Otra", MARCA_NOMBRE="Aguas de Otra S.A. E.S.P.")
def test_the_menu_signed_in_has_the_order_of_the_manual_and_marks_the_page(navegador):
    navegador.ya_dentro(una_cuenta(codigos=["100200300"]))
    page = navegador.abre("/inicio")
    assert (menu(page), actual(page)) == (DENTRO, ["Inicio"])
    for link in page.select("nav.menu a"):
        opened = navegador.abre(link["href"])
        assert (menu(opened), actual(opened)) == (DENTRO, [link.text])
        assert opened.h1 == link.text
        assert opened.soup.title.text == f"{link.text} · Oficina Virtual · Otra"
        assert "Aguas de Otra S.A. E.S.P." in opened.texto
    assert actual(navegador.abre("/datos/correo")) == ["Actualizar datos"]
    assert menu(navegador.abre("/nada", 404)) == DENTRO


def test_inicio_says_what_each_option_is_for(navegador):
    navegador.ya_dentro(una_cuenta(codigos=["100200300"]))
    page = navegador.abre("/inicio")
    options = {action.strong.text: action.small.text for action in page.select("a.accion")}
    assert set(options) == set(DENTRO) - {"Inicio"}
    assert all(options.values())
    assert "Hola, Rosa Elena." in page.texto


def test_a_signed_in_customer_is_not_asked_to_register_on_the_home_page(navegador):
    assert navegador.abre("/").select('main a[href="/registro"]')
    navegador.ya_dentro(una_cuenta())
    assert not navegador.abre("/").select('main a[href="/registro"]')


@pytest.mark.ajustes(POLITICA_VERSION="2027-01", POLITICA_URL="https://www.otra.example/politica", MARCA_NIT="900123818-0")
def test_the_policy_says_who_what_for_and_which_rights(navegador):
    page = navegador.abre("/politica-de-datos")
    for words in ("Versión 2027-01", "900123818-0", "Ley 1581 de 2012", "conocer, actualizar y corregir", "15 días hábiles"):
        assert words in page.texto
    assert page.select('a[href="https://www.otra.example/politica"]')


def test_the_load_balancer_gets_a_short_yes(navegador):
    response = navegador.pide("GET", "/salud")
    assert (response.status_code, response.text, response.mimetype) == (200, "ok\n", "text/plain")
    assert "Set-Cookie" not in response.headers


def test_the_load_balancer_gets_a_no_where_the_schema_is_another(navegador):
    try:
        Esquema.update(version=db.SCHEMA_VERSION + 1).execute()
        assert navegador.pide("GET", "/salud").status_code >= 500
    finally:
        Esquema.update(version=db.SCHEMA_VERSION).execute()
