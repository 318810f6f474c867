"""Waits that grow with failed log-ins, and never shut a customer out for somebody else's doing."""

import time

import pytest
from fabrica import CLAVE, a_la_vez, una_cuenta
from test_acceso import ROSA, entra

from oficina import captcha, limits
from oficina.acceso.entrada import FREE_BY_ACCOUNT, FREE_BY_ACCOUNT_AND_ADDRESS, FREE_BY_ADDRESS
from oficina.models import Espera, Sesion

pytestmark = pytest.mark.ajustes(LIMITES=True, CAPTCHA=True)
OTHER = "203.0.113.7"


@pytest.fixture
def rosa(app):
    return una_cuenta(ROSA, codigos=["100200300"])


def envia(navegador, correo=ROSA, clave="no es esta clave", address="127.0.0.1"):
    """Only what is sent: many log-ins in a row, without opening the form each time."""
    if navegador.pagina is None:
        navegador.abre("/ingresar")
    data = {"correo": correo, "clave": clave, "csrf_token": navegador.pagina.valor("csrf_token")}
    return navegador.pide("POST", "/ingresar", data=data, environ_base={"REMOTE_ADDR": address})


def hubo(tries: int, *what: str):
    """As if there had been ``tries``: each real one costs a comparison of passwords."""
    Espera.update(fallos=tries).where(Espera.clave == limits.key_of("ingreso", *what)).execute()


def muchos_la_intentan(navegador):
    """So many addresses tried Rosa's account that its next try needs the security code."""
    envia(navegador, address="198.51.100.1")
    hubo(FREE_BY_ACCOUNT - 1, ROSA)
    envia(navegador, address="198.51.100.2")


def pasan_las_esperas():
    Espera.update(hasta=0).execute()


@pytest.mark.parametrize("correo", [ROSA, "nadie@correo.example"])
def test_after_five_failures_one_waits_and_then_longer(navegador, rosa, correo):
    answers = [envia(navegador, correo) for _ in range(FREE_BY_ACCOUNT_AND_ADDRESS)]
    assert {answer.status_code for answer in answers} == {422}
    told = envia(navegador, correo)
    assert told.status_code == 429
    assert 0 < int(told.headers["Retry-After"]) <= 30
    assert "Por seguridad, espere" in told.text
    assert 'value="no es' not in told.text
    pasan_las_esperas()
    assert envia(navegador, correo).status_code == 422
    assert 30 < int(envia(navegador, correo).headers["Retry-After"]) <= 60


def test_even_the_right_password_waits(navegador, rosa):
    for _ in range(FREE_BY_ACCOUNT_AND_ADDRESS):
        envia(navegador)
    assert envia(navegador, clave=CLAVE).status_code == 429
    pasan_las_esperas()
    assert envia(navegador, clave=CLAVE).status_code == 303


def test_who_is_elsewhere_does_not_wait_for_it(navegador, rosa):
    for _ in range(FREE_BY_ACCOUNT_AND_ADDRESS + 1):
        envia(navegador)
    assert envia(navegador.otro(), clave=CLAVE, address=OTHER).status_code == 303


def test_entering_forgets_the_failures(navegador, rosa):
    for _ in range(FREE_BY_ACCOUNT_AND_ADDRESS - 1):
        envia(navegador)
    assert envia(navegador, clave=CLAVE).status_code == 303
    assert [envia(navegador.otro()).status_code for _ in range(2)] == [422, 422]


def test_one_address_that_tries_many_accounts_waits(navegador, rosa):
    envia(navegador)
    hubo(FREE_BY_ADDRESS - 2, "127.0.0.1")
    assert [envia(navegador, f"p{n}@correo.example").status_code for n in range(3)] == [422, 422, 429]


def test_a_house_where_many_enter_does_not_wait(navegador, rosa):
    envia(navegador)
    hubo(FREE_BY_ADDRESS - 2, "127.0.0.1")
    assert [envia(navegador.otro(), clave=CLAVE).status_code for _ in range(4)] == [303] * 4


def test_failures_of_an_address_are_forgotten_though_others_enter_from_it(navegador, rosa):
    envia(navegador, "nadie@correo.example")
    key = limits.key_of("ingreso", "127.0.0.1")
    soon = int(time.time()) + 60
    Espera.update(vence=soon).execute()
    envia(navegador.otro(), clave=CLAVE)
    assert Espera.get_by_id(key).vence <= soon


def test_an_account_that_many_addresses_try_asks_for_the_security_code(navegador, rosa):
    for n in range(FREE_BY_ACCOUNT):
        assert envia(navegador, address=f"198.51.100.{n}").status_code == 422
    browser = navegador.otro()
    page = entra(browser, estado=422)
    assert "Hubo muchos intentos con esta cuenta" in page.lee("#digitos-error")
    assert not Sesion.select().exists()
    assert entra(browser, clave="otra clave", estado=422).select("#_captcha"), "asked for again"


def test_a_right_security_code_lets_the_customer_in_meanwhile(navegador, rosa):
    muchos_la_intentan(navegador)
    browser = navegador.otro()
    page = entra(browser, estado=422)
    first = page.valor("captcha")
    page = browser.envia("/ingresar", "Otra imagen", clave=CLAVE)
    assert (page.valor("correo"), page.valor("clave")) == (ROSA, "")
    assert page.valor("captcha") != first
    page = browser.envia("/ingresar", "Iniciar sesión", 422, clave=CLAVE, digitos="1")
    digits = captcha._digits(captcha._open(page.valor("captcha"))[0])
    assert browser.envia("/ingresar", "Iniciar sesión", clave=CLAVE, digitos=digits).url == "/inicio"


def test_without_the_code_a_right_password_is_answered_like_a_wrong_one(navegador, rosa):
    muchos_la_intentan(navegador)
    answers = [envia(navegador, clave=clave, address=OTHER).text for clave in (CLAVE, "no es esta clave")]
    assert all("Hubo muchos intentos" in answer and "no coinciden" not in answer for answer in answers)


def test_what_is_counted_does_not_name_who_tried(navegador, rosa):
    envia(navegador)
    assert ROSA not in repr(list(Espera.select().tuples()))
    assert "127.0.0.1" not in repr(list(Espera.select().tuples()))


@pytest.mark.ajustes(CAPTCHA=False)
def test_many_tries_at_once_are_all_counted_and_none_fails(navegador, rosa):
    browsers = [navegador.otro() for _ in range(8)]
    for browser in browsers:
        browser.abre("/ingresar")
    answers = a_la_vez(*(lambda browser=browser: envia(browser) for browser in browsers))
    assert sorted(answer.status_code for answer in answers) == [422] * FREE_BY_ACCOUNT_AND_ADDRESS + [429] * 3
