"""Olvidó su contraseña: from the mail to the new password (M9), with the keyboard alone and without JavaScript."""

import re

import fabrica
import pytest
from gestos import CLAVE_NUEVA, aviso, como_en_produccion, llena, oprime, reclamo, titulo
from playwright.sync_api import expect

pytestmark = como_en_produccion
TEMPORAL = re.compile(r"\b\w{4}(?:-\w{4}){3}\b")


@pytest.fixture
def rosa(app):
    fabrica.una_factura("1001")
    return fabrica.una_cuenta(codigos=["1001"])


def tabula(page, locator) -> None:
    """Press Tab until the focus is on ``locator``, as who cannot use a mouse or a finger."""
    locator.wait_for()
    for _ in range(40):
        page.keyboard.press("Tab")
        if locator.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {locator}")


def escribe(page, campo: str, texto: str) -> None:
    tabula(page, page.locator(f"main [name={campo}]"))
    page.keyboard.type(texto)


def temporal(mensaje) -> str:
    return TEMPORAL.search(mensaje.get_content())[0]


def test_with_the_keyboard_alone_a_customer_gets_back_in(pagina, rosa, correo):
    pagina.goto("/")
    pagina.keyboard.press("Tab")
    expect(pagina.get_by_role("link", name="Saltar al contenido")).to_be_focused()
    tabula(pagina, pagina.get_by_role("navigation").get_by_role("link", name="Olvidó su contraseña"))
    pagina.keyboard.press("Enter")
    titulo(pagina, "Olvidó su contraseña")
    escribe(pagina, "correo", rosa.correo)
    pagina.keyboard.press("Enter")
    aviso(pagina, "Si esa dirección está registrada")

    [mensaje] = correo()
    assert mensaje["Subject"] == "Su contraseña temporal"
    escribe(pagina, "correo", rosa.correo)
    escribe(pagina, "clave", temporal(mensaje))
    pagina.keyboard.press("Enter")
    titulo(pagina, "Contraseña")
    expect(pagina.locator("[name=anterior]")).to_have_count(0)
    escribe(pagina, "clave", CLAVE_NUEVA)
    escribe(pagina, "clave2", CLAVE_NUEVA)
    tabula(pagina, pagina.get_by_role("button", name="Actualizar"))
    pagina.keyboard.press("Space")
    titulo(pagina, "Inicio")
    aviso(pagina, "Su contraseña quedó cambiada")
    tabula(pagina, pagina.locator("nav summary"))
    pagina.keyboard.press("Enter")
    tabula(pagina, pagina.get_by_role("navigation").get_by_role("link", name="Salir"))
    pagina.keyboard.press("Enter")
    titulo(pagina, "Salir")
    tabula(pagina, pagina.get_by_role("button", name="Sí, salir"))
    pagina.keyboard.press("Enter")
    titulo(pagina, "Iniciar sesión")


def test_the_temporary_password_opens_only_the_change_of_password(sin_js, rosa, correo):
    sin_js.goto("/olvido")
    llena(sin_js, correo=rosa.correo)
    oprime(sin_js, "Enviar contraseña temporal")
    [mensaje] = correo()
    llena(sin_js, correo=rosa.correo, clave=temporal(mensaje))
    oprime(sin_js, "Iniciar sesión")
    titulo(sin_js, "Contraseña")
    sin_js.goto("/facturas")
    titulo(sin_js, "Contraseña")
    aviso(sin_js, "cambie la contraseña temporal por una suya")
    llena(sin_js, clave=CLAVE_NUEVA, clave2=CLAVE_NUEVA)
    oprime(sin_js, "Actualizar")
    titulo(sin_js, "Inicio")
    sin_js.context.clear_cookies()
    sin_js.goto("/ingresar")
    llena(sin_js, correo=rosa.correo, clave=temporal(mensaje))
    oprime(sin_js, "Iniciar sesión")
    reclamo(sin_js, "no coinciden")


def test_an_unknown_address_is_answered_alike_and_gets_no_mail(pagina, rosa, correo):
    told = []
    for address in (rosa.correo, "nadie@correo.example"):
        pagina.goto("/olvido")
        llena(pagina, correo=address)
        oprime(pagina, "Enviar contraseña temporal")
        aviso(pagina, "Si esa dirección está registrada")
        told.append(pagina.locator("main").inner_text())
    assert told[0] == told[1]
    assert [letter["To"] for letter in correo()] == [rosa.correo]
