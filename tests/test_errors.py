"""When something goes wrong the customer sees a page of the office that says what to do, and never a trace."""

import gc

import apsw
import fabrica
import pytest
import servidores
from fabrica import una_cuenta, una_factura
from werkzeug.exceptions import HTTPException

from oficina import db, documentos
from oficina.documentos import RenderError

TITLES = {
    400: "No entendimos la solicitud",
    403: "No se puede hacer desde aquí",
    404: "No encontramos esa página",
    405: "Esa página no se abre así",
    413: "Lo que envió es demasiado grande",
    422: "Hay datos por corregir",
    429: "Demasiados intentos",
    500: "Algo falló de nuestro lado",
    503: "La oficina virtual está ocupada",
}
SECRETS = ("Traceback", "werkzeug", "peewee", "/site-packages/", ".py", "SELECT", "OperationalError")


def revisa(page, code: int):
    assert page.h1 == TITLES[code]
    # Where the office fails nobody is asked who is signed in, and no menu pretends to know.
    assert bool(page.select("nav.menu a")) == (code < 500)
    assert page.select(".pasos li")
    assert page.select('main a[href="/"]')
    assert "referencia" not in page.texto
    assert not [word for word in SECRETS if word in page.cuerpo.decode()]
    assert page.cabeceras["Cache-Control"] == "no-store"
    return page


@pytest.fixture
def rota(app):
    """Views that fail as their number says; the error handler is the portal's own."""
    from oficina.access import public

    app._got_first_request = False

    @app.route("/rota/<int:code>", methods=["GET", "POST"])
    @public
    def view(code: int):
        if code == 500:
            raise RuntimeError("SELECT secret")
        error = HTTPException()
        error.code = code
        raise error

    return "/rota/{}".format


@pytest.mark.parametrize("code", [code for code in TITLES if code != 503])
@pytest.mark.parametrize("inside", [False, True], ids=["out", "in"])
def test_each_error_has_its_page(app, navegador, rota, code, inside):
    app.testing = False
    if inside:
        navegador.ya_dentro(una_cuenta())
    revisa(navegador.abre(rota(code), code), code)


@pytest.mark.parametrize("code", [400, 404, 429, 500])
def test_under_htmx_an_error_is_a_notice_and_the_page_stays(app, navegador, rota, code):
    app.testing = False
    navegador.abre("/ingresar")
    answer = navegador.htmx("GET", rota(code), "contenido", code)
    assert answer.cabeceras["HX-Retarget"] == "#_avisos"
    assert TITLES[code] in answer.texto
    assert answer.soup.select_one("#_avisos [role=alert]")
    assert len(answer.soup.find_all(recursive=False)) == 1


@pytest.mark.parametrize(
    "address",
    ["/nada", "/facturas/", "/static/nada.css", "/../etc/passwd", "/%00", "/\ud83d\ude80", "/registro/captcha/x.png", "/.env"],
)
def test_what_does_not_exist_is_404(navegador, address):
    page = navegador.abre(address.encode("utf-16", "surrogatepass").decode("utf-16"), 404)
    revisa(page, 404)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
def test_what_is_not_asked_so_is_405_and_says_how(navegador, method):
    page = navegador._sigue("/", navegador.pide(method, "/"), 405)
    revisa(page, 405)
    assert "GET" in page.cabeceras["Allow"]


def test_what_is_too_large_is_413(navegador):
    token = navegador.abre("/ingresar").valor("csrf_token")
    for data in ({"csrf_token": token, "correo": "x" * 70_000}, {"csrf_token": token} | {f"f{n}": "" for n in range(20_000)}):
        revisa(navegador._sigue("/", navegador.pide("POST", "/ingresar", data=data), 413), 413)


@pytest.mark.parametrize(
    "body", [b"csrf_token=%ff%fe", b"\x00\xff" * 100, b"correo=%ed%a0%80&clave=x", b"&&&===;;;", b"{}" * 100]
)
def test_what_is_no_form_is_400(navegador, body):
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"):
        response = navegador.pide("POST", "/ingresar", data=body, content_type=kind)
        assert response.status_code == 400
        assert not [word for word in SECRETS if word in response.text]


@pytest.mark.ajustes(URL_PUBLICA="http://oficina.otra.example")
def test_a_host_that_is_not_ours_is_400_and_its_name_goes_nowhere(app, navegador):
    app.testing = False
    response = navegador.pide("GET", "/ingresar", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "evil" not in response.text
    assert "evil" not in str(response.headers)
    assert "Traceback" not in response.text


def test_a_pdf_that_cannot_be_made_says_to_come_back(app, navegador, monkeypatch):
    navegador.ya_dentro(una_cuenta(codigos=["1001"]))
    factura = una_factura("1001")

    def fails(*args):
        raise RenderError("no")

    monkeypatch.setattr(documentos, "render", fails)
    address = f"/facturas/factura-{factura.numero}.pdf"
    page = navegador.abre(address, 503)
    assert revisa(page, 503).cabeceras["Retry-After"] == "30"
    assert page.lee(f'main a[href="{address}"]') == "Intentar de nuevo"


# -- the database away --------------------------------------------------------------------------------


@pytest.fixture
def lejos(motor, base, tmp_path):
    """Take the database away (another one that cannot be opened in its place) and bring it back."""

    def away():
        fabrica.desconecta()
        if motor == "mariadb":
            db.use(f"mysql://oficina@localhost:{servidores.puerto_libre()}/oficina")
        else:
            path = tmp_path / "gone.db"
            db.use(f"sqlite:///{path}")
            path.unlink()
            path.mkdir()

    def back():
        fabrica.desconecta()
        db.use(base)

    away.back = back
    yield away
    back()


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        *(("/salud", False), ("/ingresar", False), ("/registro", False)),
        *(("/inicio", True), ("/facturas", True), ("/salud", True)),
    ],
)
def test_with_the_base_away_the_office_says_so_and_recovers(app, navegador, lejos, address, inside):
    app.testing = False
    if inside:
        navegador.ya_dentro(una_cuenta(codigos=["1001"]))
    lejos()
    page = revisa(navegador.abre(address, 503), 503)
    assert page.cabeceras["Retry-After"] == "30"
    navegador.abre(address, 503)
    lejos.back()
    assert navegador.pide("GET", address).status_code == 200


def test_with_the_base_away_htmx_shows_a_notice(app, navegador, lejos):
    app.testing = False
    navegador.ya_dentro(una_cuenta(codigos=["1001"]))
    navegador.abre("/facturas")
    lejos()
    answer = navegador.htmx("GET", "/facturas", "_panel", 503)
    assert TITLES[503] in answer.texto


def test_with_the_base_away_a_log_in_says_so(app, navegador, lejos):
    app.testing = False
    una_cuenta("rosa@correo.example")
    navegador.abre("/ingresar")
    lejos()
    revisa(navegador.envia("/ingresar", estado=503, correo="rosa@correo.example", clave="x"), 503)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("motor", ["mariadb"], indirect=True)
def test_connections_that_the_server_cut_are_replaced(app, navegador):
    navegador.ya_dentro(una_cuenta(codigos=["1001"]))
    assert navegador.pide("GET", "/pagos").status_code == 200
    me = db.fetch("SELECT CONNECTION_ID()")[0][0]
    for (other,) in db.fetch("SELECT id FROM information_schema.processlist WHERE user <> 'system user' AND id <> ?", me):
        db.db.execute_sql(f"KILL {other}")
    assert navegador.pide("GET", "/pagos").status_code == 200
    gc.collect()  # the pool forgets dead connections without closing them


# The lock waits of MariaDB are in test_limits.
@pytest.mark.parametrize("motor", ["sqlite"], indirect=True)
def test_a_base_that_is_busy_for_too_long_says_so(app, navegador, base, monkeypatch):
    app.testing = False
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.2)
    fabrica.desconecta()
    db.use(base)
    navegador.abre("/olvido")
    holder = apsw.Connection(base.removeprefix("sqlite:///"))
    holder.execute("BEGIN IMMEDIATE")
    try:
        revisa(navegador.envia("/olvido", estado=503, correo="rosa@correo.example"), 503)
    finally:
        holder.execute("ROLLBACK")
        holder.close()
        fabrica.desconecta()
        monkeypatch.undo()
        db.use(base)
    assert navegador.abre("/olvido").h1 == "Olvidó su contraseña"
