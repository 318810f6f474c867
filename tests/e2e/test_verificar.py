"""Verificar una factura with a telephone: the QR brings everything, and without JavaScript one press is enough."""

import fabrica
import pytest
from gestos import como_en_produccion, llena, marca, oprime, reclamo, sigue_la_misma
from playwright.sync_api import expect

from oficina.documentos import verificacion

pytestmark = como_en_produccion
NUMERO = 'Ñ/10 "B"'


@pytest.fixture
def qr(app):
    """The path of the address in the QR of a bill; the portal of the test has no public address of its own."""
    fabrica.una_factura("1001", numero=NUMERO)
    app.config["URL_PUBLICA"] = "https://oficina.aguaclara.example"
    return verificacion.direccion(NUMERO).removeprefix(app.config["URL_PUBLICA"])


def comprobada(page) -> None:
    expect(page.get_by_role("heading", name="La empresa publicó esta factura")).to_be_visible()
    for told in (NUMERO, "noviembre de 2026", "$\u00a084.350", "15 de diciembre de 2026"):
        expect(page.locator(".datos")).to_contain_text(told)


def test_opening_the_qr_verifies_by_itself_once_and_takes_the_reader_to_the_answer(pagina, qr, revisa):
    sent = []
    pagina.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    pagina.goto(qr)
    comprobada(pagina)
    expect(pagina.get_by_role("region", name="La empresa publicó esta factura")).to_be_focused()
    pagina.wait_for_timeout(300)
    assert sent == ["POST"]
    revisa(pagina)


def test_without_javascript_one_press_verifies_the_qr(sin_js, qr):
    sin_js.goto(qr)
    expect(sin_js.locator(".datos")).to_have_count(0)
    oprime(sin_js, "Verificar")
    comprobada(sin_js)


def test_typed_by_hand_it_is_mended_and_verified_in_place(pagina, qr):
    pagina.goto("/")
    pagina.get_by_role("link", name="Verificar una factura").click()
    llena(pagina, numero=NUMERO, codigo="7K3MQ-9XT2B")
    marca(pagina)
    oprime(pagina, "Verificar")
    reclamo(pagina, "No encontramos una factura con ese número y ese código")
    expect(pagina.locator("#resumen")).to_be_focused()
    llena(pagina, codigo=verificacion.codigo(NUMERO).lower())
    oprime(pagina, "Verificar")
    comprobada(pagina)
    assert sigue_la_misma(pagina)


def estados(page, qr):
    page.goto(qr)
    comprobada(page)
    yield "verified"
    llena(page, numero=NUMERO, codigo="7K3MQ-9XT2B")
    oprime(page, "Verificar")
    reclamo(page, "No encontramos una factura")
    yield "no match"
    llena(page, numero="", codigo="")
    oprime(page, "Verificar")
    reclamo(page, "Escriba el número de la factura")
    yield "nothing typed"


def test_everybody_can_read_it_in_each_state(repasa, qr):
    repasa(estados, qr)
