"""Who may enter where: one line a route. A route that is missing from the table fails, and so does a line without route."""

from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

import fabrica
import pytest

from oficina.models import TABLES, CaptchaUsado, Limite, Sesion


@dataclass(frozen=True)
class Ruta:
    """``url`` names in braces what belongs to the account; another customer's in its place must be a 404."""

    metodo: str
    url: str
    publica: bool = False

    @property
    def pagina(self) -> bool:
        """Whether it shows a page, and one that needs no link of a mail or step before."""
        apart = ("/salud", "/static/", "/registro/", "/datos/correo/confirmacion", "/confirmacion/")
        return self.metodo == "GET" and not self.url.startswith(apart) and not self.url.endswith((".pdf", ".ics"))

    @property
    def de_alguien(self) -> bool:
        return "{" in self.url


def publica(metodo: str, url: str) -> Ruta:
    return Ruta(metodo, url, publica=True)


def cliente(metodo: str, url: str) -> Ruta:
    return Ruta(metodo, url)


RUTAS = {
    "inicio.portada": publica("GET", "/"),
    "inicio.politica": publica("GET", "/politica-de-datos"),
    "inicio.salud": publica("GET", "/salud"),
    "registro.otra_imagen_codigo": publica("POST", "/registro/otra-imagen"),
    "inicio.icono": publica("GET", "/favicon.ico"),
    "inicio.inicio": cliente("GET", "/inicio"),
    "acceso.formulario": publica("GET", "/ingresar"),
    "acceso.ingresar": publica("POST", "/ingresar"),
    "acceso.otra_imagen": publica("POST", "/ingresar/otra-imagen"),
    "acceso.otro_captcha": publica("GET", "/ingresar/captcha"),
    "acceso.olvido": publica("GET", "/olvido"),
    "acceso.pedir_clave": publica("POST", "/olvido"),
    "acceso.confirmacion_correo": publica("GET", "/confirmacion/inventado"),
    "acceso.confirmar_correo": publica("POST", "/confirmacion/inventado"),
    "acceso.reenviar_confirmacion": cliente("POST", "/confirmacion"),
    "acceso.confirmar_salida": cliente("GET", "/salir"),
    "acceso.salir": cliente("POST", "/salir"),
    "registro.codigo": publica("GET", "/registro"),
    "registro.validar": publica("POST", "/registro"),
    "registro.datos": publica("GET", "/registro/datos"),
    "registro.crear": publica("POST", "/registro/datos"),
    "registro.otra_imagen": publica("POST", "/registro/datos/otra-imagen"),
    "registro.otro_captcha": publica("GET", "/registro/captcha"),
    "registro.imagen": publica("GET", "/registro/captcha/inventado.png"),
    "registro.sonido": publica("GET", "/registro/captcha/inventado.wav"),
    "datos.formulario": cliente("GET", "/datos"),
    "datos.actualizar": cliente("POST", "/datos"),
    "datos.correo_nuevo": cliente("GET", "/datos/correo"),
    "datos.cambiar_correo": cliente("POST", "/datos/correo"),
    "datos.confirmar": publica("GET", "/datos/correo/confirmacion/inventado"),
    "datos.confirmado": publica("POST", "/datos/correo/confirmacion/inventado"),
    "codigos.tabla": cliente("GET", "/codigos"),
    "codigos.ingresar": cliente("POST", "/codigos"),
    "codigos.confirmar_retiro": cliente("GET", "/codigos/{segundo}/retiro"),
    "codigos.retirar": cliente("POST", "/codigos/{segundo}/retiro"),
    "facturas.panel": cliente("GET", "/facturas?codigo={codigo}"),
    "facturas.pdf": cliente("GET", "/facturas/factura-{factura}.pdf"),
    "facturas.anteriores": cliente("GET", "/facturas/anteriores?codigo={codigo}"),
    "facturas.detalle": cliente("GET", "/facturas/detalle/{factura}"),
    "facturas.calendario": cliente("GET", "/facturas/{factura}/vencimiento.ics"),
    "facturas.pago": cliente("GET", "/facturas/{factura}/pago"),
    "pagos.realizados": cliente("GET", "/pagos"),
    "mandamientos.lista": cliente("GET", "/mandamientos"),
    "contrasena.formulario": cliente("GET", "/contrasena"),
    "contrasena.cambiar": cliente("POST", "/contrasena"),
    "verificacion.formulario": publica("GET", "/verificar"),
    "verificacion.verificar": publica("POST", "/verificar"),
    "pagar.elegir": cliente("GET", "/pagar?codigo={codigo}"),
    "pagar.iniciar": cliente("POST", "/pagar"),
    "pagar.sumar": cliente("POST", "/pagar/eleccion"),
    "pagar.salida": publica("GET", "/pagar/{intento}/salida"),
    "pagar.estado": publica("GET", "/pagar/{intento}"),
    "pagar.cancelar": publica("POST", "/pagar/{intento}/cancelacion"),
    "pagar.comprobante": publica("GET", "/pagar/comprobante-inventado.pdf"),
    "rapido.formulario": publica("GET", "/pago-rapido"),
    "rapido.buscar": publica("POST", "/pago-rapido"),
    "rapido.otra_imagen": publica("POST", "/pago-rapido/otra-imagen"),
    "rapido.factura": publica("GET", "/pago-rapido/inventado"),
    "rapido.iniciar": publica("POST", "/pago-rapido/inventado"),
    "static": publica("GET", "/static/vendor/htmx.LICENSE"),
}
de_clientes = pytest.mark.parametrize("ruta", [pytest.param(r, id=n) for n, r in RUTAS.items() if not r.publica])
publicas = pytest.mark.parametrize("ruta", [pytest.param(r, id=n) for n, r in RUTAS.items() if r.publica])
con_post = pytest.mark.parametrize("ruta", [pytest.param(r, id=n) for n, r in RUTAS.items() if r.metodo == "POST"])
ajenas = pytest.mark.parametrize("ruta", [pytest.param(r, id=n) for n, r in RUTAS.items() if r.de_alguien])
# Sessions come and go; counters count.
RESTLESS = {Sesion, Limite, CaptchaUsado}


@dataclass
class Vecino:
    """A customer with two codes, a bill of each, of which one is being paid, a payment and a collection process."""

    codigo: str
    segundo: str
    factura: str
    intento: str
    cuenta: object = field(default=None)

    @classmethod
    def nuevo(cls, correo: str, codigo: str) -> "Vecino":
        second = f"{codigo}2"
        cuenta = fabrica.una_cuenta(correo, codigos=[codigo, second])
        fabrica.un_pago(codigo)
        fabrica.un_mandamiento(codigo)
        paying = fabrica.un_intento({second: fabrica.una_factura(second).numero}, cuenta)
        return cls(codigo, second, fabrica.una_factura(codigo).numero, paying.publico, cuenta)

    def url(self, ruta: Ruta) -> str:
        return ruta.url.format(codigo=self.codigo, segundo=self.segundo, factura=self.factura, intento=self.intento)


@pytest.fixture
def rosa(app):
    return Vecino.nuevo("rosa@correo.example", "1001")


@pytest.fixture
def tomas(app):
    return Vecino.nuevo("tomas@correo.example", "2001")


def lo_guardado() -> dict:
    return {table.__name__: sorted(table.select().tuples(), key=repr) for table in TABLES if table not in RESTLESS}


def test_every_route_is_in_the_table(app):
    rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
    assert set(rules) == set(RUTAS)
    wrong = [name for name, rule in rules.items() if rule.methods - {"HEAD", "OPTIONS"} != {RUTAS[name].metodo}]
    assert not wrong, f"one function a verb: {wrong}"


def test_the_table_calls_the_route_it_names(app, rosa):
    urls = app.url_map.bind("localhost")
    for name, ruta in RUTAS.items():
        assert urls.match(urlsplit(rosa.url(ruta)).path, method=ruta.metodo)[0] == name


def test_what_is_public_is_so_by_name(app):
    public = {name for name, view in app.view_functions.items() if getattr(view, "is_public", False)}
    assert public == {name for name, ruta in RUTAS.items() if ruta.publica}


@de_clientes
def test_a_stranger_is_asked_to_sign_in(navegador, rosa, ruta):
    before = lo_guardado()
    if ruta.metodo == "GET":
        response = navegador.pide("GET", rosa.url(ruta))
    else:
        response = con_csrf(navegador, rosa.url(ruta))
    assert response.status_code == HTTPStatus.SEE_OTHER
    assert urlsplit(response.location).path == "/ingresar"
    assert lo_guardado() == before


@de_clientes
def test_a_stranger_with_htmx_is_taken_to_the_whole_sign_in_page(navegador, rosa, ruta):
    navegador.abre("/ingresar")
    response = navegador.htmx(ruta.metodo, rosa.url(ruta), "_panel", estado=HTTPStatus.UNAUTHORIZED)
    assert response.cabeceras["HX-Redirect"] == "/ingresar"
    assert not response.html


@publicas
def test_a_public_page_needs_no_session(navegador, rosa, ruta):
    response = navegador.pide("GET", ruta.url) if ruta.metodo == "GET" else con_csrf(navegador, ruta.url)
    assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    assert response.status_code not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


@ajenas
def test_what_is_mine_opens(navegador, rosa, tomas, ruta):
    navegador.ingresa(rosa.cuenta)
    response = navegador.pide("GET", rosa.url(ruta)) if ruta.metodo == "GET" else con_csrf(navegador, rosa.url(ruta))
    assert response.status_code in (HTTPStatus.OK, HTTPStatus.SEE_OTHER)


@ajenas
def test_what_is_somebody_elses_is_not_found_and_stays_as_it_was(navegador, rosa, tomas, ruta):
    navegador.ingresa(rosa.cuenta)
    before = lo_guardado()
    url = tomas.url(ruta)
    response = navegador.pide("GET", url) if ruta.metodo == "GET" else con_csrf(navegador, url)
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert tomas.codigo not in response.text.replace(url, "")
    assert lo_guardado() == before


@con_post
def test_a_form_sent_without_its_token_changes_nothing(navegador, rosa, ruta):
    if not ruta.publica:
        navegador.ingresa(rosa.cuenta)
    before = lo_guardado()
    response = navegador.pide("POST", rosa.url(ruta), data={"correo": "rosa@correo.example", "clave": fabrica.CLAVE})
    assert response.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.SEE_OTHER)
    assert lo_guardado() == before


@con_post
def test_a_form_sent_from_another_site_is_refused(navegador, rosa, ruta):
    response = navegador.pide("POST", rosa.url(ruta), headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.SEE_OTHER)


def con_csrf(navegador, url: str):
    """A POST of nothing but a good token, so that only the right to enter is tried."""
    page = navegador.pide("GET", "/salir")
    page = page if page.status_code == HTTPStatus.OK else navegador.pide("GET", "/ingresar")
    token = page.text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    assert token, "no csrf_token found"
    return navegador.pide("POST", url, data={"csrf_token": token})
