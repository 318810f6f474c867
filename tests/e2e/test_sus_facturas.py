"""Bills and payments of a customer with several properties (M16 to M19)."""

import datetime
import re

import fabrica
import pytest
from gestos import aviso, como_en_produccion, marca, sigue_la_misma, titulo, va
from playwright.sync_api import expect

pytestmark = como_en_produccion


@pytest.fixture
def rosa(app):
    """Two codes, 1001 the main one."""
    cuenta = fabrica.una_cuenta(codigos=["1001", "2002"])
    cuenta.facturas_de = {codigo: fabrica.una_factura(codigo, **datos) for codigo, datos in FACTURAS.items()}
    return cuenta


FACTURAS = {
    "1001": {"total": 84_350_00, "vence": datetime.date(2099, 12, 15)},
    "2002": {"total": 12_000_00, "periodo": "2026-10", "vence": datetime.date(2020, 1, 15)},
}


FALLO = re.compile("Failed to (fetch|load resource: (net::ERR_FAILED|the server responded with a status of 502))")


def panel(page):
    return page.locator("#_panel")


def test_the_selector_changes_the_bill_without_reloading_and_back_and_forward_follow(pagina, entra, rosa):
    entra(pagina, rosa)
    va(pagina, "Factura")
    bill = rosa.facturas_de["1001"]
    for text in ("noviembre de 2026", "15 de diciembre de 2099", bill.numero, "$\u00a084.350", "Por pagar"):
        expect(panel(pagina)).to_contain_text(text)
    expect(pagina.get_by_label("Código de usuario")).to_have_value("1001")
    marca(pagina)
    pagina.get_by_label("Código de usuario").select_option("2002")
    expect(panel(pagina)).to_contain_text("octubre de 2026")
    expect(panel(pagina)).to_contain_text("Vencida")
    expect(pagina).to_have_url("/facturas?codigo=2002")
    assert sigue_la_misma(pagina)
    said = pagina.locator("#_avisos[role=status]")
    expect(said).to_have_text("Código 2002: factura de octubre de 2026, $\u00a012.000, vencida")

    pagina.go_back()
    expect(panel(pagina)).to_contain_text("noviembre de 2026")
    expect(pagina.get_by_label("Código de usuario")).to_have_value("1001")
    pagina.go_forward()
    expect(panel(pagina)).to_contain_text("octubre de 2026")
    expect(pagina.get_by_label("Código de usuario")).to_have_value("2002")
    pagina.reload()
    expect(panel(pagina)).to_contain_text("octubre de 2026")


def elige_lo_que_falla(page, answer) -> None:
    page.route("**/facturas?codigo=2002", answer)
    page.get_by_label("Código de usuario").select_option("2002")


def olvida_fallas(page) -> None:
    page.problemas[:] = [line for line in page.problemas if not FALLO.search(line)]


def test_a_lost_connection_is_told_and_the_bill_stays(pagina, entra, rosa):
    entra(pagina, rosa)
    va(pagina, "Factura")
    elige_lo_que_falla(pagina, lambda route: route.abort())
    aviso(pagina, "Revise su conexión e intente de nuevo")
    expect(panel(pagina)).to_contain_text("noviembre de 2026")
    expect(pagina).to_have_url("/facturas")
    olvida_fallas(pagina)


def test_a_failing_server_is_told_and_the_bill_and_its_address_stay(pagina, entra, rosa):
    entra(pagina, rosa)
    va(pagina, "Factura")
    elige_lo_que_falla(pagina, lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    aviso(pagina, "La oficina no pudo responder")
    olvida_fallas(pagina)
    expect(panel(pagina)).to_contain_text("noviembre de 2026")
    expect(pagina).to_have_url("/facturas", timeout=1_000)


def test_with_a_single_code_there_is_nothing_to_select(pagina, entra, rosa):
    rosa.retirar("2002")
    entra(pagina, rosa)
    va(pagina, "Factura")
    expect(panel(pagina)).to_contain_text("Código 1001")
    expect(pagina.get_by_role("combobox")).to_have_count(0)


def test_the_bill_opens_in_another_window_as_a_pdf_under_its_own_name(pagina, entra, rosa):
    entra(pagina, rosa)
    va(pagina, "Factura")
    link = pagina.get_by_role("link", name="click aquí para ver la factura")
    with pagina.expect_popup() as opened:
        link.click()
    number = rosa.facturas_de["1001"].numero
    assert opened.value.url.endswith(f"/facturas/factura-{number}.pdf")
    expect(panel(pagina)).to_be_visible()
    document = pagina.request.get(link.get_attribute("href"))
    assert document.headers["content-type"] == "application/pdf"
    assert document.headers["content-disposition"] == f"inline; filename=factura-{number}.pdf"
    assert document.body().startswith(b"%PDF-")


def test_the_bill_is_explained_where_it_is_and_read_whole_on_its_page(pagina, entra, rosa):
    fabrica.una_factura("1001", periodo="2026-10", expedida=datetime.date(2026, 10, 16), total=80_000_00, consumo=12_000)
    entra(pagina, rosa)
    va(pagina, "Factura")
    expect(panel(pagina).get_by_role("row", name="nov 2026")).to_contain_text("14 m³")
    expect(panel(pagina)).to_contain_text("La factura anterior (octubre de 2026) fue de $\u00a080.000")
    number = rosa.facturas_de["1001"].numero
    pagina.get_by_role("link", name="Ver el detalle en esta página").click()
    titulo(pagina, f"Factura {number}")
    expect(pagina.get_by_role("main")).to_contain_text("ROSA ELENA GARCÍA PEÑA")
    pagina.get_by_role("link", name="Facturas anteriores").click()
    titulo(pagina, "Facturas anteriores")
    expect(pagina.get_by_role("link", name="PDF de octubre de 2026")).to_be_visible()


def test_the_due_date_goes_to_the_calendar_of_the_telephone(pagina, entra, rosa):
    entra(pagina, rosa)
    va(pagina, "Factura")
    with pagina.expect_download() as download:
        pagina.get_by_role("link", name="Agregar al calendario").click()
    assert download.value.suggested_filename == f"vencimiento-{rosa.facturas_de['1001'].numero}.ics"
    expect(panel(pagina)).to_be_visible()


def test_the_window_of_the_bill_finds_its_icon(pagina):
    assert pagina.request.get("/favicon.ico").ok


def test_paying_shows_what_to_copy_and_opens_the_portal_in_another_window(pagina, entra, rosa):
    pagina.context.route("https://pagos.aguaclara.example/**", lambda route: route.fulfill(body="Portal de pagos"))
    entra(pagina, rosa)
    va(pagina, "Factura")
    pagina.get_by_role("link", name="click aquí para pagar la factura").click()
    titulo(pagina, "Pagar la factura")
    expect(pagina.get_by_role("main")).to_contain_text("$\u00a084.350")
    expect(pagina.get_by_label("Código de usuario")).to_have_value("1001")
    expect(pagina.get_by_label("Referencia de pago")).to_have_value(rosa.facturas_de["1001"].referencia)
    with pagina.expect_popup() as opened:
        pagina.get_by_role("link", name="Ir al portal de pagos").click()
    expect(opened.value.get_by_text("Portal de pagos")).to_be_visible()
    assert opened.value.url == "https://pagos.aguaclara.example/"
    assert opened.value.evaluate("window.opener === null && document.referrer === ''")
    titulo(pagina, "Pagar la factura")
    pagina.problemas[:] = [line for line in pagina.problemas if "asks another site: https://pagos.aguaclara" not in line]


def test_the_buttons_copy_what_the_payment_portal_asks_for(pagina, entra, rosa):
    pagina.context.grant_permissions(["clipboard-read", "clipboard-write"])
    entra(pagina, rosa)
    bill = rosa.facturas_de["1001"]
    pagina.goto(f"/facturas/{bill.numero}/pago")
    for name, value in (("Código de usuario", "1001"), ("Referencia de pago", bill.referencia)):
        pagina.get_by_role("button", name=f"Copiar {name}").click()
        expect(pagina.get_by_role("button", name=f"Copiado {name}")).to_be_visible()
        assert pagina.evaluate("navigator.clipboard.readText()") == value


def test_pagos_shows_the_last_three_of_each_code(pagina, entra, rosa):
    for day in (1, 2, 3, 4):
        fabrica.un_pago("1001", fecha=datetime.date(2026, 11, day))
    entra(pagina, rosa)
    va(pagina, "Pagos realizados")
    cards = pagina.locator("main section")
    days = cards.filter(has_text="Código 1001").get_by_role("rowheader").all_inner_texts()
    assert days == [f"{day} de noviembre de 2026" for day in (4, 3, 2)]
    expect(cards.filter(has_text="Código 2002")).to_contain_text("aún no tiene pagos registrados")
