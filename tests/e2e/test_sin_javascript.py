"""The whole office with scripts off. The registration and the forgotten password have theirs beside them."""

import datetime

import fabrica
import pytest
from fabrica import CLAVE
from gestos import CLAVE_NUEVA, aviso, como_en_produccion, llena, oprime, reclamo, titulo, va
from playwright.sync_api import expect

pytestmark = como_en_produccion


@pytest.fixture
def factura(app):
    """Of a code that is nobody's yet."""
    return fabrica.una_factura("3003", periodo="2026-10", vence=datetime.date(2099, 1, 15))


@pytest.fixture
def rosa(app):
    fabrica.una_factura("1001")
    fabrica.un_pago("1001")
    fabrica.un_mandamiento("1001")
    return fabrica.una_cuenta(codigos=["1001"])


def test_a_customer_enters_reads_and_leaves(sin_js, rosa):
    sin_js.goto("/")
    sin_js.get_by_role("link", name="Consultar y pagar sus facturas").click()
    llena(sin_js, correo=rosa.correo, clave="otra clave cualquiera")
    oprime(sin_js, "Iniciar sesión")
    reclamo(sin_js, "no coinciden")
    llena(sin_js, clave=CLAVE)
    oprime(sin_js, "Iniciar sesión")
    titulo(sin_js, "Factura")
    va(sin_js, "Pagos realizados")
    expect(sin_js.get_by_role("table")).to_contain_text("$\u00a084.350")
    va(sin_js, "Mandamiento de pago")
    expect(sin_js.get_by_role("heading", name="Mandamiento de pago notificado")).to_be_visible()
    va(sin_js, "Salir")
    oprime(sin_js, "Sí, salir")
    aviso(sin_js, "Su sesión terminó")
    sin_js.go_back()
    titulo(sin_js, "Iniciar sesión")


def test_data_and_password_are_changed(sin_js, entra, rosa):
    entra(sin_js, rosa)
    va(sin_js, "Actualizar datos")
    llena(sin_js, celular="1")
    oprime(sin_js, "Actualizar")
    reclamo(sin_js, "El celular tiene 10 números")
    llena(sin_js, celular="3205550199")
    oprime(sin_js, "Actualizar")
    aviso(sin_js, "Sus datos quedaron actualizados")
    sin_js.get_by_role("link", name="Cambiar el correo electrónico").click()
    llena(sin_js, correo="nueva@correo.example", correo2="nueva@correo.example", clave=CLAVE)
    oprime(sin_js, "Enviar enlace de confirmación")
    aviso(sin_js, "Le enviamos un correo a la dirección nueva")
    va(sin_js, "Contraseña")
    llena(sin_js, anterior=CLAVE, clave=CLAVE_NUEVA, clave2=CLAVE_NUEVA)
    oprime(sin_js, "Actualizar")
    aviso(sin_js, "Su contraseña quedó cambiada")


def test_a_code_is_associated_and_removed_after_a_question(sin_js, entra, rosa, factura):
    entra(sin_js, rosa)
    va(sin_js, "Asociar códigos")
    llena(sin_js, codigo="3003", numero_factura="F1")
    oprime(sin_js, "Ingresar")
    reclamo(sin_js, "No se puede asociar ese código")
    llena(sin_js, numero_factura=factura.numero)
    oprime(sin_js, "Ingresar")
    aviso(sin_js, "El código 3003 quedó asociado a su cuenta")
    for answer in ("No, dejarlo", "Sí, retirar"):
        sin_js.get_by_role("link", name="Retirar el código 3003").click()
        expect(sin_js.get_by_text("¿Retirar el código 3003 de su cuenta?")).to_be_visible()
        sin_js.get_by_text(answer).click()
    aviso(sin_js, "El código 3003 ya no está en su cuenta")
    expect(sin_js.get_by_role("rowheader", name="3003")).to_have_count(0)


def test_the_bill_of_another_code_is_chosen_with_a_button_and_paid(sin_js, entra, rosa, factura):
    rosa.asociar("3003")
    entra(sin_js, rosa)
    va(sin_js, "Factura")
    sin_js.get_by_label("Código de usuario").select_option("3003")
    oprime(sin_js, "Ver la factura de este código")
    expect(sin_js.locator("#_panel")).to_contain_text("octubre de 2026")
    expect(sin_js.get_by_label("Código de usuario")).to_have_value("3003")
    link = sin_js.get_by_role("link", name="click aquí para ver la factura")
    expect(link).to_have_attribute("href", f"/facturas/factura-{factura.numero}.pdf")
    expect(link).to_have_attribute("target", "factura")
    sin_js.get_by_role("link", name="click aquí para pagar la factura").click()
    expect(sin_js.get_by_label("Referencia de pago")).to_have_value(factura.referencia)
    expect(sin_js.get_by_role("button", name="Copiar")).to_have_count(0)
