"""Registration: the proof that one holds a bill, and the security code that keeps robots out."""

# The fixtures of test_registro are arguments here.
# ruff: noqa: F401, F811

import pytest
from fabrica import CLAVE, una_factura
from paginas import igual
from test_registro import CODIGO, DATOS, crea, factura, paso2, valida

from oficina import captcha
from oficina.models import CaptchaUsado, Cuenta
from oficina.registro.routes import NO_CAPTCHA, NO_PRUEBA

# -- proof --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["FV0012345", "fv 00-12.345", "  FV0012345  "])
def test_the_number_of_a_recent_bill_is_proof(paso2, typed):
    assert crea(paso2, numero_factura=typed).h1 == "Iniciar sesión"


@pytest.mark.parametrize("typed", ["12345", "000 12345", " 0012345"])
def test_leading_zeros_of_the_bill_do_not_matter(navegador, typed):
    una_factura(CODIGO, numero="0012345")
    assert crea(valida(navegador), numero_factura=typed).h1 == "Iniciar sesión"


@pytest.mark.parametrize("typed", ["OLD", "OTHER", "0", "-", "FV001234", "%"])
def test_an_old_bill_or_that_of_another_code_is_no_proof(paso2, typed):
    una_factura(CODIGO, numero="OLD", expedida="2020-01-01")
    for month in range(1, 6):
        una_factura(CODIGO, expedida=f"2026-0{month}-16")
    una_factura("200200200", numero="OTHER")
    page = crea(paso2, 422, numero_factura=typed)
    assert NO_PRUEBA in page.lee("#numero_factura-error")
    assert page.valor("numero_factura") == typed
    assert not Cuenta.select().exists()


@pytest.mark.ajustes(LIMITES=True)
def test_after_ten_wrong_bills_a_day_even_the_right_one_is_refused(paso2):
    for _ in range(10):
        crea(paso2, 422, numero_factura="X")
    assert NO_PRUEBA in crea(paso2, 422).texto


@pytest.mark.ajustes(PRUEBA_FACTURA=False)
def test_where_no_proof_is_asked_for_there_is_no_field(paso2):
    assert not paso2.pagina.select("#numero_factura")
    data = {name: value for name, value in DATOS.items() if name != "numero_factura"}
    assert paso2.envia("/registro/datos", "Crear cuenta", **data).h1 == "Iniciar sesión"


# -- security code ------------------------------------------------------------------------------------


def digitos(page) -> str:
    return captcha._digits(captcha._open(page.valor("captcha"))[0])


@pytest.mark.ajustes(CAPTCHA=True)
class TestSecurityCode:
    def test_the_right_numbers_let_in(self, paso2):
        for kind in ("png", "wav"):
            assert paso2.pide("GET", f"/registro/captcha/{paso2.pagina.valor('captcha')}.{kind}").status_code == 200
        assert crea(paso2, digitos=digitos(paso2.pagina)).h1 == "Iniciar sesión"

    def test_wrong_numbers_are_refused_and_spend_the_picture(self, paso2):
        first, right = paso2.pagina.valor("captcha"), digitos(paso2.pagina)
        page = crea(paso2, 422, digitos=right[::-1] + "0")
        assert NO_CAPTCHA in page.lee("#digitos-error")
        assert page.valor("digitos") == ""
        assert page.valor("captcha") != first
        assert CaptchaUsado.select().count() == 1
        assert NO_CAPTCHA in crea(paso2, 422, captcha=first, digitos=right).texto

    def test_another_picture_keeps_the_form(self, paso2):
        first = paso2.pagina.valor("captcha")
        page = paso2.envia("/registro/datos", "Otra imagen", nombres="Rosa", correo="rosa@correo.example", clave=CLAVE)
        assert (page.valor("nombres"), page.valor("correo"), page.valor("clave")) == ("Rosa", "rosa@correo.example", "")
        assert page.valor("captcha") != first
        assert not page.select("#resumen")
        assert crea(paso2, digitos=digitos(page)).h1 == "Iniciar sesión"

    def test_with_htmx_only_the_picture_changes(self, paso2):
        before = paso2.pagina.soup
        answer = paso2.htmx("GET", "/registro/captcha", "_captcha")
        for soup in (before, answer.pagina):
            soup.select_one("#_captcha img").decompose()
            soup.select_one("#_captcha a.enlace").decompose()
            soup.select_one("#_captcha input[name=captcha]").decompose()
        igual(answer.pagina, before)

    def test_enter_in_a_field_creates_the_account(self, paso2):
        form = paso2.pagina.select("main form")[0]
        default = form.select_one("button:not([type]), button[type=submit], input[type=submit]")
        assert not default.has_attr("formaction")
        assert not default.has_attr("hx-get")
