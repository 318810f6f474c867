"""Notices of a gateway over HTTP: what is kept, what is refused and how, and what they come to.

The portal is served by gunicorn, the gateway is the simulator; both are processes of their own.
"""

import threading
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import servidores
from caidas_cobros import FORMULARIO
from fabrica import a_la_vez, un_intento, una_factura
from pasarela_de_prueba import aviso_payu
from pasarelas import pedir, simulador
from test_cobros import abiertos, correos, libro, trabajar
from werkzeug.serving import make_server

from oficina import db
from oficina.cobros import avisos
from oficina.models import TABLES, AvisoRecibido, Intento, UltimaFactura
from oficina.pasarelas.simulada import WOMPI_INVENTADO

RUTA = "/pasarela/simulada/aviso"
LARGEST = 16 * 1024
VALOR = 84_350_00


@pytest.fixture(scope="module")
def proceso():
    with simulador() as gateway:
        yield gateway


@pytest.fixture(scope="module")
def servidor(base, instancia, proceso):
    ajustes = {"INSTANCIA": instancia, "BASE_DE_DATOS": base, "CAPTCHA": "no", "LIMITES": "no"}
    with servidores.gunicorn(ajustes | {"PASARELA": "simulada", "SIMULADOR_URL": proceso.url}, workers=2) as url:
        yield url


@pytest.fixture
def sim(proceso, servidor, app):
    proceso.reiniciar()
    proceso.conducta(reintentos=[0.05])
    app.config["SIMULADOR_URL"] = proceso.url
    return proceso


@pytest.fixture
def intento(app):
    return un_intento({"1": una_factura("1").numero}, correo="rosa@correo.example", proximo=db.utcnow())


@pytest.fixture
def url(servidor):
    return servidor + RUTA


@pytest.fixture
def enviar(url):
    def enviar(body, **headers):
        body = body if isinstance(body, bytes) else body.encode()
        return pedir(url, body, **{"Content-Type": FORMULARIO} | headers).status

    return enviar


def pagar(sim, intento, estado="aprobada", **datos):
    return sim.pago(intento.referencia, intento.valor, estado, **datos)


def guardados():
    return [aviso.cuerpo.encode() for aviso in AvisoRecibido.select().order_by(AvisoRecibido.id)]


def nada_cambia(acto):
    """Assert that ``acto`` leaves every table as it was; what it returned."""
    antes = [sorted(map(repr, tabla.select().tuples())) for tabla in TABLES]
    fin = acto()
    assert [sorted(map(repr, tabla.select().tuples())) for tabla in TABLES] == antes
    return fin


# -- what is taken ----------------------------------------------------------------------------------------


def test_a_notice_is_answered_once_it_is_kept_and_moves_nothing_by_itself(app, sim, enviar, intento):
    body = aviso_payu(pagar(sim, intento)).encode()
    assert enviar(body) == 200
    assert guardados() == [body]
    assert (Intento.get().estado, libro(), correos()) == ("creado", [], [])
    trabajar(app)
    assert (Intento.get().estado, UltimaFactura.de("1").por_pagar) == ("aprobado", 0)
    assert AvisoRecibido.get().resultado == avisos.HECHO


def test_it_needs_neither_session_nor_token_and_gets_no_cookie(url, sim, intento):
    body = aviso_payu(pagar(sim, intento)).encode()
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://otro.example", "Cookie": "oficina=falsa"}
    answer = pedir(url, body, **{"Content-Type": FORMULARIO} | headers)
    assert (answer.status, answer.text, answer.headers["Set-Cookie"]) == (200, "", None)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("tipo", [FORMULARIO, f"{FORMULARIO}; charset=UTF-8", "application/json", "text/plain", ""])
def test_the_body_is_kept_byte_for_byte_whatever_its_type_says(enviar, sim, intento, tipo):
    body = f"{aviso_payu(pagar(sim, intento))}&description=Factura%20de%20Aguaclara+%C3%B1&raro=a=b&&".encode()
    assert enviar(body, **{"Content-Type": tipo}) == 200
    assert guardados() == [body]


def test_text_that_is_not_ascii_is_kept_byte_for_byte(enviar, sim, intento):
    body = f"{aviso_payu(pagar(sim, intento))}&nickname=Peña 🚰".encode()
    assert enviar(body) == 200
    assert guardados() == [body]


def test_up_to_32_kib_are_taken(enviar, sim, intento):
    body = f"{aviso_payu(pagar(sim, intento))}&extra1=".encode()
    body += b"a" * (LARGEST - len(body))
    assert enviar(body) == 200
    assert guardados() == [body]
    assert nada_cambia(lambda: enviar(body + b"a")) == 413


def test_twenty_equal_notices_at_once_are_one_payment_and_one_receipt(app, sim, enviar, intento):
    body = aviso_payu(pagar(sim, intento))
    assert a_la_vez(*[lambda: enviar(body)] * 20) == [200] * 20
    assert guardados() == [body.encode()]
    trabajar(app)
    assert (len(libro()), correos()) == (1, ["pago_recibido"])


def test_notices_that_the_gateway_repeats_and_shuffles_are_one_payment(app, sim, url, intento):
    sim.conducta(repeticiones=20, desorden=True)
    pagar(sim, intento, aviso=url)
    sim.espera_avisos(20)
    trabajar(app)
    trabajar(app)
    assert (Intento.get().estado, len(libro()), correos()) == ("aprobado", 1, ["pago_recibido"])
    assert all(aviso.resultado == avisos.HECHO for aviso in AvisoRecibido.select())


@pytest.mark.parametrize("orden", ["", "inverso"])
def test_in_whatever_order_they_come_the_end_is_the_same(app, sim, url, intento, orden):
    sim.conducta(retener=True)
    pagar(sim, intento, "rechazada", aviso=url)
    pagar(sim, intento, aviso=url)
    sim.despues(intento.referencia, "reversar")
    assert len(sim.soltar(orden)) == 3
    trabajar(app)
    assert (Intento.get().estado, UltimaFactura.de("1").por_pagar) == ("reversado", VALOR)
    assert [row[3] for row in libro()] == [VALOR, -VALOR]


def test_a_late_approval_by_notice_counts(app, sim, url, intento):
    pagar(sim, intento, "pendiente", aviso=url)
    Intento.update(creado="2026-11-01 12:00:00").execute()
    trabajar(app)
    assert (Intento.get().estado, Intento.get().proximo, abiertos()) == ("vencido", None, {})
    sim.despues(intento.referencia, "aprobar")
    sim.espera_avisos(1)
    trabajar(app)
    despues = Intento.get()
    assert (despues.estado, despues.tardio, UltimaFactura.de("1").por_pagar) == ("aprobado", 1, 0)
    assert correos() == ["pago_no_hecho", "pago_recibido"]


def test_lost_notices_are_made_up_for_by_asking(app, sim, url, intento):
    sim.conducta(perdida=True)
    pagar(sim, intento, aviso=url)
    trabajar(app)
    assert (Intento.get().estado, guardados()) == ("aprobado", [])


def test_while_queries_fail_the_notice_waits(app, sim, url, intento):
    pagar(sim, intento, aviso=url)
    sim.espera_avisos(1)
    for como in ("caida", "basura"):
        sim.conducta(consulta=como)
        assert trabajar(app) == 0
        assert (Intento.get().estado, AvisoRecibido.get().resultado) == ("creado", None)
    sim.conducta(consulta="atrasada")  # it knows less than it has told
    trabajar(app)
    assert (Intento.get().estado, AvisoRecibido.get().resultado) == ("pendiente", None)
    sim.conducta(consulta="normal")
    trabajar(app)
    assert (Intento.get().estado, AvisoRecibido.get().resultado) == ("aprobado", avisos.HECHO)


def test_a_second_payment_of_one_reference_is_a_credit(app, sim, url, intento):
    sim.conducta(permitir_doble=True)
    pagar(sim, intento, aviso=url)
    pagar(sim, intento, aviso=url)
    sim.espera_avisos(2)
    trabajar(app)
    assert [row[3:] for row in libro()] == [(VALOR, 0), (VALOR, VALOR)]
    assert correos().count("pago_alarma") == 1


# -- rightly signed, and not ours ---------------------------------------------------------------------------


@pytest.mark.parametrize("otra", [{"monto": 100}, {"monto": VALOR * 100}, {"moneda": "USD"}, {"comercio": "508030"}])
def test_what_tells_something_else_is_kept_and_left_to_a_person(app, sim, url, intento, otra):
    sim.conducta(**otra)
    pagar(sim, intento, "rechazada", aviso=url)
    sim.espera_avisos(1)
    trabajar(app)
    despues = Intento.get()
    assert (despues.estado, libro(), correos()) == ("rechazado", [], ["pago_alarma"])
    assert AvisoRecibido.get().resultado == despues.revisar


def test_a_payment_of_another_amount_moves_no_money(app, sim, url, intento):
    sim.pago(intento.referencia, VALOR - 1, aviso=url)
    sim.espera_avisos(1)
    trabajar(app)
    assert (Intento.get().estado, libro(), UltimaFactura.de("1").por_pagar) == ("revision", [], VALOR)


def test_a_reference_of_nobody_is_kept_and_done_with(app, sim, enviar, intento):
    for referencia in ("OV000000000000", "' OR 1=1 --", "ñ" * 255, intento.referencia.lower()):
        pago = {"id": "x", "referencia": referencia, "valor": VALOR, "estado": "aprobada"}
        assert enviar(aviso_payu(pago)) == 200
    trabajar(app)
    assert [aviso.resultado for aviso in AvisoRecibido.select()] == [avisos.SIN_INTENTO] * 4
    assert libro() == []


# -- what is refused ------------------------------------------------------------------------------------------


def test_a_wrong_signature_leaves_nothing(sim, enviar, url, intento):
    bueno = dict(parse_qsl(aviso_payu(pagar(sim, intento))))
    for cambio in (
        *({"sign": ""}, {"sign": bueno["sign"][:-1]}, {"sign": "0" * 32}, {"sign": "ñ"}, {"sign": bueno["sign"] + "0"}),
        *({"value": "84350.01"}, {"reference_sale": "OV1"}, {"currency": "USD"}, {"state_pol": "6"}, {"merchant_id": "1"}),
    ):
        assert nada_cambia(lambda cambio=cambio: enviar(urlencode(bueno | cambio))) == 401
    sin = urlencode({name: value for name, value in bueno.items() if name != "sign"})
    assert nada_cambia(lambda: enviar(sin)) == 401


def test_a_gateway_that_signs_badly_is_not_believed_but_asked(app, sim, url, intento):
    sim.conducta(firma="mala", reintentos=[1000])
    pagar(sim, intento, aviso=url)
    until = time.monotonic() + 10
    while not sim.avisos()[0]["respuestas"]:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert (sim.avisos()[0]["respuestas"], guardados()) == (["401"], [])
    trabajar(app)
    assert Intento.get().estado == "aprobado"


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"\0",
            b"\xff" * 100,
            b"a=b",
            b"{",
            b"{}",
            b"[]",
            b"null",
            b'{"a":' * 3000,
            b"&" * LARGEST,
            b"%" * 1000,
            b"%FF=%00",
        ),
        b"&".join(b"a%d=1" % n for n in range(2000)),
        b'{"merchant_id": NaN}',
        *(
            urlencode(
                {"merchant_id": "508029", "reference_sale": "OV1", "currency": "COP", "state_pol": "4", "sign": "x"} | cambio
            )
            for cambio in (
                *({"value": ""}, {"value": "NaN"}, {"value": "1e999"}, {"value": "-1"}, {"value": "٣"}, {"value": "1.234"}),
                *({"value": "9" * 400}, {"value": "1,5"}, {"value": "0x10"}, {"value": "1", "reference_sale": "a" * 300}),
                {"value": "1", "reference_sale": "\0"},
            )
        ),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_notice_is_refused_and_leaves_nothing(app, enviar, intento, body):
    assert nada_cambia(lambda: enviar(body)) == 400


def test_signed_text_that_is_not_utf8_is_refused(enviar, sim, intento):
    body = aviso_payu(pagar(sim, intento)).encode() + b"&nickname=Pe\xf1a"
    assert nada_cambia(lambda: enviar(body)) == 400


@pytest.mark.parametrize("nombre", ["payu", "wompi", "enlace", "otra", "SIMULADA", "simulada%00", "..", "a" * 500])
def test_where_no_gateway_is_there_is_no_address(servidor, sim, intento, nombre):
    body = aviso_payu(pagar(sim, intento)).encode()
    assert nada_cambia(lambda: pedir(f"{servidor}/pasarela/{nombre}/aviso", body, **{"Content-Type": FORMULARIO}).status) == 404


def test_only_post(servidor, sim):
    with conexion(servidor) as connection:
        for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"):
            connection.request(method, RUTA)
            answer = connection.getresponse()
            answer.read()
            assert (answer.status, answer.headers["Allow"]) == (405, "POST"), method


def test_a_body_of_unknown_length_is_not_read(servidor, sim, intento):
    body = aviso_payu(pagar(sim, intento)).encode()

    def a_trozos():
        with conexion(servidor) as connection:
            connection.request("POST", RUTA, iter([body]), {"Content-Type": FORMULARIO}, encode_chunked=True)
            return connection.getresponse().status

    assert nada_cambia(a_trozos) == 411


def test_what_is_too_long_is_refused_before_it_comes(servidor, sim):
    with conexion(servidor) as connection:
        connection.putrequest("POST", RUTA)
        connection.putheader("Content-Length", str(10**12))
        connection.endheaders()
        assert connection.getresponse().status == 413


@contextmanager
def conexion(servidor):
    connection = HTTPConnection(urlsplit(servidor).netloc, timeout=20)
    try:
        yield connection
    finally:
        connection.close()


# -- a base that cannot take it -------------------------------------------------------------------------------


def test_while_the_base_is_locked_it_is_to_be_sent_again_and_nobody_waits_for_long(app, sim, url, intento):
    body = aviso_payu(pagar(sim, intento)).encode()
    assert pedir(url, aviso_payu(pagar(sim, un_intento({"2": una_factura("2").numero}))).encode()).status == 200
    tomada, soltar = threading.Event(), threading.Event()

    def tomar():
        """Another writer, in the middle of something."""
        with db.write():
            AvisoRecibido.update(resultado="otro").execute()
            list(AvisoRecibido.select().for_update() if not db.is_sqlite() else ())
            tomada.set()
            soltar.wait(60)
        db.db.close()

    otro = threading.Thread(target=tomar)
    otro.start()
    tomada.wait()
    inicio = time.monotonic()
    answer = pedir(url, body, **{"Content-Type": FORMULARIO})
    tardo = time.monotonic() - inicio
    soltar.set()
    otro.join()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    # A gateway waits for some 15 seconds.
    assert tardo < 14
    assert len(guardados()) == 1
    assert pedir(url, body, **{"Content-Type": FORMULARIO}).status == 200
    assert body in guardados()


# -- the other protocol -----------------------------------------------------------------------------------------


@pytest.mark.ajustes(SIMULADOR_PROTOCOLO="wompi")
def test_the_same_by_wompi(app, sim, intento):
    Intento.update(comercio=WOMPI_INVENTADO["comercio"]).execute()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}{RUTA}"
        sim.conducta(repeticiones=5)
        pagar(sim, intento, protocolo="wompi", aviso=url)
        sim.espera_avisos(5)
        assert pedir(url, b"{}", **{"Content-Type": "application/json"}).status in (400, 401)
    finally:
        server.shutdown()
        server.server_close()
    assert len(guardados()) == 1
    trabajar(app)
    assert (Intento.get().estado, len(libro()), correos()) == ("aprobado", 1, ["pago_recibido"])
