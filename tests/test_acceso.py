"""Signing in and out, and what becomes of a session."""

import re
import time
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from fabrica import CLAVE, una_cuenta, una_factura

from oficina import db
from oficina.acceso.routes import BLOQUEADA, NO_COINCIDEN
from oficina.models import Bitacora, ClaveTemporal, Cuenta, Sesion

ROSA = "rosa@correo.example"
COOKIE = "oficina"


@pytest.fixture
def rosa(app):
    return una_cuenta(ROSA, codigos=["100200300"])


def entra(navegador, correo=ROSA, clave=CLAVE, estado=None):
    navegador.abre("/ingresar")
    return navegador.envia("/ingresar", "Iniciar sesión", estado, correo=correo, clave=clave)


def cookie(navegador) -> str:
    return navegador.client.get_cookie(COOKIE).value


def con_cookie(navegador, value: str):
    other = navegador.otro()
    other.client.set_cookie(COOKIE, value)
    return other


# -- where it leads -----------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/pagos", "/facturas?codigo=100200300", "/codigos", "/datos/correo"])
def test_signing_in_leads_to_the_page_first_asked_for(navegador, rosa, address):
    assert navegador.abre(address).h1 == "Iniciar sesión"
    assert navegador.envia("/ingresar", correo=ROSA, clave=CLAVE).url == address


def test_without_a_page_asked_for_it_leads_to_inicio(navegador, rosa):
    assert entra(navegador).url == "/inicio"
    assert navegador.abre("/ingresar").url == "/inicio"


@pytest.mark.parametrize("evil", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"])
def test_the_way_is_never_taken_from_the_address(navegador, rosa, evil):
    navegador.abre("/ingresar", query_string={"next": evil, "destino": evil})
    assert navegador.envia("/ingresar", correo=ROSA, clave=CLAVE).url == "/inicio"


@pytest.mark.parametrize(
    "asked",
    [
        "/facturas?endpoint=x",
        "/codigos/1/retiro?codigo=2",
        "/facturas?_scheme=ftp",
        "/facturas?_external=1",
        "/pagos?_method=PUT",
    ],
)
def test_strange_words_in_the_address_do_not_change_the_way(navegador, rosa, asked):
    assert navegador.pide("GET", asked).status_code == 303
    navegador.abre("/ingresar")
    response = navegador.pide(
        "POST", "/ingresar", data={"correo": ROSA, "clave": CLAVE, "csrf_token": navegador.pagina.valor("csrf_token")}
    )
    assert re.match(r"/[a-z]", response.location)


# -- who is refused -----------------------------------------------------------------------------------


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(navegador, rosa):
    answers = []
    for correo in (ROSA, "nadie@correo.example"):
        page = entra(navegador.otro(), correo, "no es esta clave", 422)
        assert NO_COINCIDEN in page.lee("#resumen")
        assert (page.valor("correo"), page.valor("clave")) == (correo, "")
        body = re.sub(r'(name="csrf_token"[^>]*value="|X-CSRFToken": ")[^"]*', "", page.cuerpo.decode())
        headers = [(name, value) for name, value in page.cabeceras if name not in ("Set-Cookie", "Content-Length")]
        answers.append((body.replace(correo, ""), headers))
    assert answers[0] == answers[1]
    assert [row.evento for row in Bitacora.select()] == ["ingreso_fallido"] * 2


@pytest.fixture
def comparaciones(monkeypatch):
    """How many passwords were compared; each takes 20 ms that can be measured from outside."""
    verify, done = PasswordHasher.verify, []
    monkeypatch.setattr(PasswordHasher, "verify", lambda self, *args: done.append(1) or verify(self, *args))
    return done


@pytest.mark.parametrize("mailed", [False, True])
def test_a_wrong_password_costs_the_same_for_everybody(navegador, rosa, comparaciones, mailed):
    if mailed:
        ClaveTemporal.crear(rosa.id, 60)
    entra(navegador, ROSA, "no es esta clave", 422)
    known = len(comparaciones)
    entra(navegador, "nadie@correo.example", "no es esta clave", 422)
    assert len(comparaciones) - known == known


@pytest.mark.parametrize(
    ("correo", "clave"), [("", ""), ("rosa", "x"), (ROSA, "x" * 1001), (ROSA, "\x00" * 20), ("ROSA'--", "'")]
)
def test_what_cannot_be_right_is_refused_politely(navegador, rosa, correo, clave):
    assert entra(navegador, correo, clave, 422).select("#resumen")


def test_the_address_may_be_typed_in_capitals_with_blanks(navegador, rosa):
    assert entra(navegador, f" {ROSA.upper()} ").url == "/inicio"


def test_a_blocked_account_is_told_where_to_call_and_only_with_its_password(navegador, rosa):
    Cuenta.update(bloqueada=db.utcnow()).execute()
    assert BLOQUEADA.format("608 555 0100") in entra(navegador, estado=422).texto
    assert NO_COINCIDEN in entra(navegador, clave="no es esta clave", estado=422).texto


def test_blocking_ends_the_sessions_that_are_open(navegador, rosa):
    entra(navegador)
    with db.write():
        rosa.bloquear()
    assert navegador.abre("/pagos").h1 == "Iniciar sesión"


def test_a_deleted_account_is_an_unknown_one(navegador, rosa):
    entra(navegador)
    with db.write():
        rosa.eliminar()
    assert navegador.abre("/pagos").h1 == "Iniciar sesión"
    assert NO_COINCIDEN in entra(navegador, estado=422).texto


# -- sessions -----------------------------------------------------------------------------------------


def test_the_cookie_before_signing_in_opens_nothing_afterwards(navegador, rosa):
    navegador.abre("/ingresar")
    planted = cookie(navegador)
    entra(navegador)
    assert cookie(navegador) != planted
    assert con_cookie(navegador, planted).pide("GET", "/pagos").status_code == 303


def test_signing_in_again_ends_the_session_of_that_browser(navegador, rosa):
    entra(navegador)
    first = cookie(navegador)
    page = navegador.abre("/inicio")
    token = re.search(r'X-CSRFToken": "([^"]+)', page.cuerpo.decode())[1]
    navegador.pide("POST", "/ingresar", data={"correo": ROSA, "clave": CLAVE, "csrf_token": token})
    assert con_cookie(navegador, first).pide("GET", "/pagos").status_code == 303
    assert Sesion.select().count() == 1


def test_signing_out_ends_a_copied_cookie_too(navegador, rosa):
    entra(navegador)
    thief = con_cookie(navegador, cookie(navegador))
    assert thief.pide("GET", "/pagos").status_code == 200
    navegador.abre("/salir")
    page = navegador.envia("/salir", "Sí, salir")
    assert (page.h1, page.avisos) == ("Iniciar sesión", "Su sesión terminó. Ya nadie más puede ver sus datos en este equipo.")
    assert thief.pide("GET", "/pagos").status_code == 303
    assert not Sesion.select().exists()


def test_signing_out_empties_what_the_browser_kept(navegador, rosa):
    entra(navegador)
    navegador.abre("/salir")
    response = navegador.pide("POST", "/salir", data={"csrf_token": navegador.pagina.valor("csrf_token")})
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize("how", ["idle", "absolute"])
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_an_old_session_ends_and_leads_back_after_signing_in(app, navegador, rosa, how, htmx):
    una_factura()
    entra(navegador)
    navegador.abre("/facturas")
    if how == "absolute":
        Sesion.update(caduca=db.utcnow() - timedelta(seconds=1)).execute()
    else:
        signer = app.session_interface.get_signing_serializer(app)
        old = signer.loads(cookie(navegador)) | {"visto": int(time.time()) - 30 * 60 - 1}
        navegador.client.set_cookie(COOKIE, signer.dumps(old))
    if htmx:
        answer = navegador.htmx("GET", "/facturas", "_panel", 401)
        assert (answer.cabeceras["HX-Redirect"], answer.html) == ("/ingresar", "")
        page = navegador.abre("/ingresar")
    else:
        page = navegador.abre("/pagos")
    assert page.avisos == "Su sesión terminó por seguridad. Inicie sesión de nuevo."
    assert navegador.envia("/ingresar", correo=ROSA, clave=CLAVE).url == ("/inicio" if htmx else "/pagos")


def test_a_cookie_signed_by_somebody_else_is_nobodys(navegador, rosa):
    entra(navegador)
    forged = con_cookie(navegador, cookie(navegador)[:-4] + "aaaa")
    assert forged.pide("GET", "/pagos").status_code == 303


def test_the_cookie_holds_no_name_of_the_account_and_the_base_no_cookie(app, navegador, rosa):
    entra(navegador)
    inside = app.session_interface.get_signing_serializer(app).loads(cookie(navegador))
    assert inside["_user_id"] not in repr(list(Sesion.select().dicts()))
    assert len(inside["_user_id"]) >= 43


# -- forms from elsewhere -----------------------------------------------------------------------------


def test_a_form_without_its_token_gets_a_page_that_says_what_to_do(navegador, rosa):
    page = navegador._sigue("/ingresar", navegador.pide("POST", "/ingresar", data={"correo": ROSA, "clave": CLAVE}), 400)
    assert page.h1 == "La página llevaba mucho tiempo abierta"
    assert page.select('a[href="/ingresar"]')
    assert not Sesion.select().exists()


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_sent_from_another_site_is_refused_even_with_a_good_token(navegador, rosa, site):
    entra(navegador)
    token = navegador.abre("/salir").valor("csrf_token")
    response = navegador.pide("POST", "/salir", data={"csrf_token": token}, headers={"Sec-Fetch-Site": site})
    assert navegador._sigue("/salir", response, 403).h1 == "No se puede hacer desde aquí"
    assert Sesion.select().count() == 1


def test_the_token_of_one_session_does_not_serve_in_another(navegador, rosa):
    entra(navegador)
    other = navegador.otro()
    entra(other)
    token = other.abre("/salir").valor("csrf_token")
    assert navegador.pide("POST", "/salir", data={"csrf_token": token}).status_code == 400
