"""Regístrese: from the home page to the first log-in (M3 to M8), with and without JavaScript."""

from urllib.parse import urlsplit

import fabrica
import pytest
from gestos import (
    CLAVE_NUEVA,
    DATOS,
    aviso,
    como_en_produccion,
    enlace,
    llena,
    marca,
    numeros,
    oprime,
    reclamo,
    sigue_la_misma,
    titulo,
    va,
)
from playwright.sync_api import expect

pytestmark = como_en_produccion
CODIGO = "100200300"


@pytest.fixture
def factura(app):
    """A bill of a code that nobody registered yet."""
    return fabrica.una_factura(CODIGO)


@pytest.fixture(params=["con javascript", "sin javascript"])
def telefono(request, abre_navegador):
    page = abre_navegador(java_script_enabled=request.param == "con javascript")
    page.con_js = request.param == "con javascript"
    return page


def valida(page, codigo: str = CODIGO) -> None:
    llena(page, codigo=codigo)
    oprime(page, "Validar")


def paso_dos(page) -> None:
    """Be at the form of personal data."""
    page.goto("/registro")
    valida(page)
    expect(page.locator("#_datos")).to_contain_text("Paso 2 de 2")


def completa(page, factura, **datos: str) -> None:
    """Fill in the whole form, all right but for what ``datos`` says."""
    secrets = {"clave": CLAVE_NUEVA, "clave2": CLAVE_NUEVA, "numero_factura": factura.numero, "digitos": numeros(page)}
    llena(page, **(DATOS | secrets | datos))
    page.check("[name=autorizacion]")


def imagen(page) -> str:
    return page.get_attribute("#_captcha img", "src")


def test_a_customer_registers_confirms_the_mail_and_signs_in(telefono, factura, correo):
    telefono.goto("/")
    va(telefono, "Regístrese")
    titulo(telefono, "Regístrese")
    valida(telefono)
    expect(telefono.locator("#_datos")).to_contain_text(f"El código {CODIGO} es correcto")
    completa(telefono, factura)
    oprime(telefono, "Crear cuenta")
    titulo(telefono, "Iniciar sesión")
    aviso(telefono, "Recibimos su registro. Le enviamos un correo")

    [mensaje] = correo()
    assert mensaje["Subject"] == "Confirme su correo"
    assert mensaje["To"] == DATOS["correo"]
    telefono.goto(enlace(mensaje))
    oprime(telefono, "Confirmar mi correo")
    aviso(telefono, "Su correo quedó confirmado")

    llena(telefono, correo=DATOS["correo"], clave=CLAVE_NUEVA)
    oprime(telefono, "Iniciar sesión")
    titulo(telefono, "Inicio")
    expect(telefono.get_by_role("main")).to_contain_text("Hola, Rosa Elena")
    expect(telefono.get_by_text("Falta confirmar su correo")).to_have_count(0)


def test_the_second_step_unfolds_in_place(pagina, factura):
    pagina.goto("/registro")
    marca(pagina)
    valida(pagina)
    expect(pagina.locator("[data-enfocar]")).to_be_focused()
    expect(pagina.get_by_role("button", name="Crear cuenta")).to_be_visible()
    expect(pagina).to_have_url("/registro/datos")
    assert sigue_la_misma(pagina)
    pagina.reload()
    expect(pagina.locator("#_datos")).to_contain_text("Paso 2 de 2")
    pagina.go_back()
    expect(pagina.get_by_role("button", name="Validar")).to_be_visible()


def test_a_wrong_code_and_a_taken_one_are_told_alike(pagina, app):
    fabrica.una_cuenta("otra@correo.example", codigos=["555"])
    told = []
    pagina.goto("/registro")
    for codigo in ("999", "555"):
        valida(pagina, codigo)
        expect(pagina.locator("main [name=codigo]")).to_have_value(codigo)
        reclamo(pagina, "Ese código no se puede registrar")
        expect(pagina.locator("#resumen")).to_be_focused()
        told.append(pagina.locator("#resumen").inner_text())
    assert told[0] == told[1]


def test_mistakes_keep_what_was_typed_but_for_passwords_and_security_code(telefono, factura):
    paso_dos(telefono)
    completa(telefono, factura, correo2="otra@correo.example", celular="123")
    telefono.select_option("[name=documento_tipo]", "CE")
    before = imagen(telefono)
    oprime(telefono, "Crear cuenta")
    reclamo(telefono, "Los dos correos no son iguales")
    reclamo(telefono, "El celular tiene 10 números")
    if telefono.con_js:
        expect(telefono.locator("#resumen")).to_be_focused()
    kept = {**DATOS, "correo2": "otra@correo.example", "celular": "123", "numero_factura": factura.numero}
    for name, value in kept.items():
        expect(telefono.locator(f"main [name={name}]")).to_have_value(value)
    expect(telefono.locator("[name=documento_tipo]")).to_have_value("CE")
    expect(telefono.locator("[name=autorizacion]")).to_be_checked()
    for name in ("clave", "clave2", "digitos"):
        expect(telefono.locator(f"main [name={name}]")).to_have_value("")
    assert imagen(telefono) != before
    telefono.get_by_role("link", name="El celular tiene 10 números").click()
    expect(telefono.locator("[name=celular]")).to_be_focused()


def test_another_picture_keeps_the_form(telefono, factura):
    paso_dos(telefono)
    llena(telefono, **DATOS, clave=CLAVE_NUEVA, digitos="1")
    before, asked = imagen(telefono), []
    telefono.on("request", lambda request: asked.append(request.url))
    oprime(telefono, "Otra imagen")
    expect(telefono.locator("#_captcha img")).not_to_have_attribute("src", before)
    for name, value in DATOS.items():
        kept = value.replace(" ", "") if name == "celular" and not telefono.con_js else value
        expect(telefono.locator(f"main [name={name}]")).to_have_value(kept)
    expect(telefono.locator("[name=digitos]")).to_have_value("")
    assert not [url for url in asked if "?" in url and "/static/" not in url], "the form must not travel in an address"
    completa(telefono, factura)
    oprime(telefono, "Crear cuenta")
    titulo(telefono, "Iniciar sesión")


def test_the_security_code_can_be_heard(pagina, factura):
    paso_dos(pagina)
    link = pagina.get_by_role("link", name="Escuchar los números")
    sound = pagina.request.get(link.get_attribute("href"))
    assert sound.headers["content-type"] == "audio/wav"
    assert sound.body()[:4] == b"RIFF"
    with pagina.expect_popup() as opened:
        link.click()
    opened.value.wait_for_load_state()
    expect(pagina.locator("#_datos")).to_be_visible()


def test_who_does_not_prove_it_gets_no_account(pagina, factura, correo):
    paso_dos(pagina)
    for field, value, told in (
        ("digitos", "0", "Los números no coinciden con la imagen"),
        ("numero_factura", "F1", "Ese número no es de una factura reciente"),
        ("clave", "acueducto123", "Esa contraseña es fácil de adivinar"),
    ):
        completa(pagina, factura, **{field: value})
        oprime(pagina, "Crear cuenta")
        reclamo(pagina, told)
    assert correo() == []


def test_enter_sends_the_form(telefono, factura):
    paso_dos(telefono)
    completa(telefono, factura)
    with telefono.expect_request("**/registro/**") as sent:
        telefono.press("[name=digitos]", "Enter")
    assert (sent.value.method, urlsplit(sent.value.url).path) == ("POST", "/registro/datos")
