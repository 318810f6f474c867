"""The simulator of gateways: it signs as published, refuses bad forms, answers queries, misbehaves on demand."""

import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import click
import pytest
import servidores
from flask import Flask
from pasarelas import pedir, simulador

from oficina.cli import servir
from oficina.cli.simulador import simulador as comando
from oficina.simulador import payu, wompi

LLAVE = "4Vj8eK4rloUd272L48hsrarnUA"
REGRESO = "http://127.0.0.1:1/pagos/abc?lang=es"


@pytest.fixture(scope="module")
def proceso():
    with simulador() as gateway:
        yield gateway


@pytest.fixture
def sim(proceso):
    proceso.reiniciar()
    proceso.conducta(reintentos=[0.05])
    return proceso


class Receptor:
    """What a merchant's server got: ``avisos`` as (headers, body); it answers with ``codigos`` in turn, then 200."""

    def __init__(self):
        self.avisos, self.codigos = [], []


@pytest.fixture
def receptor():
    box = Receptor()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            box.avisos.append((self.headers, body))
            self.send_response(box.codigos.pop(0) if box.codigos else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    box.url = f"http://127.0.0.1:{server.server_port}/aviso"
    yield box
    server.shutdown()
    server.server_close()


def md5(*partes):
    return hashlib.md5("~".join(partes).encode()).hexdigest()


def formulario_payu(**cambios):
    campos = {
        "merchantId": "508029",
        "accountId": "512321",
        "referenceCode": "FAC-00123456-1",
        "description": "Factura 123456 de noviembre de 2026",
        "currency": "COP",
        "amount": "84350.00",
        "tax": "0",
        "taxReturnBase": "0",
        "buyerEmail": "ana@correo.example",
        "buyerFullName": "Ana Ruiz",
        "telephone": "3105550100",
        "responseUrl": REGRESO,
        "test": "1",
    }
    campos["signature"] = md5(LLAVE, "508029", campos["referenceCode"], "84350.00", "COP")
    return {name: value for name, value in (campos | cambios).items() if value is not None}


def formulario_wompi(**cambios):
    campos = {
        "public-key": "pub_test_simulador",
        "currency": "COP",
        "amount-in-cents": "8435000",
        "reference": "FAC-00123456-1",
        "redirect-url": REGRESO,
    }
    campos["signature:integrity"] = hashlib.sha256(b"FAC-00123456-18435000COPtest_integrity_simulador").hexdigest()
    return campos | {name.replace("_", "-"): value for name, value in cambios.items()}


def por_payu(sim, resultado, aviso="", **como):
    url = f"{sim.url}/ppp-web-gateway-payu/"
    return vuelta(sim.recorrer(url, "post", formulario_payu(confirmationUrl=aviso), resultado, **como))


def por_wompi(sim, resultado, **como):
    return vuelta(sim.recorrer(f"{sim.url}/p/", "get", formulario_wompi(), resultado, **como))


def vuelta(direccion):
    """The query with which the payer comes back."""
    return dict(parse_qsl(urlsplit(direccion).query, keep_blank_values=True))


def pregunta_payu(
    sim, referencia="FAC-00123456-1", comando="ORDER_DETAIL_BY_REFERENCE_CODE", usuario="pRRXKOl8ikMmt9u", acepta="json"
):
    pregunta = {
        "test": True,
        "language": "es",
        "command": comando,
        "merchant": {"apiLogin": usuario, "apiKey": LLAVE},
        "details": {"referenceCode": referencia},
    }
    headers = {"Content-Type": "application/json", "Accept": f"application/{acepta}"}
    return pedir(f"{sim.url}/reports-api/4.0/service.cgi", json.dumps(pregunta).encode(), **headers)


def orden_payu(sim):
    return pregunta_payu(sim).json["result"]["payload"][0]


def pregunta_wompi(sim, llave="prv_test_simulador", referencia="FAC-00123456-1"):
    return pedir(f"{sim.url}/v1/transactions?reference={referencia}", Authorization=f"Bearer {llave}")


def campos_de(aviso):
    return {name: values[0] for name, values in parse_qs(aviso[1], keep_blank_values=True).items()}


# -- signatures: official vectors -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("algoritmo", "firma"),
    [
        ("MD5", "7ee7cf808ce6a39b17481c54f2c57acc"),
        ("SHA", "fa890d3f94e12b5cdb62e8771453b99b78e7ccdc"),
        ("SHA256", "af3899a22336b79db46006491d15813158826f944599bf3bf601e2327f898022"),
    ],
)
def test_payu_forms_are_signed_as_documented(algoritmo, firma):
    campos = {"merchantId": "508029", "referenceCode": "TestPayU", "amount": "20000", "currency": "COP"}
    assert payu.firma_de_formulario(algoritmo, campos) == firma


@pytest.mark.parametrize(
    ("valor", "firma"),
    [("150.25", "00286dc735bd9eaa8ae3a3a4cbb40688"), ("150.35", "9df2bb60e2838170009040982967923f")],
)
def test_payu_rounds_a_half_to_the_even_one_on_the_way_back(valor, firma):
    assert payu.firma_de_regreso("MD5", "508029", "TestPayU04", valor, "USD", "6") == firma


@pytest.mark.parametrize(
    ("algoritmo", "referencia", "valor", "moneda", "estado", "firma"),
    [
        ("MD5", "TestPayU05", "150.26", "USD", "4", "1d95778a651e11a0ab93c2169a519cd6"),
        ("MD5", "TestPayU04", "150.00", "USD", "4", "b607a2c2fa100e0947b206d41864fb86"),
        ("MD5", "TestPayU04", "150.00", "USD", "6", "df67936f918887b2aa31688a77a10fe1"),
        ("MD5", "FAC-00123456-1", "84350", "COP", "4", "0c777bec1cf41dc6eeb4647b4a0d620b"),
        *(
            ("HMAC-SHA256", "PayUTest01", valor, "USD", "4", firma)
            for valor, firma in (
                ("150.00", "65fb2b3452572784e23e7d6480359fd2507c54dd285ca3c4dceffb8764cfb66f"),
                ("150.25", "7770a7933b90570a078fcacce1790eb13079cdf8f8a6e900b79f4f5eb96b8024"),
            )
        ),
    ],
)
def test_payu_keeps_the_second_decimal_of_a_notice_unless_it_is_0(algoritmo, referencia, valor, moneda, estado, firma):
    assert payu.firma_de_aviso(algoritmo, "508029", referencia, valor, moneda, estado) == firma


def test_wompi_signs_as_documented():
    assert (
        wompi.firma_de_integridad(
            "sk8-438k4-xmxm392-sn2m", "2490000", "COP", secreto="prod_integrity_Z5mMke9x0k8gpErbDqwrJXMqsI6SFli6"
        )
        == "37c8407747e595535433ef8f6a811d853cd943046624a0ec04662b17bbf33bf5"
    )
    evento = {
        "data": {"transaction": {"id": "1234-1610641025-49201", "status": "APPROVED", "amount_in_cents": 4490000}},
        "signature": {"properties": ["transaction.id", "transaction.status", "transaction.amount_in_cents"]},
        "timestamp": 1530291411,
    }
    # What the document prints is the hash of something else.
    assert (
        wompi.firma_de_evento(evento, "prod_events_OcHnIzeBl5socpwByQ4hA52Em3USQ93Z")
        == "5a18ec5e8fdb7df463e9f94774cba8f583ba21bd04a09ceff2ea68a4bc0aefbe"
    )


# -- the forms --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cambios", "motivo"),
    [
        ({"signature": md5(LLAVE, "508029", "FAC-00123456-1", "84350.0", "COP")}, "no corresponde"),
        ({"amount": "84350.01"}, "no corresponde"),
        ({"paymentMethods": "VISA,PSE"}, "no corresponde"),
        ({"merchantId": "1"}, "comercio de pruebas"),
        ({"accountId": "512322"}, "cuenta de pruebas"),
        ({"amount": "84.350,00"}, "sin puntos de miles"),
        ({"currency": "USD"}, "no es COP"),
        ({"referenceCode": "FAC 1"}, "espacios"),
        ({"description": "a" * 256}, "más de 255"),
        ({"algorithmSignature": "SHA512"}, "no existe"),
        ({"responseUrl": "javascript:alert(1)"}, "debe comenzar"),
        ({"signature": None}, "Faltan campos obligatorios: signature"),
    ],
)
def test_a_form_that_payu_would_refuse_is_refused(sim, cambios, motivo):
    answer = sim.abrir(f"{sim.url}/ppp-web-gateway-payu/", "post", formulario_payu(**cambios))
    assert answer.status == 400
    assert motivo in answer.text
    assert "aquí no se mueve dinero" in answer.text


@pytest.mark.parametrize(
    ("cambios", "motivo"),
    [
        ({"amount_in_cents": "8435001"}, "no corresponde"),
        ({"amount_in_cents": "8.435.000"}, "sin puntos"),
        ({"expiration_time": "2026-11-24T20:00:00.000Z"}, "no corresponde"),
        ({"public_key": "pub_prod_otra"}, "public-key"),
        ({"reference": ""}, "Faltan campos obligatorios: reference"),
    ],
)
def test_a_form_that_wompi_would_refuse_is_refused(sim, cambios, motivo):
    answer = sim.abrir(f"{sim.url}/p/", "get", formulario_wompi(**cambios))
    assert (answer.status, motivo in answer.text) == (400, True)


def test_methods_that_were_chosen_are_signed_and_the_only_ones_offered(sim):
    firma = md5(LLAVE, "508029", "FAC-00123456-1", "84350.00", "COP", "VISA,EFECTY")
    campos = formulario_payu(paymentMethods="VISA,EFECTY", signature=firma)
    answer = sim.abrir(f"{sim.url}/ppp-web-gateway-payu/", "post", campos)
    pagina = pedir(sim.absoluta(answer.headers["Location"])).text
    assert re.findall(r'name="medio" value="(\w+)"', pagina) == ["tarjeta", "efectivo"]


def test_the_page_says_what_is_paid_and_that_no_money_moves(sim):
    campos = formulario_payu(description="<b>Factura</b> 123456", tax=None)
    answer = sim.abrir(f"{sim.url}/ppp-web-gateway-payu/", "post", campos)
    pagina = pedir(sim.absoluta(answer.headers["Location"])).text
    assert "Simulador: aquí no se mueve dinero" in pagina
    assert "$\xa084.350 " in pagina
    assert "FAC-00123456-1" in pagina
    assert "&lt;b&gt;Factura" in pagina
    assert "IVA del 19 %" in pagina


# -- how it ends ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resultado", "estado", "state", "orden"),
    [
        ("aprobar", "4", "APPROVED", "CAPTURED"),
        ("rechazar", "6", "DECLINED", "DECLINED"),
        ("pendiente", "7", "PENDING", "IN_PROGRESS"),
    ],
)
def test_a_payer_of_payu_comes_back_and_the_query_tells_the_same(sim, resultado, estado, state, orden):
    query = por_payu(sim, resultado)
    assert (query["lang"], query["transactionState"], query["TX_VALUE"]) == ("es", estado, "84350.00")
    assert query["signature"] == md5(LLAVE, "508029", "FAC-00123456-1", "84350.0", "COP", estado)
    told = orden_payu(sim)
    assert (told["status"], told["accountId"], told["isTest"]) == (orden, 512321, True)
    (transaccion,) = told["transactions"]
    assert transaccion["transactionResponse"]["state"] == state
    assert transaccion["additionalValues"]["TX_VALUE"] == {"value": 84350.0, "currency": "COP"}
    assert (transaccion["id"], transaccion["transactionResponse"]["trazabilityCode"]) == (query["transactionId"], query["cus"])


def test_who_gives_up_goes_back_without_a_transaction(sim):
    assert por_payu(sim, "abandonar") == {"lang": "es"}
    assert pregunta_payu(sim).json == {"code": "SUCCESS", "error": None, "result": {"payload": None}}


def test_a_rejected_payer_may_try_again_and_a_paid_reference_is_refused(sim):
    primera, segunda = por_payu(sim, "rechazar"), por_payu(sim, "aprobar", medio="tarjeta")
    assert primera["reference_pol"] == segunda["reference_pol"]
    assert primera["transactionId"] != segunda["transactionId"]
    assert [t["paymentMethod"] for t in orden_payu(sim)["transactions"]] == ["PSE", "VISA"]
    pagina = sim.abrir(f"{sim.url}/ppp-web-gateway-payu/", "post", formulario_payu()).headers["Location"]
    answer = pedir(sim.absoluta(pagina))
    assert (answer.status, "ya está hecho" in answer.text) == (409, True)
    boton = urlencode({"resultado": "aprobar", "medio": "PSE", "banco": "Banco del Llano"}).encode()
    assert pedir(sim.absoluta(pagina), boton).status == 409
    sim.conducta(permitir_doble=True)
    assert por_payu(sim, "aprobar")["transactionState"] == "4"


def test_a_payer_of_wompi_comes_back_with_the_id_to_ask_for(sim):
    query = por_wompi(sim, "aprobar", medio="PSE", banco="Banco Morichal")
    assert (query["lang"], query["env"]) == ("es", "test")
    told = pedir(f"{sim.url}/v1/transactions/{query['id']}").json["data"]
    assert (told["status"], told["amount_in_cents"], told["reference"]) == ("APPROVED", 8435000, "FAC-00123456-1")
    assert told["payment_method"]["type"] == "PSE"
    assert pregunta_wompi(sim).json["data"] == [told]
    assert pregunta_wompi(sim, llave="pub_test_simulador").status == 401
    assert pregunta_wompi(sim, referencia="otra").json["data"] == []
    assert pedir(f"{sim.url}/v1/transactions/no-hay").status == 404


def test_payu_answers_who_asks_well(sim):
    assert pregunta_payu(sim, comando="PING").json["result"] == {"payload": "PONG"}
    assert pregunta_payu(sim, usuario="otro").json["code"] == "ERROR"
    assert pregunta_payu(sim, comando="SUBMIT_TRANSACTION").json["code"] == "ERROR"
    assert pregunta_payu(sim, acepta="xml").text.startswith("<")


def test_a_reversal_is_a_refund_in_payu_and_voided_in_wompi(sim):
    sim.pago("FAC-00123456-1", 8_435_025)
    sim.despues("FAC-00123456-1", "reversar")
    told = orden_payu(sim)
    assert (told["status"], [t["type"] for t in told["transactions"]]) == ("REFUNDED", ["AUTHORIZATION_AND_CAPTURE", "REFUND"])
    assert told["additionalValues"]["TX_VALUE"]["value"] == 84350.25
    sim.reiniciar()
    sim.pago("FAC-00123456-1", 8_435_000, protocolo="wompi")
    sim.despues("FAC-00123456-1", "reversar")
    assert pregunta_wompi(sim).json["data"][0]["status"] == "VOIDED"


def test_queries_fail_as_they_are_told_to(sim):
    sim.pago("FAC-00123456-1", 8_435_000)
    sim.conducta(consulta="atrasada")
    assert orden_payu(sim)["status"] == "IN_PROGRESS"
    sim.conducta(consulta="caida")
    assert (pregunta_payu(sim).status, pregunta_wompi(sim).status) == (500, 500)
    sim.conducta(consulta="basura")
    assert pregunta_payu(sim).text.startswith("<html>")
    sim.conducta(consulta="lenta", lentitud=0.3)
    start = time.monotonic()
    assert orden_payu(sim)["status"] == "CAPTURED"
    assert time.monotonic() - start >= 0.3


# -- notices ----------------------------------------------------------------------------------------


def test_payu_tells_the_end_of_each_try_and_nothing_before(sim, receptor):
    por_payu(sim, "pendiente", receptor.url)
    assert sim.avisos() == []
    query = por_payu(sim, "aprobar", receptor.url, banco="Cooperativa La Vega")
    sim.espera_avisos(1)
    campos = campos_de(receptor.avisos[0])
    assert receptor.avisos[0][0]["Content-Type"] == "application/x-www-form-urlencoded"
    assert campos["sign"] == "0c777bec1cf41dc6eeb4647b4a0d620b"
    assert (campos["state_pol"], campos["response_message_pol"], campos["value"]) == ("4", "APPROVED", "84350.00")
    assert (campos["transaction_id"], campos["cus"]) == (query["transactionId"], query["cus"])
    assert (campos["pse_bank"], campos["test"], campos["attempts"]) == ("Cooperativa La Vega", "1", "1")


def test_wompi_sends_its_events_to_the_address_of_the_account(sim, receptor):
    with simulador(receptor.url) as otro:
        por_wompi(otro, "rechazar")
        otro.espera_avisos(1)
    headers, body = receptor.avisos[0]
    evento = json.loads(body)
    transaccion = evento["data"]["transaction"]
    text = f"{transaccion['id']}DECLINED8435000{evento['timestamp']}test_events_simulador"
    assert headers["X-Event-Checksum"] == evento["signature"]["checksum"] == hashlib.sha256(text.encode()).hexdigest()
    assert (evento["event"], evento["environment"]) == ("transaction.updated", "test")


def test_a_notice_is_repeated_until_it_is_taken(sim, receptor):
    receptor.codigos = [503, 302, 204]
    sim.pago("A-1", 100, aviso=receptor.url)
    (aviso,) = sim.espera_avisos(1)
    assert aviso["respuestas"] == ["503", "302", "204", "200"]
    assert [campos_de(un_aviso)["attempts"] for un_aviso in receptor.avisos] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(("protocolo", "veces"), [("payu", 9), ("wompi", 4)])
def test_a_gateway_gives_up_in_the_end(sim, protocolo, veces):
    sim.conducta(reintentos=[0])
    sim.pago("A-1", 100, protocolo=protocolo, aviso=f"http://127.0.0.1:{servidores.puerto_libre()}/aviso")
    while (aviso := sim.avisos()[0])["situacion"] != "sin respuesta":
        time.sleep(0.02)
    assert aviso["respuestas"] == ["no hubo conexión"] * veces


def test_equal_notices_and_late_ones(sim, receptor):
    sim.conducta(repeticiones=5, retraso=0.3, desorden=True)
    start = time.monotonic()
    sim.pago("A-1", 100, aviso=receptor.url)
    sim.espera_avisos(5)
    assert time.monotonic() - start >= 0.3
    assert len({body for _, body in receptor.avisos}) == 1


def test_a_lost_notice_never_leaves(sim, receptor):
    sim.conducta(perdida=True)
    sim.pago("A-1", 100, aviso=receptor.url)
    assert sim.avisos()[0]["situacion"] == "perdido"
    assert receptor.avisos == []


@pytest.mark.parametrize(
    ("conducta", "campo", "valor", "firma_buena"),
    [
        ({"firma": "mala"}, "value", "84350.00", False),
        ({"monto": 100}, "value", "1.00", True),
        ({"moneda": "USD"}, "currency", "USD", True),
        ({"comercio": "999"}, "merchant_id", "999", True),
        ({"ambiente": "produccion"}, "test", "0", True),
    ],
)
def test_a_notice_of_payu_says_what_it_is_told_to_say(sim, receptor, conducta, campo, valor, firma_buena):
    sim.conducta(**conducta)
    sim.pago("A-1", 8_435_000, aviso=receptor.url)
    sim.espera_avisos(1)
    campos = campos_de(receptor.avisos[0])
    assert campos[campo] == valor
    signed = md5(LLAVE, campos["merchant_id"], "A-1", campos["value"].removesuffix("0"), campos["currency"], "4")
    assert (campos["sign"] == signed) is firma_buena
    assert orden_payu_de(sim, "A-1")["transactions"][0]["additionalValues"]["TX_VALUE"]["value"] == 84350


def orden_payu_de(sim, referencia):
    return pregunta_payu(sim, referencia).json["result"]["payload"][0]


@pytest.mark.parametrize(
    ("conducta", "campo", "firma_buena"),
    [
        ({"firma": "mala"}, None, False),
        ({"monto": 100}, ("amount_in_cents", 100), True),
        ({"moneda": "USD"}, ("currency", "USD"), True),
        ({"ambiente": "produccion"}, None, True),
    ],
)
def test_an_event_of_wompi_says_what_it_is_told_to_say(sim, receptor, conducta, campo, firma_buena):
    sim.conducta(**conducta)
    sim.pago("A-1", 8_435_000, protocolo="wompi", aviso=receptor.url)
    sim.espera_avisos(1)
    evento = json.loads(receptor.avisos[0][1])
    transaccion = evento["data"]["transaction"]
    assert campo is None or transaccion[campo[0]] == campo[1]
    assert evento["environment"] == ("prod" if "ambiente" in conducta else "test")
    text = f"{transaccion['id']}APPROVED{transaccion['amount_in_cents']}{evento['timestamp']}test_events_simulador"
    assert (evento["signature"]["checksum"] == hashlib.sha256(text.encode()).hexdigest()) is firma_buena


def test_held_notices_leave_in_the_order_asked_for(sim, receptor):
    sim.conducta(retener=True)
    sim.pago("A-1", 100, "pendiente", aviso=receptor.url)
    for accion in ("vencer", "aprobar", "reversar"):
        sim.despues("A-1", accion)
    assert [aviso["situacion"] for aviso in sim.avisos()] == ["retenido"] * 3
    assert sim.soltar([3, 1]) == [3, 1]
    assert sim.soltar("inverso") == [2]
    assert [campos_de(aviso)["state_pol"] for aviso in receptor.avisos] == ["8", "5", "4"]
    assert {aviso["situacion"] for aviso in sim.avisos()} == {"entregado"}


def test_a_mistake_in_a_test_is_told(sim):
    def control(ruta, datos):
        return pedir(f"{sim.url}/control/{ruta}", json.dumps(datos).encode(), **{"Content-Type": "application/json"}).status

    assert control("conducta", {"retrazo": 1}) == control("conducta", {"firma": "otra"}) == 400
    assert control("pagos", {"valor": 1}) == control("pagos", {"referencia": "A", "valor": 1, "estado": "pagada"}) == 400
    assert control("pagos/no-hay/aprobar", {}) == 404
    assert control("soltar", {"orden": [7]}) == 400
    sim.pago("A", 1)
    assert control("pagos", {"referencia": "A", "valor": 1}) == 409


# -- for people, and how it starts --------------------------------------------------------------------


def test_a_person_decides_later_from_the_list(sim, receptor):
    sim.pago("A-1", 8_435_000, "pendiente", aviso=receptor.url)

    def oprimir(accion):
        (ruta,) = re.findall(rf'action="([^"]+/{accion})"', pedir(f"{sim.url}/").text)
        assert pedir(sim.url + ruta, b"").status == 303

    oprimir("aprobar")
    oprimir("avisar")
    oprimir("reversar")
    sim.espera_avisos(3)
    assert sorted(campos_de(aviso)["state_pol"] for aviso in receptor.avisos) == ["4", "4", "8"]
    pagina = pedir(f"{sim.url}/").text
    assert "reversada" in pagina
    assert "/aprobar" not in pagina


def test_pages_run_no_scripts_and_stay_on_this_machine(sim):
    answer = pedir(f"{sim.url}/")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script|style=|\son\w+=", answer.text)
    assert pedir(f"{sim.url}/static/simulador.css").status == 200


def test_it_is_no_part_of_production():
    portal = Flask(__name__)
    portal.config["ENTORNO"] = "produccion"
    salida = portal.test_cli_runner().invoke(comando, [])
    assert salida.exit_code == 1
    assert "no arranca" in salida.output


def test_a_busy_port_is_told(sim):
    portal, puerto = Flask(__name__), urlsplit(sim.url).port
    portal.config["ENTORNO"] = "desarrollo"
    salida = portal.test_cli_runner().invoke(comando, ["--puerto", str(puerto)])
    assert f"El puerto {puerto} está ocupado. Use otro: flask simulador --puerto {puerto + 80}" in salida.output


def test_make_run_has_it_beside_the_portal_only_where_payments_go_through_it():
    url = f"http://127.0.0.1:{servidores.puerto_libre()}"
    settings = {"PASARELA": "simulada", "SIMULADOR_URL": url, "URL_PUBLICA": ""}
    with servir.simulador(settings) as address:
        assert address == url
        until = time.monotonic() + servidores.START_SECONDS
        while not servidores.serves(url) and time.monotonic() < until:
            time.sleep(0.05)
        with (
            pytest.raises(click.ClickException, match=r"está ocupado.* OFICINA_SIMULADOR_URL="),
            servir.simulador(settings),
        ):
            pass
    assert not servidores.serves(url)
    for otra in ({"PASARELA": "payu"}, {"SIMULADOR_URL": "http://pagos.aguaclara.example:8900"}):
        with servir.simulador(settings | otra) as address:
            assert address == ""
