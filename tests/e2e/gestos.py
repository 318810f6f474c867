"""What a customer does again and again: functions of a page."""

import re
from urllib.parse import urlsplit

import pytest
from fabrica import CLAVE
from playwright.sync_api import expect

from oficina import captcha

# The portal as the public meets it; the tests that ask for it share one server.
como_en_produccion = pytest.mark.ajustes(CAPTCHA=True, LIMITES=True)
# The same where bills are paid through a gateway.
con_pasarela = pytest.mark.ajustes(CAPTCHA=True, LIMITES=True, PASARELA="simulada")

CLAVE_NUEVA = "cinco gatos negros duermen"
DATOS = {
    "documento": "40123456",
    "nombres": "Rosa Elena",
    "apellidos": "García Peña",
    "celular": "310 555 0123",
    "direccion": "Calle 10 n.º 5-20",
    "correo": "rosa@correo.example",
    "correo2": "rosa@correo.example",
}


def llena(page, **datos: str) -> None:
    for name, value in datos.items():
        page.fill(f"main [name={name}]", value)


def oprime(page, texto: str) -> None:
    page.get_by_role("main").get_by_role("button", name=texto, exact=True).click()


def ingresa(page, cuenta, clave: str = CLAVE) -> None:
    page.goto("/ingresar")
    llena(page, correo=cuenta.correo, clave=clave)
    oprime(page, "Iniciar sesión")


def va(page, opcion: str) -> None:
    """Choose from the sub-menu at the top, which a telephone keeps folded."""
    link = page.get_by_role("navigation").get_by_role("link", name=opcion, exact=True)
    if not link.is_visible():
        page.locator("nav summary").click()
    link.click()


def titulo(page, texto: str) -> None:
    """Wait until the page is the one with this heading."""
    expect(page.get_by_role("heading", level=1)).to_have_text(texto)


def aviso(page, texto: str) -> None:
    """Wait until the notices say this."""
    expect(page.locator("#_avisos")).to_contain_text(texto)


def reclamo(page, texto: str) -> None:
    """Wait until the error summary says this."""
    expect(page.locator("#resumen")).to_contain_text(texto)


def numeros(page) -> str:
    """The answer to the security code on the page, told by the secret of the server."""
    return captcha._digits(captcha._open(page.input_value("[name=captcha]"))[0])


def enlace(mensaje) -> str:
    """The path of the link in a mail."""
    return urlsplit(re.search(r"https?://\S+", mensaje.get_content())[0]).path


def marca(page) -> None:
    """Leave a mark that is lost when the browser loads another document."""
    page.evaluate("window.marca = true")


def sigue_la_misma(page) -> bool:
    return page.evaluate("window.marca === true")


def sigue_a_la_pasarela(page) -> None:
    """Go on from the page that says where one pays; with JavaScript it does so by itself."""
    there = page.get_by_role("heading", name=re.compile("de mentira$"))
    button = page.get_by_role("button", name="Continuar a Simulador de pagos")
    expect(there.or_(button)).to_be_visible()
    if not page.con_js:
        button.click()
    expect(there).to_be_visible()


def decide(page, resultado: str) -> None:
    """Press a button of the simulator of gateways: Aprobar, Rechazar, Dejar pendiente, Abandonar."""
    page.get_by_role("button", name=re.compile(f"^{resultado}")).click()
