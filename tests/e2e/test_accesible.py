"""Every page in each of its states can be read and used by everybody: light over one engine, dark over the other."""

import datetime

import fabrica
import pytest
from gestos import aviso, como_en_produccion, ingresa, llena, oprime, reclamo, titulo

from oficina import db, limits
from oficina.models import Espera
from oficina.models.mandamiento import ESTADOS

pytestmark = como_en_produccion
PRONTO, TARDE = datetime.date(2099, 12, 15), datetime.date(2020, 1, 15)
# Every part that a bill may have, in two.
COBROS = {"Consumo": 40_000_00, "Cargo fijo": 9_000_00, "Contribución": 20_000_00, "Deuda": 30_000_00, "Visita": 9_000_00}
REBAJAS = {"Consumo": 40_000_00, "Cargo fijo": 9_000_00, "Subsidio estrato 1 (70 %)": -30_000_00, "Descuento": -4_000_00}


def lineas(valores: dict[str, int]) -> tuple[dict, ...]:
    return tuple({"concepto": concepto, "valor": valor} for concepto, valor in valores.items())


@pytest.fixture
def rosa(app):
    """A bill in each state, a collection process in each state."""
    fabrica.una_factura("1001", periodo="2026-10", expedida="2026-10-16", consumo=None)
    fabrica.una_factura("1001", vence=PRONTO, lineas=lineas(COBROS), total=sum(COBROS.values()), lectura_tipo="promedio")
    fabrica.una_factura("2002", periodo="2026-10", expedida="2026-10-16", consumo=30_000, lineas=lineas(COBROS))
    fabrica.una_factura("2002", vence=TARDE, lineas=lineas(REBAJAS), total=sum(REBAJAS.values()), facturas_vencidas=2)
    fabrica.un_pago("3003", factura=fabrica.una_factura("3003", vence=TARDE).numero)
    for estado in ESTADOS:
        fabrica.un_mandamiento("1001", estado=estado, medidas="Embargo de cuentas" if estado == "medidas" else None)
    return fabrica.una_cuenta(codigos=["1001", "2002", "3003", "4004"])


def espera(segundos: int, fallos: int, *partes: str) -> None:
    """As if somebody had failed to log in many times."""
    now = int(db.utcnow().replace(tzinfo=datetime.UTC).timestamp())
    key = limits.key_of("ingreso", *partes)
    Espera.create(clave=key, fallos=fallos, hasta=now + segundos, vence=now + 9999)


def entradas(page, app):
    for url in ("/", "/ingresar", "/olvido", "/registro", "/politica-de-datos"):
        page.goto(url)
        yield url
    page.goto("/ingresar")
    oprime(page, "Iniciar sesión")
    reclamo(page, "Escriba su contraseña")
    yield "log-in without anything"
    cuenta = fabrica.una_cuenta("juan@correo.example")
    ingresa(page, cuenta, "otra clave cualquiera")
    reclamo(page, "no coinciden")
    yield "log-in with a wrong password"
    espera(900, 25, "luz@correo.example")
    ingresa(page, fabrica.una_cuenta("luz@correo.example"))
    reclamo(page, "Escriba los números de la imagen")
    yield "log-in with security code"
    espera(900, 9, "luis@correo.example", "127.0.0.1")
    ingresa(page, fabrica.una_cuenta("luis@correo.example"))
    reclamo(page, "antes de intentar de nuevo")
    yield "log-in that has to wait"
    blocked = fabrica.una_cuenta("ana@correo.example", bloqueada=db.utcnow())
    ingresa(page, blocked)
    reclamo(page, "bloqueada")
    yield "log-in of a blocked account"
    page.goto("/olvido")
    oprime(page, "Enviar contraseña temporal")
    reclamo(page, "Escriba el correo")
    yield "olvido with mistakes"
    llena(page, correo="nadie@correo.example")
    oprime(page, "Enviar contraseña temporal")
    aviso(page, "Si esa dirección está registrada")
    yield "log-in with a notice"


def registro(page):
    fabrica.una_factura("5005")
    page.goto("/registro")
    llena(page, codigo="999")
    oprime(page, "Validar")
    reclamo(page, "no se puede registrar")
    yield "registration, wrong code"
    llena(page, codigo="5005")
    oprime(page, "Validar")
    page.get_by_text("Paso 2 de 2").wait_for()
    yield "registration, second step in place"
    oprime(page, "Crear cuenta")
    reclamo(page, "Escriba sus nombres")
    yield "registration, mistakes"


def test_who_is_outside_finds_every_page_accessible(repasa, app):
    repasa(entradas, app)
    repasa(registro)


def oficina(page, cuenta):
    ingresa(page, cuenta)
    titulo(page, "Inicio")
    factura = cuenta.facturas().where(fabrica.Factura.predio == "1001").get()
    urls = ["/inicio", "/datos", "/datos/correo", "/codigos", "/pagos", "/mandamientos", "/contrasena", "/salir"]
    urls += [f"/facturas?codigo={codigo}" for codigo in ("1001", "2002", "3003", "4004")]
    urls += [f"/facturas/anteriores?codigo={codigo}" for codigo in ("1001", "4004")]
    for url in [*urls, f"/facturas/{factura.numero}", f"/facturas/{factura.numero}/pago"]:
        page.goto(url)
        yield url
    page.goto("/inicio")
    page.locator("nav summary").click()
    yield "menu unfolded"
    page.goto("/codigos")
    page.get_by_role("link", name="Retirar el código 2002").click()
    page.get_by_text("¿Retirar el código 2002").wait_for()
    yield "removal question"
    oprime(page, "Sí, retirar")
    aviso(page, "ya no está")
    yield "code removed"
    for url, button in (
        ("/codigos", "Ingresar"),
        ("/datos/correo", "Enviar enlace de confirmación"),
        ("/contrasena", "Actualizar"),
    ):
        page.goto(url)
        oprime(page, button)
        reclamo(page, "Escriba")
        yield f"{url} with mistakes"
    page.goto("/datos")
    llena(page, nombres="", celular="1")
    oprime(page, "Actualizar")
    reclamo(page, "Escriba sus nombres")
    yield "/datos with mistakes"


def test_a_customer_finds_every_page_accessible(repasa, rosa):
    repasa(oficina, rosa)


def casi_nada(page, nueva, sin_codigos):
    for cuenta, urls in (
        (nueva, ("/inicio", "/facturas", "/pagos", "/mandamientos", "/codigos")),
        (sin_codigos, ("/facturas", "/pagos")),
    ):
        page.context.clear_cookies()
        ingresa(page, cuenta)
        titulo(page, "Inicio")
        for url in urls:
            page.goto(url)
            yield f"{cuenta.correo} {url}"


def test_who_has_little_or_nothing_finds_it_accessible_too(repasa, app):
    fabrica.una_factura("6006")
    one = fabrica.una_cuenta("uno@correo.example", codigos=["6006"], correo_confirmado=None)
    repasa(casi_nada, one, fabrica.una_cuenta("cero@correo.example"))
