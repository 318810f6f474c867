"""Contraseña: the customer changes it, and every other session ends."""

import pytest
from fabrica import CLAVE, una_cuenta
from test_acceso import ROSA, con_cookie, cookie, entra

from oficina.models import Bitacora, ClaveTemporal, Correo, Cuenta, Sesion

NUEVA = "la quebrada canta de noche"


@pytest.fixture
def rosa(navegador):
    cuenta = una_cuenta(ROSA, codigos=["100200300"])
    navegador.ya_dentro(cuenta)
    navegador.abre("/contrasena")
    return cuenta


def cambia(navegador, estado=200, anterior=CLAVE, clave=NUEVA, clave2=None):
    return navegador.envia("/contrasena", "Actualizar", estado, anterior=anterior, clave=clave, clave2=clave2 or clave)


def test_the_form_has_the_fields_of_the_manual(navegador, rosa):
    labels = [label.text.split("\xa0")[0] for label in navegador.pagina.select("main form label")]
    assert labels == ["Contraseña anterior", "Contraseña nueva", "Confirmar contraseña nueva"]
    assert navegador.pagina.h1 == "Contraseña"


def test_the_new_password_serves_and_the_old_one_no_more(navegador, rosa):
    page = cambia(navegador)
    assert (page.url, page.avisos) == ("/inicio", "Su contraseña quedó cambiada y las demás sesiones se cerraron.")
    entra(navegador.otro(), estado=422)
    assert entra(navegador.otro(), clave=NUEVA).url == "/inicio"


def test_this_browser_stays_and_every_other_session_ends(navegador, rosa):
    phone = navegador.otro().ya_dentro(rosa)
    copied = con_cookie(navegador, cookie(navegador))
    ClaveTemporal.crear(rosa.id, 60)
    cambia(navegador)
    assert navegador.abre("/pagos").h1 == "Pagos realizados"
    assert phone.pide("GET", "/pagos").status_code == 303
    assert copied.pide("GET", "/pagos").status_code == 303, "also a copy of this browser's old cookie"
    assert Sesion.select().count() == 1
    assert not ClaveTemporal.select().exists()


def test_the_customer_is_told_by_mail_and_it_is_written_down(navegador, rosa, correo):
    cambia(navegador)
    (message,) = correo()
    assert (message["To"], message["Subject"]) == (ROSA, "Su contraseña cambió")
    assert NUEVA not in message.get_content()
    assert Bitacora.select().order_by(Bitacora.id.desc()).get().evento == "clave_cambiada"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"anterior": "no es esta clave"}, "anterior", "Esa no es su contraseña anterior. Revísela."),
        ({"anterior": ""}, "anterior", "Escriba su contraseña anterior."),
        ({"clave": CLAVE}, "clave", "Esa es la contraseña que ya tiene. Escriba una distinta."),
        ({"clave": "corta"}, "clave", "Use al menos 12 caracteres."),
        ({"clave": "contraseña12"}, "clave", "fácil de adivinar"),
        ({"clave2": "otra cosa"}, "clave2", "Las dos contraseñas no son iguales."),
    ],
)
def test_what_cannot_be_changes_nothing_and_sends_no_password_back(navegador, rosa, changes, field, message):
    before = Cuenta.get().clave
    page = cambia(navegador, 422, **changes)
    assert message in page.lee(f"#{field}-error")
    assert [page.valor(name) for name in ("anterior", "clave", "clave2")] == ["", "", ""]
    assert Cuenta.get().clave == before
    assert not Correo.select().exists()
    assert Sesion.select().count() == 1


@pytest.mark.parametrize("word", [ROSA, "40123456 3105550123"])
def test_the_own_data_are_no_password(navegador, rosa, word):
    cambia(navegador, 422, clave=word)


@pytest.mark.ajustes(LIMITES=True)
def test_the_old_password_cannot_be_guessed_here(navegador, rosa):
    data = {"csrf_token": navegador.pagina.valor("csrf_token"), "anterior": "no es", "clave": NUEVA, "clave2": NUEVA}
    answers = [navegador.pide("POST", "/contrasena", data=data).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
