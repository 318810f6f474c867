"""Asociar códigos: the table of a customer with several properties (M13 to M15)."""

import fabrica
import pytest
from gestos import aviso, como_en_produccion, llena, marca, oprime, reclamo, sigue_la_misma, titulo, va
from playwright.sync_api import expect

pytestmark = como_en_produccion


@pytest.fixture
def rosa(app):
    return fabrica.una_cuenta(codigos=["1001", "2002"])


def fila(page, codigo: str):
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=f"Código {codigo}", exact=True))


def test_a_code_is_associated_in_place_and_removed_after_a_question(pagina, entra, rosa):
    factura = fabrica.una_factura("3003")
    entra(pagina, rosa)
    va(pagina, "Asociar códigos")
    marca(pagina)
    llena(pagina, codigo="9999", numero_factura="F1")
    oprime(pagina, "Ingresar")
    reclamo(pagina, "No se puede asociar ese código")
    expect(pagina.locator("#resumen")).to_be_focused()
    expect(pagina.locator("[name=codigo]")).to_have_value("9999")

    llena(pagina, codigo="3003", numero_factura=factura.numero)
    oprime(pagina, "Ingresar")
    aviso(pagina, "El código 3003 quedó asociado a su cuenta")
    expect(fila(pagina, "3003")).to_be_visible()
    expect(pagina.locator("[name=codigo]")).to_have_value("")
    assert sigue_la_misma(pagina)

    fila(pagina, "3003").get_by_role("link", name="Retirar").click()
    expect(pagina.get_by_text("¿Retirar el código 3003 de su cuenta?")).to_be_focused()
    fila(pagina, "3003").get_by_text("No, dejarlo").click()
    expect(fila(pagina, "3003").get_by_role("link", name="Retirar")).to_be_visible()
    fila(pagina, "3003").get_by_role("link", name="Retirar").click()
    fila(pagina, "3003").get_by_role("button", name="Sí, retirar").click()
    aviso(pagina, "El código 3003 ya no está en su cuenta")
    expect(fila(pagina, "3003")).to_have_count(0)
    assert sigue_la_misma(pagina)
    expect(pagina.locator("#_avisos")).to_have_count(1)
    pagina.reload()
    expect(fila(pagina, "2002")).to_be_visible()
    expect(fila(pagina, "3003")).to_have_count(0)


def test_the_main_code_cannot_be_removed_and_the_note_says_whom_to_write_to(pagina, entra, rosa):
    entra(pagina, rosa)
    va(pagina, "Asociar códigos")
    expect(fila(pagina, "1001")).to_contain_text("Código principal")
    expect(fila(pagina, "1001").get_by_role("link")).to_have_count(0)
    mail = pagina.get_by_role("link", name="sistemas@aguaclara.example")
    expect(mail).to_have_attribute("href", "mailto:sistemas@aguaclara.example")


def test_a_customer_signed_out_meanwhile_is_taken_to_the_log_in_page(pagina, entra, rosa):
    entra(pagina, rosa)
    va(pagina, "Asociar códigos")
    rosa.cerrar_sesiones()
    fila(pagina, "2002").get_by_role("link", name="Retirar").click()
    titulo(pagina, "Iniciar sesión")
    expect(pagina).to_have_url("/ingresar")
    aviso(pagina, "Su sesión terminó por seguridad")
    pagina.problemas[:] = [line for line in pagina.problemas if "status of 401" not in line]
