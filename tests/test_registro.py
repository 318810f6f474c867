"""Registration: the code, the personal data, the proof and the account that comes of it."""

import re
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from fabrica import CLAVE, a_la_vez, un_predio, una_cuenta, una_factura
from itsdangerous import TimestampSigner
from paginas import igual

from oficina.models import Asociacion, Bitacora, Correo, Cuenta
from oficina.registro import alta
from oficina.registro.routes import CREADA, NO_PRUEBA, NO_SE_PUEDE

CODIGO = "100200300"
DATOS = {
    "documento_tipo": "CC",
    "documento": "40.123.456",
    "nombres": "  Rosa   Elena ",
    "apellidos": "García Peña",
    "celular": "+57 310 555 0123",
    "telefono": "(608) 555 0100",
    "direccion": "Calle 10 # 5-20",
    "correo": "Rosa@Correo.example",
    "correo2": "rosa@correo.example",
    "clave": CLAVE,
    "clave2": CLAVE,
    "numero_factura": "FV 00 12-345",
    "autorizacion": True,
}


@pytest.fixture
def factura(app):
    return una_factura(CODIGO, numero="FV0012345")


@pytest.fixture
def paso2(navegador, factura):
    """The browser at step 2."""
    return valida(navegador)


def valida(navegador, codigo=CODIGO):
    navegador.abre("/registro")
    navegador.envia(codigo=codigo)
    assert navegador.pagina.url == "/registro/datos"
    return navegador


def crea(navegador, estado=200, **cambios):
    return navegador.envia("/registro/datos", "Crear cuenta", estado, **(DATOS | cambios))


def sin_testigos(html: str) -> str:
    return re.sub(r'(name="csrf_token"[^>]*value="|X-CSRFToken": ")[^"]*', r"\1", html)


# -- step 1 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["100200300", " 100.200-300 "])
def test_a_right_code_leads_to_the_personal_data(navegador, factura, typed):
    valida(navegador, typed)
    assert "El código 100200300 es correcto" in navegador.pagina.texto
    assert "García" not in navegador.pagina.texto.upper(), "the holder is not shown before the account exists"
    assert navegador.pagina.valor("municipio") == "Aguaclara"


def test_a_wrong_code_and_a_taken_one_get_the_same_answer(navegador, factura):
    una_cuenta("tomas@correo.example", codigos=["200200200"])
    answers = []
    for codigo in ("999999999", "200200200"):
        browser = navegador.otro()
        browser.abre("/registro")
        page = browser.envia(estado=422, codigo=codigo)
        assert NO_SE_PUEDE in page.texto
        assert page.valor("codigo") == codigo
        headers = [(name, value) for name, value in page.cabeceras if name not in ("Set-Cookie", "Date")]
        answers.append((sin_testigos(page.cuerpo.decode()).replace(codigo, ""), headers))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("typed", ["", "1" * 41, "ñ' OR 1=1 --", "<b>1</b>"])
def test_what_is_no_code_is_told_in_spanish(navegador, factura, typed):
    navegador.abre("/registro")
    page = navegador.envia(estado=422, codigo=typed)
    assert re.search("código|caracteres", page.lee("#codigo-error"))
    assert not page.select("b")


def test_with_htmx_the_second_step_unfolds_in_place_of_the_first(navegador, factura):
    navegador.abre("/registro")
    answer = navegador.htmx("POST", "/registro", "", codigo=CODIGO)
    assert answer.cabeceras["HX-Push-Url"] == "/registro/datos"
    fresh = navegador.abre("/registro/datos")
    part, whole = (BeautifulSoup(str(soup.select_one("#_datos")), "html5lib") for soup in (answer.soup, fresh.soup))
    igual(part, whole)


def test_with_htmx_a_wrong_code_says_so_in_its_place(navegador, factura):
    navegador.abre("/registro")
    answer = navegador.htmx("POST", "/registro", "_codigo", 422, codigo="999")
    assert NO_SE_PUEDE in answer.texto
    navegador.envia(estado=422, codigo="999")
    igual(answer.pagina, navegador.pagina.soup)


def test_step_two_without_step_one_goes_back_to_it(navegador):
    assert navegador.abre("/registro/datos").url == "/registro"


@pytest.mark.parametrize("how", ["forged", "expired", "missing"])
def test_a_forged_or_expired_validation_starts_again(paso2, how, monkeypatch):
    now = TimestampSigner.get_timestamp
    with monkeypatch.context() as patch:
        patch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) - alta.MINUTES * 60 - 1)
        expired = alta.validar(CODIGO)
    token = {"forged": paso2.pagina.valor("validado")[:-3] + "abc", "expired": expired, "missing": None}[how]
    page = crea(paso2, validado=token)
    assert page.url == "/registro"
    assert "Valídelo de nuevo" in page.avisos
    assert not Cuenta.select().exists()


def test_another_picture_asked_for_with_a_forged_validation_does_not_call_its_code_right(paso2):
    page = paso2.envia("/registro/datos", "Crear cuenta", 422)
    token = page.valor("csrf_token")
    response = paso2.pide("POST", "/registro/datos/otra-imagen", data={"csrf_token": token, "validado": "x"})
    assert "es correcto" not in response.text


@pytest.mark.ajustes(LIMITES=True)
def test_guessing_codes_is_stopped_after_thirty(navegador, factura):
    navegador.abre("/registro")
    token = navegador.pagina.valor("csrf_token")
    answers = [navegador.pide("POST", "/registro", data={"csrf_token": token, "codigo": f"9{n}"}) for n in range(31)]
    assert [answer.status_code for answer in answers] == [422] * 30 + [429]
    assert "Demasiados intentos" in answers[-1].text
    navegador.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    valida(navegador)


# -- step 2 -------------------------------------------------------------------------------------------


def test_a_customer_registers_and_signs_in(paso2):
    page = crea(paso2, factura_por_correo=True)
    assert page.h1 == "Iniciar sesión"
    assert page.avisos == CREADA
    assert paso2.ingresa("rosa@correo.example").url == "/inicio"
    assert f"Código {CODIGO}" in paso2.abre("/facturas").texto


def test_the_account_keeps_what_was_typed_tidied_and_what_was_accepted(paso2):
    crea(paso2, factura_por_correo=True)
    cuenta = Cuenta.get()
    kept = {name: cuenta.__data__[name] for name in DATOS if name in cuenta.__data__ and name != "clave"}
    assert kept == {
        **{"documento_tipo": "CC", "documento": "40123456", "nombres": "Rosa Elena", "apellidos": "García Peña"},
        **{"celular": "3105550123", "telefono": "6085550100", "direccion": "Calle 10 # 5-20"},
        "correo": "rosa@correo.example",
    }
    assert (cuenta.municipio, cuenta.factura_por_correo, cuenta.politica_version) == ("Aguaclara", 1, "2026-11")
    assert cuenta.politica_aceptada == cuenta.creada
    assert cuenta.correo_confirmado is None
    assert CLAVE not in cuenta.clave
    assert cuenta.clave.startswith("$argon2id$")
    row = Asociacion.get()
    assert (row.codigo, row.cuenta_id, row.principal) == (CODIGO, cuenta.id, 1)
    act = Bitacora.get()
    assert (act.evento, act.cuenta_id, act.codigo, act.ip) == ("registro", cuenta.id, CODIGO, "127.0.0.1")


# -- what comes of it ---------------------------------------------------------------------------------


def test_an_address_with_an_account_gets_the_same_page_and_a_mail(paso2, correo):
    una_cuenta("rosa@correo.example")
    page = crea(paso2)
    assert page.url == "/ingresar"
    assert page.avisos == CREADA
    (message,) = correo()
    assert message["To"] == "rosa@correo.example"
    assert message["Subject"] == "Ya tiene una cuenta con este correo"
    assert not Asociacion.select().exists()
    assert Cuenta.select().count() == 1


def test_of_two_people_who_register_one_code_at_once_one_wins(navegador, factura):
    browsers = [valida(navegador.otro()) for _ in range(4)]
    pages = a_la_vez(
        *(
            lambda b=b, n=n: crea(b, correo=f"p{n}@correo.example", correo2=f"p{n}@correo.example")
            for n, b in enumerate(browsers)
        )
    )
    assert sorted(page.avisos for page in pages) == sorted([CREADA] + [NO_SE_PUEDE] * 3)
    assert sorted(page.url for page in pages) == ["/ingresar"] + ["/registro"] * 3
    assert Cuenta.select().count() == Asociacion.select().count() == Correo.select().count() == 1


def test_of_two_registrations_of_one_address_at_once_one_wins_and_neither_is_told(navegador, factura):
    una_factura("200200200", numero="FV0012346")
    browsers = [valida(navegador.otro()), valida(navegador.otro(), "200200200")]
    bills = ["FV0012345", "FV0012346"]
    pages = a_la_vez(*(lambda b=b, n=n: crea(b, numero_factura=n) for b, n in zip(browsers, bills, strict=True)))
    assert [page.avisos for page in pages] == [CREADA, CREADA]
    assert Cuenta.select().count() == Asociacion.select().count() == 1
    assert sorted(row.plantilla for row in Correo.select()) == ["confirmar", "ya_registrado"]


def test_the_mailed_link_confirms_the_address_when_its_button_is_pressed(paso2, correo):
    crea(paso2)
    (message,) = correo()
    assert (message["To"], message["Subject"]) == ("rosa@correo.example", "Confirme su correo")
    link = urlsplit(re.search(r"https?://\S+", message.get_content())[0]).path
    paso2.abre(link)
    assert Cuenta.get().correo_confirmado is None
    assert "confirmado" in paso2.envia("main form").avisos
    assert Cuenta.get().correo_confirmado is not None
    assert paso2.abre(link).h1 == "Confirmar su correo"
    paso2.abre(link[:-3] + "abc", 404)


def test_a_customer_who_did_not_confirm_is_reminded_and_may_ask_for_the_mail_again(paso2, correo):
    crea(paso2)
    page = paso2.ingresa("rosa@correo.example")
    assert "Falta confirmar su correo rosa@correo.example" in page.texto
    correo()
    page = paso2.envia("/confirmacion")
    assert "de nuevo el correo de confirmación" in page.avisos
    (message,) = correo()
    paso2.abre(urlsplit(re.search(r"https?://\S+", message.get_content())[0]).path)
    page = paso2.envia("main form:not(.aviso)")
    assert page.url == "/inicio"
    assert "Falta confirmar" not in page.texto


def test_a_code_that_nobody_bills_yet_can_be_validated_but_not_proved(navegador):
    un_predio("555")
    assert NO_PRUEBA in crea(valida(navegador, "555"), 422, numero_factura="0").texto
