"""Every answer carries the headers that protect it; private pages are not kept, static files are for long."""

import re

import pytest
from fabrica import una_cuenta, una_factura

from oficina.access import CSP

HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
ANSWERS = [
    *(("GET", "/", 200), ("GET", "/ingresar", 303), ("GET", "/salud", 200), ("GET", "/registro", 200)),
    *(("GET", "/inicio", 200), ("GET", "/facturas", 200), ("GET", "/facturas/factura-F1.pdf", 200), ("GET", "/codigos", 200)),
    *(("GET", "/nada", 404), ("POST", "/", 405), ("POST", "/ingresar", 400), ("GET", "/facturas?codigo=9", 404)),
    *(("GET", "/registro/datos", 303), ("HEAD", "/inicio", 200), ("OPTIONS", "/", 200), ("POST", "/salir", 400)),
]
STATIC = ("/static/css/oficina.css", "/static/js/oficina.js", "/static/img/favicon.svg", "/static/vendor/htmx-4.0.1.min.js")
PRODUCTION = {
    "ENTORNO": "produccion",
    "URL_PUBLICA": "https://oficina.otra.example",
    "CAPTCHA": True,
    "LIMITES": True,
    "SECRETO": "Zk3-9vQx_Lw7Rt2Yp8Nc4Hs6Jd1Fg5Ba0-Em",
}


def comprueba(response, https: bool = False):
    for name, value in HEADERS.items():
        assert response.headers.getlist(name) == [value]
    assert response.headers.getlist("Strict-Transport-Security") == (["max-age=31536000; includeSubDomains"] if https else [])
    assert "X-Powered-By" not in response.headers


def test_nothing_may_run_but_our_own_files():
    assert "unsafe" not in CSP
    assert "http" not in CSP
    assert "default-src 'none'" in CSP
    assert "frame-ancestors 'none'" in CSP
    assert "form-action 'self'" in CSP


def test_pages_files_errors_and_redirects_carry_them_all_and_are_not_kept(navegador):
    navegador.ya_dentro(una_cuenta(codigos=["1001"]))
    una_factura("1001", numero="F1")
    for method, address, status in ANSWERS:
        response = navegador.pide(method, address)
        assert response.status_code == status, address
        comprueba(response)
        assert response.headers.getlist("Cache-Control") == ["no-store"], address


def test_what_breaks_carries_them_too(app, navegador, monkeypatch):
    from oficina.models import Cuenta

    app.testing = False
    navegador.ya_dentro(una_cuenta(codigos=["1001"]))
    monkeypatch.setattr(Cuenta, "codigos", lambda self: 1 / 0)
    response = navegador.pide("GET", "/facturas")
    assert response.status_code == 500
    comprueba(response)
    assert response.headers["Cache-Control"] == "no-store"


def test_the_answers_to_htmx_carry_them_too(navegador):
    for address, status in (("/registro", 200), ("/facturas", 401), ("/nada", 404)):
        response = navegador.pide("GET", address, headers={"HX-Request": "true"})
        assert response.status_code == status
        comprueba(response)


def test_a_page_and_its_fragment_are_told_apart_by_caches(navegador):
    navegador.ya_dentro(una_cuenta(codigos=["1001"]))
    assert {"HX-Request", "Cookie"} <= set(re.split(r",\s*", navegador.pide("GET", "/facturas").headers["Vary"]))


@pytest.mark.parametrize("address", STATIC)
def test_static_files_carry_them_and_are_kept_for_long(navegador, address):
    response = navegador.pide("GET", address)
    assert response.status_code == 200
    comprueba(response)
    assert "immutable" in response.headers["Cache-Control"]
    assert int(re.search(r"max-age=(\d+)", response.headers["Cache-Control"])[1]) >= 31_536_000
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Set-Cookie" not in response.headers


def test_every_static_address_of_a_page_has_the_hash_of_its_content(navegador):
    page = navegador.abre("/")
    addresses = [tag.get("href") or tag.get("src") for tag in page.select("head link, head script, header img")]
    ours = [address for address in addresses if address.startswith("/static/")]
    assert len(ours) >= 5
    for address in ours:
        assert re.search(r"\?v=[0-9a-f]{10}$", address)
        assert navegador.pide("GET", address).status_code == 200


def test_no_address_of_a_page_loads_from_elsewhere(navegador):
    navegador.ya_dentro(una_cuenta(codigos=["1001"]))
    for address in ("/", "/inicio", "/facturas", "/registro"):
        for tag in navegador.abre(address).select("[src], link[href], form[action]"):
            assert (tag.get("src") or tag.get("href") or tag.get("action")).startswith("/")


def test_the_cookie_is_for_the_server_only(navegador):
    parts = {part.strip() for part in navegador.pide("GET", "/ingresar").headers["Set-Cookie"].split(";")}
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= parts


@pytest.mark.ajustes(**PRODUCTION)
def test_over_https_the_cookie_and_all_answers_stay_there(app, navegador):
    response = navegador.pide("GET", "/ingresar", base_url="https://oficina.otra.example")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-oficina=")
    assert "; Secure" in cookie
    assert "Domain=" not in cookie
    for address in ("/ingresar", "/nada", STATIC[0]):
        comprueba(navegador.pide("GET", address, base_url="https://oficina.otra.example"), https=True)
