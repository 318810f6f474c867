"""The gateways: which one the settings choose, which settings are refused, and how they are asked over the network."""

import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from respuestas import servidor

from oficina import config, pasarelas
from oficina.config import PAYU_PUBLICO, ConfigError
from oficina.pasarelas import Cobro, SinRespuestaError
from oficina.pasarelas.http import LARGEST, ask, loads, text
from oficina.pasarelas.payu import PayU
from oficina.pasarelas.wompi import Wompi

PAYU = {"PAYU_COMERCIO": "700001", "PAYU_CUENTA": "700002", "PAYU_USUARIO": "usuarioInventado", "PAYU_LLAVE": "llaveInventada"}
WOMPI = {
    "WOMPI_LLAVE_PUBLICA": "pub_prod_inventada",
    "WOMPI_LLAVE_PRIVADA": "prv_prod_inventada",
    "WOMPI_INTEGRIDAD": "prod_integrity_inventada",
    "WOMPI_EVENTOS": "prod_events_inventada",
}
WOMPI_PRUEBAS = {name: value.replace("prod", "test") for name, value in WOMPI.items()}
PRODUCCION = {
    "ENTORNO": "produccion",
    "URL_PUBLICA": "https://oficina.otra.example",
    "SECRETO": "Zk3-9vQx_Lw7Rt2Yp8Nc4Hs6Jd1Fg5Ba0-Em",
}
COBRO = Cobro("FAC-1", 8435000, "Factura", "https://oficina.otra.example/r", "https://oficina.otra.example/a")


@pytest.fixture
def ajustes(tmp_path):
    return lambda **changes: config.read({}, INSTANCIA=str(tmp_path), **changes)


@pytest.fixture
def server():
    with servidor() as server:
        yield server


# -- which one ----------------------------------------------------------------------------------------


def test_by_default_the_customer_goes_to_the_portal_of_the_utility(ajustes):
    assert pasarelas.pasarela(ajustes()) is None
    assert pasarelas.enlace(ajustes()).host == "pagos.aguaclara.example"


def test_payu_with_its_keys(ajustes):
    payu = pasarelas.pasarela(ajustes(PASARELA="payu", **PAYU))
    assert isinstance(payu, PayU)
    assert (payu.nombre, payu.titulo, payu.comercio, payu.pruebas) == ("payu", "PayU", "700002", False)
    assert payu.host == "checkout.payulatam.com"
    assert payu.consulta == "https://api.payulatam.com/reports-api/4.0/service.cgi"


def test_payu_in_its_sandbox(ajustes):
    payu = pasarelas.pasarela(ajustes(PASARELA="payu", PAYU_PRUEBAS=True, **PAYU_PUBLICO))
    assert payu.pruebas
    assert payu.checkout == "https://sandbox.checkout.payulatam.com/ppp-web-gateway-payu/"
    assert payu.consulta == "https://sandbox.api.payulatam.com/reports-api/4.0/service.cgi"


@pytest.mark.parametrize(
    ("keys", "pruebas", "consulta"),
    [(WOMPI, False, "https://production.wompi.co/v1"), (WOMPI_PRUEBAS, True, "https://sandbox.wompi.co/v1")],
)
def test_the_keys_of_wompi_tell_its_environment(ajustes, keys, pruebas, consulta):
    wompi = pasarelas.pasarela(ajustes(PASARELA="wompi", **keys))
    assert isinstance(wompi, Wompi)
    assert (wompi.nombre, wompi.titulo, wompi.host) == ("wompi", "Wompi", "checkout.wompi.co")
    assert (wompi.comercio, wompi.pruebas, wompi.consulta) == (keys["WOMPI_LLAVE_PUBLICA"], pruebas, consulta)


def test_a_gateway_that_was_switched_off_is_still_understood(ajustes):
    settings = ajustes(**PAYU)
    assert pasarelas.pasarela(settings) is None
    assert pasarelas.de_nombre(settings, "payu").comercio == "700002"
    assert pasarelas.de_nombre(settings, "wompi") is None


@pytest.mark.parametrize("nombre", ["enlace", "otra", "", "PAYU"])
def test_there_is_no_other_gateway(ajustes, nombre):
    assert pasarelas.de_nombre(ajustes(**PAYU), nombre) is None


@pytest.mark.parametrize("falta", [*PAYU, *WOMPI])
def test_without_one_of_its_keys_it_is_no_gateway(ajustes, falta):
    settings = ajustes(**PAYU, **WOMPI) | {falta: ""}
    assert pasarelas.de_nombre(settings, falta.partition("_")[0].lower()) is None


@pytest.mark.parametrize(
    ("protocolo", "checkout", "consulta"),
    [("payu", "/ppp-web-gateway-payu/", "/reports-api/4.0/service.cgi"), ("wompi", "/p/", "/v1")],
)
def test_the_simulator_has_the_addresses_of_the_real_one_at_its_own(ajustes, protocolo, checkout, consulta):
    settings = ajustes(PASARELA="simulada", SIMULADOR_PROTOCOLO=protocolo, SIMULADOR_URL="http://127.0.0.1:8900/")
    simulada = pasarelas.pasarela(settings)
    assert (simulada.nombre, simulada.titulo, simulada.pruebas) == ("simulada", "Simulador de pagos", True)
    assert (simulada.host, simulada.checkout) == ("127.0.0.1", f"http://127.0.0.1:8900{checkout}")
    assert simulada.consulta == f"http://127.0.0.1:8900{consulta}"
    assert simulada.salida(COBRO).url == simulada.checkout


def test_the_simulator_is_understood_only_outside_production(ajustes):
    assert pasarelas.de_nombre(ajustes(), "simulada")
    assert pasarelas.de_nombre(ajustes() | {"ENTORNO": "produccion"}, "simulada") is None


def test_no_key_shows_where_a_gateway_is_printed(ajustes):
    settings = ajustes(PAYU_FIRMA="hmac-sha256", PAYU_SECRETO="secretoInventado", **PAYU, **WOMPI)
    shown = f"{pasarelas.de_nombre(settings, 'payu')} {pasarelas.de_nombre(settings, 'wompi')}"
    secret = ("llaveInventada", "usuarioInventado", "secretoInventado", "prv_prod", "prod_integrity", "prod_events")
    assert not [word for word in secret if word in shown]


# -- settings that are refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"PASARELA": "payu"}, "faltan: PAYU_COMERCIO, PAYU_CUENTA, PAYU_USUARIO, PAYU_LLAVE."),
        ({"PASARELA": "payu", **PAYU, "PAYU_LLAVE": ""}, "Con PASARELA=payu faltan: PAYU_LLAVE."),
        ({"PASARELA": "payu", **PAYU, "PAYU_FIRMA": "hmac-sha256"}, "Con PASARELA=payu faltan: PAYU_SECRETO."),
        ({"PASARELA": "wompi", **WOMPI, "WOMPI_EVENTOS": ""}, "Con PASARELA=wompi faltan: WOMPI_EVENTOS."),
        ({"PASARELA": "wompi", **WOMPI, "WOMPI_EVENTOS": "test_events_x"}, "no son de un mismo ambiente"),
        ({**WOMPI_PRUEBAS, "WOMPI_LLAVE_PRIVADA": "prv_prod_x"}, "no son de un mismo ambiente"),
        ({"PASARELA": "wompi", **WOMPI, "WOMPI_INTEGRIDAD": "prv_prod_x"}, "no son de un mismo ambiente"),
        ({"SIMULADOR_URL": "file:///etc/passwd"}, "OFICINA_SIMULADOR_URL debe comenzar por https://"),
    ],
)
def test_what_cannot_charge_is_refused(ajustes, changes, message):
    with pytest.raises(ConfigError) as refused:
        ajustes(**changes)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"PASARELA": "simulada"}, "PASARELA=simulada no cobra"),
        ({"PASARELA": "payu", **PAYU, "PAYU_PRUEBAS": True}, "PayU está en su ambiente de pruebas"),
        ({"PASARELA": "payu", **PAYU_PUBLICO}, "PAYU_COMERCIO, PAYU_CUENTA, PAYU_USUARIO, PAYU_LLAVE son los de prueba"),
        ({"PASARELA": "payu", **PAYU, "PAYU_LLAVE": PAYU_PUBLICO["PAYU_LLAVE"]}, "PAYU_LLAVE son los de prueba"),
        ({"PASARELA": "wompi", **WOMPI_PRUEBAS}, "las llaves de Wompi son de pruebas"),
        # Notices are also read of a gateway that is set and not used.
        ({"PASARELA": "wompi", **WOMPI, **PAYU_PUBLICO}, "son los de prueba que PayU publica"),
        ({"PASARELA": "payu", **PAYU, **WOMPI_PRUEBAS}, "las llaves de Wompi son de pruebas"),
    ],
)
def test_production_refuses_what_moves_no_money(ajustes, changes, message):
    with pytest.raises(ConfigError, match="El portal no arranca en producción: ") as refused:
        ajustes(**PRODUCCION, **changes)
    assert message in str(refused.value)


@pytest.mark.parametrize("changes", [{"PASARELA": "payu", **PAYU}, {"PASARELA": "wompi", **WOMPI}, {**PAYU, **WOMPI}])
def test_production_takes_keys_of_ones_own(ajustes, changes):
    assert ajustes(**PRODUCCION, **changes)


# -- the network --------------------------------------------------------------------------------------


def test_json_is_asked_for_and_read_without_floats(server):
    server.dira(b'\xef\xbb\xbf{"value": 84350.10, "n": 3}')
    assert ask(server.url + "/a?b=c", headers={"Authorization": "Bearer x"}) == {"value": Decimal("84350.10"), "n": 3}
    ask(server.url, {"a": "ñ"})
    (get, path, headers, _), (post, _, sent, body) = server.preguntas
    assert (get, path, headers["Authorization"], headers["Accept"]) == ("GET", "/a?b=c", "Bearer x", "application/json")
    assert (post, sent["Content-Type"], loads(body)) == ("POST", "application/json", {"a": "ñ"})


@pytest.mark.parametrize(
    "cuerpo",
    [
        *(b"", b"<html>", b'{"a": ', b'{"a": NaN}', b'{"a": -Infinity}', b"\xff\xfe", b"[" * 200_000, b'{"a": ' * 200_000),
        *(b'{"a": ' + b"9" * 5000 + b"}", b'{"a": 1e99999999999999999999}', b" " * (LARGEST + 1)),
    ],
    ids=range(11),
)
def test_what_is_no_json_is_no_answer(server, cuerpo):
    server.dira(cuerpo)
    with pytest.raises(SinRespuestaError):
        ask(server.url)


def test_the_largest_answer_that_is_read(server):
    server.dira(b"[1" + b" " * (LARGEST - 3) + b"]")
    assert ask(server.url) == [1]
    server.dira(b"[1" + b" " * (LARGEST - 2) + b"]")
    with pytest.raises(SinRespuestaError, match="demasiado larga"):
        ask(server.url)


@pytest.mark.parametrize("estado", [400, 401, 404, 429, 500, 503])
def test_an_error_is_no_answer_even_with_json(server, estado):
    server.dira({"data": []}, estado)
    with pytest.raises(SinRespuestaError, match=f"127.0.0.1:{server.server_port}.*{estado}"):
        ask(server.url)


@pytest.mark.parametrize("estado", [301, 302, 303, 307, 308])
def test_no_redirection_is_followed(server, estado):
    server.dira({}, estado, Location=f"{server.url}/otra")
    with pytest.raises(SinRespuestaError, match=str(estado)):
        ask(server.url)
    assert len(server.preguntas) == 1


def test_the_time_is_for_the_whole_answer(server):
    """Also for one that comes a little at a time, each piece in time."""
    server.dira(b'{"a": "' + b"x" * 50 + b'"}')
    server.espera, server.trozos = 0.1, 20
    start = time.monotonic()
    with pytest.raises(SinRespuestaError, match=r"no respondió en 0\.4 segundos"):
        ask(server.url, seconds=0.4)
    assert time.monotonic() - start < 1


def test_who_does_not_answer_is_not_waited_for(server):
    server.espera = 2
    with pytest.raises(SinRespuestaError):
        ask(server.url, seconds=0.2)


def test_nobody_there():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        with pytest.raises(SinRespuestaError):
            ask(f"http://127.0.0.1:{taken.getsockname()[1]}/")


def test_who_hangs_up_in_the_middle():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def cut():
            connection, _ = listening.accept()
            connection.recv(4096)
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data": []')
            connection.close()

        thread = threading.Thread(target=cut)
        thread.start()
        with pytest.raises(SinRespuestaError):
            ask(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        thread.join()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/a", "data:application/json,1"])
def test_only_the_web_is_asked(url):
    with pytest.raises(SinRespuestaError):
        ask(url)


def test_https_wants_a_certificate_that_somebody_vouches_for(server, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(por_si_mismo(tmp_path / "certificado"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.dira({"data": []})
    with pytest.raises(SinRespuestaError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(server.url.replace("http://", "https://"))
    assert not server.preguntas


def por_si_mismo(path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody but itself vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    certificate = builder.add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
    ).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + certificate.public_bytes(pem))
    return path


@pytest.mark.parametrize(
    ("value", "line"),
    [
        *(("  a\n b ", "a b"), (5, "5"), (Decimal("150.00"), "150.00"), ("", "")),
        *((None, ""), (True, ""), ([], ""), ({}, ""), ("a\x00b", ""), ("\ud800", "")),
    ],
)
def test_a_value_as_one_line_of_text(value, line):
    assert text(value) == line
