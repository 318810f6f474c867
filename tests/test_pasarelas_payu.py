"""PayU: what is signed, what is read of a notice, and what its answer to a query means. Vectors from its documentation."""

import dataclasses
import json
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from respuestas import servidor

from oficina.config import PAYU_PUBLICO
from oficina.pasarelas import ESTADOS, AvisoIlegibleError, Cobro, FirmaError, SinRespuestaError
from oficina.pasarelas.payu import MOTIVOS, PayU, centavos, pesos, valor_firmado

LLAVE = PAYU_PUBLICO["PAYU_LLAVE"]
PAYU = PayU(merchant="508029", comercio="512321", usuario=PAYU_PUBLICO["PAYU_USUARIO"], llave=LLAVE)
COBRO = Cobro(
    referencia="FAC-00123456-1",
    valor=8435000,
    descripcion="Factura 00123456 de acueducto",
    regreso="https://oficina.otra.example/pagar/x",
    aviso="https://oficina.otra.example/pasarela/payu/aviso",
)
PAGADOR = {
    "nombre": "Ana Inventada",
    "correo": "ana@correo.example",
    "celular": "3000000000",
    "documento_tipo": "CC",
    "documento": "1000000000",
}
# Signed by ``firmas`` below; state 4 and 84350.00 is the vector of the domain notes.
AVISO = {
    "merchant_id": "508029",
    "reference_sale": "FAC-00123456-1",
    "value": "84350.00",
    "currency": "COP",
    "state_pol": "4",
    "sign": "0c777bec1cf41dc6eeb4647b4a0d620b",
    "transaction_id": "f5e668f1-7ecc-4b83-a4d1-0aaa68260862",
    "test": "0",
    "payment_method_name": "PSE",
    "description": "Factura de acueducto",
    "extra1": "",
}


def con(firma: str, secreto: str = "") -> PayU:
    return dataclasses.replace(PAYU, firma=firma, secreto=secreto)


def lee(payu: PayU = PAYU, **cambios):
    campos = {name: value for name, value in (AVISO | cambios).items() if value is not None}
    return payu.leer_aviso(urlencode(campos).encode(), {})


def firmado(payu: PayU = PAYU, **cambios):
    """A notice with these fields and their right signature."""
    campos = AVISO | cambios
    signed = (campos["merchant_id"], campos["reference_sale"], valor_firmado(campos["value"]), campos["currency"])
    return lee(payu, **cambios, sign=payu.firmar(*signed, campos["state_pol"]))


# -- signatures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("firma", "debida"),
    [
        ("md5", "7ee7cf808ce6a39b17481c54f2c57acc"),
        ("sha1", "fa890d3f94e12b5cdb62e8771453b99b78e7ccdc"),
        ("sha256", "af3899a22336b79db46006491d15813158826f944599bf3bf601e2327f898022"),
    ],
)
def test_the_signature_of_the_form(firma, debida):
    assert con(firma).firmar("508029", "TestPayU", "20000", "COP") == debida


@pytest.mark.parametrize(
    ("referencia", "valor", "moneda", "estado", "debida"),
    [
        ("TestPayU05", "150.26", "USD", "4", "1d95778a651e11a0ab93c2169a519cd6"),
        # The documentation prints this one for state 6: it is that of state 4.
        ("TestPayU04", "150.00", "USD", "4", "b607a2c2fa100e0947b206d41864fb86"),
        ("TestPayU04", "150.00", "USD", "6", "df67936f918887b2aa31688a77a10fe1"),
        ("PayUTest01", "150.00", "USD", "4", "d67cd7424db41d732336c92c5bd002c5"),
        ("FAC-00123456-1", "84350.00", "COP", "4", "0c777bec1cf41dc6eeb4647b4a0d620b"),
        ("FAC-00123456-1", "84350", "COP", "4", "0c777bec1cf41dc6eeb4647b4a0d620b"),
    ],
)
def test_the_signature_of_a_notice(referencia, valor, moneda, estado, debida):
    aviso = lee(reference_sale=referencia, value=valor, currency=moneda, state_pol=estado, sign=debida)
    assert (aviso.referencia, aviso.moneda, aviso.valor) == (referencia, moneda, centavos(valor))


@pytest.mark.parametrize(
    ("valor", "debida"),
    [
        ("150.00", "65fb2b3452572784e23e7d6480359fd2507c54dd285ca3c4dceffb8764cfb66f"),
        ("150.25", "7770a7933b90570a078fcacce1790eb13079cdf8f8a6e900b79f4f5eb96b8024"),
    ],
)
def test_hmac_signs_the_same_text_with_a_secret_of_its_own(valor, debida):
    payu = con("hmac-sha256", "test123")
    cambios = {"reference_sale": "PayUTest01", "value": valor, "currency": "USD", "sign": debida}
    assert lee(payu, **cambios).estado == "aprobada"
    with pytest.raises(FirmaError):
        lee(con("hmac-sha256", "otro"), **cambios)


def test_sha256_of_a_notice():
    debida = "b74c877e53899d2998cf067afb6188b90e3010531e6bda4b2cad273bcfb912fb"
    assert lee(con("sha256"), reference_sale="PayUTest01", value="150.00", currency="USD", sign=debida)


@pytest.mark.parametrize(
    ("valor", "firmado"),
    [
        *(("150", "150.0"), ("150.0", "150.0"), ("150.00", "150.0"), ("150.20", "150.2"), ("150.2", "150.2")),
        *(("150.05", "150.05"), ("150.26", "150.26"), ("150.25", "150.25"), ("0.01", "0.01"), ("100", "100.0")),
    ],
)
def test_the_amount_as_a_notice_signs_it(valor, firmado):
    assert valor_firmado(valor) == firmado


@given(st.integers(0, 10**14 - 1))
def test_an_amount_goes_and_comes_back(valor):
    """As the form sends it, as a notice signs it and as the query may answer it."""
    sent = pesos(valor)
    assert centavos(sent) == centavos(valor_firmado(sent)) == valor
    assert centavos(Decimal(sent), exacto=False) == centavos(Decimal(sent).normalize(), exacto=False) == valor


@given(st.text(max_size=20) | st.decimals() | st.floats() | st.none() | st.booleans() | st.lists(st.integers()))
def test_what_is_no_amount_is_none(valor):
    got = centavos(valor, exacto=False)
    assert got is None or Decimal(str(valor).strip()) * 100 == got >= 0


# -- the form -----------------------------------------------------------------------------------------


def test_the_form_that_takes_the_customer_there():
    salida = PAYU.salida(COBRO)
    assert (salida.url, salida.metodo) == ("https://checkout.payulatam.com/ppp-web-gateway-payu/", "post")
    assert salida.campos == {
        "merchantId": "508029",
        "accountId": "512321",
        "referenceCode": "FAC-00123456-1",
        "description": "Factura 00123456 de acueducto",
        "currency": "COP",
        "amount": "84350.00",
        "tax": "0",
        "taxReturnBase": "0",
        "signature": PAYU.firmar("508029", "FAC-00123456-1", "84350.00", "COP"),
        "algorithmSignature": "MD5",
        "test": "0",
        "lng": "es",
        "responseUrl": "https://oficina.otra.example/pagar/x",
        "confirmationUrl": "https://oficina.otra.example/pasarela/payu/aviso",
    }


def test_what_is_known_of_the_payer_goes_along():
    campos = PAYU.salida(dataclasses.replace(COBRO, **PAGADOR)).campos
    assert campos["buyerFullName"] == campos["payerFullName"] == "Ana Inventada"
    assert campos["buyerEmail"] == campos["payerEmail"] == "ana@correo.example"
    assert campos["telephone"] == campos["payerPhone"] == "3000000000"
    assert campos["buyerDocumentType"] == campos["payerDocumentType"] == "CC"
    assert campos["buyerDocument"] == campos["payerDocument"] == "1000000000"


def test_payu_knows_no_ppt():
    campos = PAYU.salida(dataclasses.replace(COBRO, **(PAGADOR | {"documento_tipo": "PPT"}))).campos
    assert campos["payerDocument"] == "1000000000"
    assert not {"payerDocumentType", "buyerDocumentType"} & set(campos)


def test_what_is_longer_than_payu_takes_is_cut():
    long = {"nombre": "Ñ" * 300, "celular": "3" * 30, "documento": "1" * 30, "correo": "a" * 300}
    campos = PAYU.salida(dataclasses.replace(COBRO, descripcion="á" * 300, **long)).campos
    assert {name: len(campos[name]) for name in ("description", "buyerFullName", "payerFullName", "telephone")} == {
        "description": 255,
        "buyerFullName": 150,
        "payerFullName": 50,
        "telephone": 20,
    }
    assert (len(campos["payerDocument"]), len(campos["payerEmail"])) == (25, 255)


@pytest.mark.parametrize(
    ("firma", "nombre"), [("md5", "MD5"), ("sha1", "SHA"), ("sha256", "SHA256"), ("hmac-sha256", "HMAC-SHA256")]
)
def test_the_form_says_how_it_is_signed(firma, nombre):
    payu = con(firma, "secreto")
    campos = payu.salida(COBRO).campos
    assert campos["algorithmSignature"] == nombre
    assert campos["signature"] == payu.firmar("508029", "FAC-00123456-1", campos["amount"], "COP")


def test_the_sandbox_is_told_that_it_is_a_test():
    assert dataclasses.replace(PAYU, pruebas=True).salida(COBRO).campos["test"] == "1"


# -- the notice ---------------------------------------------------------------------------------------


def test_a_notice_is_read():
    aviso = lee()
    assert (aviso.referencia, aviso.transaccion) == ("FAC-00123456-1", "f5e668f1-7ecc-4b83-a4d1-0aaa68260862")
    assert (aviso.estado, aviso.valor, aviso.moneda) == ("aprobada", 8435000, "COP")
    assert (aviso.comercio, aviso.pruebas) == ("512321", False)


def test_a_signature_in_capitals_is_the_same():
    assert lee(sign=AVISO["sign"].upper())
    assert lee(sign="0C777bec1cf41DC6eeb4647b4a0d620B")


@pytest.mark.parametrize(
    ("campo", "valor"),
    [
        *(("merchant_id", "508028"), ("reference_sale", "FAC-00123456-2"), ("value", "84350.01"), ("value", "84350.10")),
        *(("currency", "USD"), ("state_pol", "6"), ("sign", "0" * 32), ("sign", ""), ("sign", None), ("sign", "ñ")),
        ("sign", "fe0dde2b7f3ae0a2d84ae0a1d1c8e6a5d6e4e1d3"),
    ],
)
def test_what_was_changed_after_it_was_signed_is_refused(campo, valor):
    with pytest.raises(FirmaError):
        lee(**{campo: valor})


@pytest.mark.parametrize("firma", ["sha1", "sha256", "hmac-sha256"])
def test_only_the_algorithm_of_the_account_counts(firma):
    with pytest.raises(FirmaError):
        lee(con(firma, "secreto"))


def test_the_sample_of_the_documentation_is_not_signed_with_its_key():
    with pytest.raises(FirmaError):
        lee(
            reference_sale="2015-05-27 13:04:37",
            value="100.00",
            currency="USD",
            state_pol="6",
            sign="e1b0939bbdc99ea84387bee9b90e4f5c",
        )


@pytest.mark.parametrize(
    ("estado", "nuestro"),
    [("4", "aprobada"), ("5", "vencida"), ("6", "rechazada"), ("104", "error"), ("7", "pendiente"), ("8", "pendiente")],
)
def test_the_states_of_a_notice(estado, nuestro):
    assert firmado(state_pol=estado).estado == nuestro
    assert nuestro in ESTADOS


@pytest.mark.parametrize("test", ["1", "true", "0", "false", "", None])
@pytest.mark.parametrize("pruebas", [True, False])
def test_a_notice_is_of_the_environment_that_is_set(test, pruebas):
    """What it says of it is not signed; the query tells."""
    assert lee(dataclasses.replace(PAYU, pruebas=pruebas), test=test).pruebas is pruebas


def test_a_notice_for_another_merchant_says_so():
    assert firmado(merchant_id="999999").comercio == "999999"


@pytest.mark.parametrize(
    "valor",
    [
        *("", " ", "-84350.00", "+84350.00", "84350.000", "84350.001", "84,350.00", "84350,00", "8.4350E4", "1e3", ".50", "1."),
        *("0x10", "NaN", "Infinity", "٨٤٣٥٠", "1_000", "9" * 13, "84350.00 COP", "1.2.3", "84350.0\x00"),
    ],
)
def test_what_is_no_amount_is_no_notice(valor):
    with pytest.raises(AvisoIlegibleError):
        firmado(value=valor)


@pytest.mark.parametrize("campo", ["merchant_id", "reference_sale", "value", "currency", "state_pol"])
@pytest.mark.parametrize("valor", [None, "", " "])
def test_without_what_is_signed_it_is_no_notice(campo, valor):
    with pytest.raises(AvisoIlegibleError):
        lee(**{campo: valor})


def test_fields_that_are_missing_or_new_do_not_matter():
    assert lee(transaction_id=None, extra1=None, description=None, nuevo="x").transaccion == ""


def test_a_notice_in_json():
    assert PAYU.leer_aviso(json.dumps(AVISO).encode(), {}) == lee()
    numbers = json.dumps(AVISO | {"merchant_id": 508029, "state_pol": 4}).replace('"84350.00"', "84350.00")
    assert PAYU.leer_aviso(numbers.encode(), {}) == lee()


@pytest.mark.parametrize(
    "cuerpo",
    [
        *(b"", b"{}", b"[]", b"null", b"{", b"\xff\xfe\x00", b"a=b&" * 1000, b"{" * 100_000, b'{"a":' * 100_000),
        *(b'{"value": true, "merchant_id": []}', b'{"value": 1e999999999999999999999}', b'{"value": ' + b"9" * 5000 + b"}"),
    ],
    ids=range(12),
)
def test_what_is_no_notice(cuerpo):
    with pytest.raises(AvisoIlegibleError):
        PAYU.leer_aviso(cuerpo, {})


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: ("{" + text).encode(errors="replace")))
def test_nothing_else_comes_of_garbage(cuerpo):
    with pytest.raises((AvisoIlegibleError, FirmaError)):
        PAYU.leer_aviso(cuerpo, {})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(list(AVISO)), JSON))
def test_nothing_else_comes_of_strange_values(campos):
    with pytest.raises((AvisoIlegibleError, FirmaError)):
        PAYU.leer_aviso(json.dumps(AVISO | {"sign": "x"} | campos).encode(), {})


# -- the query ----------------------------------------------------------------------------------------


def una(**cambios):
    """A transaction, as the documentation of the query shows it."""
    return {
        "id": "5fde3c2c-540d-4579-96f7-2a4b8c65a951",
        "order": None,
        "creditCard": None,
        "type": "AUTHORIZATION_AND_CAPTURE",
        "parentTransactionId": None,
        "paymentMethod": "PSE",
        "paymentCountry": "CO",
        "transactionResponse": {
            "state": "APPROVED",
            "trazabilityCode": "2204682",
            "authorizationCode": "00000000",
            "pendingReason": None,
            "responseCode": "APPROVED",
            "responseMessage": None,
            "operationDate": 1620064792953,
            "extraParameters": None,
        },
        "additionalValues": {
            "PM_TAX": {"value": 0.00, "currency": "COP"},
            "TX_VALUE": {"value": 84350.00, "currency": "COP"},
        },
        "extraParameters": {"FINANCIAL_INSTITUTION_NAME": "BANCO INVENTADO", "INSTALLMENTS_NUMBER": "1"},
    } | cambios


def con_estado(state, **cambios):
    return una(transactionResponse=una()["transactionResponse"] | {"state": state} | cambios)


def orden(*transacciones, **cambios):
    return {
        "id": 857695047,
        "accountId": 512321,
        "status": "CAPTURED",
        "referenceCode": "FAC-00123456-1",
        "isTest": False,
        "transactions": list(transacciones) or [una()],
        "additionalValues": {"TX_VALUE": {"value": 84350.00, "currency": "COP"}},
    } | cambios


def respuesta(*ordenes):
    return {"code": "SUCCESS", "error": None, "result": {"payload": list(ordenes)}}


@pytest.fixture
def server():
    with servidor() as server:
        yield server


@pytest.fixture
def payu(server):
    return dataclasses.replace(PAYU, consulta=f"{server.url}/reports-api/4.0/service.cgi")


@pytest.fixture
def consulta(server, payu):
    """What the client makes of an answer."""

    def consultar(cuerpo, cliente=payu):
        server.dira(cuerpo)
        return cliente.consultar("FAC-00123456-1")

    return consultar


def test_it_is_asked_by_reference(server, payu, consulta):
    consulta(respuesta())
    [(metodo, path, _, cuerpo)] = server.preguntas
    assert (metodo, path) == ("POST", "/reports-api/4.0/service.cgi")
    assert json.loads(cuerpo) == {
        "test": False,
        "language": "es",
        "command": "ORDER_DETAIL_BY_REFERENCE_CODE",
        "merchant": {"apiLogin": "pRRXKOl8ikMmt9u", "apiKey": LLAVE},
        "details": {"referenceCode": "FAC-00123456-1"},
    }


def test_an_approved_payment(consulta):
    [pago] = consulta(respuesta(orden()))
    assert (pago.id, pago.referencia) == ("5fde3c2c-540d-4579-96f7-2a4b8c65a951", "FAC-00123456-1")
    assert (pago.estado, pago.valor, pago.moneda, pago.comercio, pago.pruebas) == ("aprobada", 8435000, "COP", "512321", False)
    assert (pago.medio, pago.banco, pago.cus, pago.autorizacion) == ("PSE", "BANCO INVENTADO", "2204682", "00000000")
    assert (pago.motivo, pago.fecha) == ("", datetime(2021, 5, 3, 17, 59, 52))


@pytest.mark.parametrize("payload", [None, []])
def test_a_reference_that_payu_does_not_know(consulta, payload):
    assert consulta({"code": "SUCCESS", "error": None, "result": {"payload": payload}}) == []
    assert consulta({"code": "SUCCESS", "error": None, "result": None}) == []


def test_all_that_was_tried_with_a_reference(consulta):
    refused = con_estado("DECLINED", responseCode="ENTITY_DECLINED") | {"id": "a"}
    first, second = consulta(respuesta(orden(refused, una(id="b"))))
    assert (first.id, first.estado) == ("a", "rechazada")
    assert (second.id, second.estado) == ("b", "aprobada")
    assert [pago.id for pago in consulta(respuesta(orden(), orden(una(id="c"))))] == [una()["id"], "c"]


@pytest.mark.parametrize(
    ("state", "code", "motivo"),
    [
        *(("DECLINED", code, words) for code, words in MOTIVOS.items()),
        *(("DECLINED", "ENTITY_DECLINED", ""), ("DECLINED", "NEW_CODE", ""), ("DECLINED", None, ""), ("DECLINED", [], "")),
        *(("PENDING", "PENDING_TRANSACTION_CONFIRMATION", ""), ("EXPIRED", "EXPIRED_TRANSACTION", ""), ("ERROR", "ERROR", "")),
    ],
)
def test_why_it_was_refused_is_in_spanish_or_not_told(consulta, state, code, motivo):
    refused = con_estado(state, responseCode=code, responseMessage="Declined by the bank")
    assert consulta(respuesta(orden(refused)))[0].motivo == motivo
    assert motivo.upper() != motivo or not motivo


@pytest.mark.parametrize(
    ("state", "estado"),
    [
        *(("APPROVED", "aprobada"), ("DECLINED", "rechazada"), ("EXPIRED", "vencida"), ("ERROR", "error")),
        *(("PENDING", "pendiente"), ("SUBMITTED", "pendiente"), ("NUEVO", "pendiente"), (None, "pendiente")),
        *((True, "pendiente"), (["APPROVED"], "pendiente"), ("approved", "pendiente")),
    ],
)
def test_the_states_of_a_transaction(consulta, state, estado):
    """Nothing but the word itself is an approval."""
    assert consulta(respuesta(orden(con_estado(state))))[0].estado == estado


def test_a_transaction_that_nobody_answered_yet(consulta):
    [pago] = consulta(respuesta(orden(una(transactionResponse=None, extraParameters=None))))
    assert (pago.estado, pago.banco, pago.cus, pago.fecha) == ("pendiente", "", "", None)


@pytest.mark.parametrize("status", ["REFUNDED", "CHARGEBACK"])
def test_an_order_given_back_reverses_its_approved_payment_alone(consulta, status):
    refused, paid = con_estado("DECLINED") | {"id": "a"}, una(id="b")
    refund = una(id="c", type="REFUND", parentTransactionId="b")
    pagos = consulta(respuesta(orden(refused, paid, refund, status=status)))
    assert [(pago.id, pago.estado) for pago in pagos] == [("a", "rechazada"), ("b", "reversada")]


@pytest.mark.parametrize("tipo", ["REFUND", "PARTIAL_REFUND", "VOID", "AUTHORIZATION", "CANCELLATION", "NUEVO"])
def test_what_brings_no_money_is_no_payment(consulta, tipo):
    assert consulta(respuesta(orden(una(type=tipo)))) == []
    assert len(consulta(respuesta(orden(una(), una(id="b", type=tipo))))) == 1


def test_a_captured_payment(consulta):
    assert consulta(respuesta(orden(una(type="CAPTURE"))))[0].estado == "aprobada"


def test_another_account_is_told_as_it_is(consulta):
    assert consulta(respuesta(orden(accountId=512326)))[0].comercio == "512326"


def test_a_test_is_told_as_it_is(consulta, payu):
    assert consulta(respuesta(orden(isTest=True)))[0].pruebas
    assert consulta(respuesta(orden()), dataclasses.replace(payu, pruebas=True))[0].pruebas


def test_a_card_has_no_cus(consulta):
    [pago] = consulta(respuesta(orden(una(paymentMethod="VISA", creditCard={"issuerBank": "BANCO"}, extraParameters=None))))
    assert (pago.medio, pago.banco, pago.cus) == ("VISA", "BANCO", "")


def test_the_amount_of_the_order_where_the_transaction_tells_none(consulta):
    assert consulta(respuesta(orden(una(additionalValues=None))))[0].valor == 8435000
    other = {"TX_VALUE": {"value": 5, "currency": "USD"}}
    [pago] = consulta(respuesta(orden(una(additionalValues=other))))
    assert (pago.valor, pago.moneda) == (500, "USD")


@pytest.mark.parametrize(
    ("value", "valor"),
    [
        *(("84350.00", 8435000), ("84350.0", 8435000), ("84350", 8435000), ('"84350.00"', 8435000), ("84350.0000", 8435000)),
        *(("8.435E4", 8435000), ("0.01", 1), ("1234567.89", 123456789), ("0", 0), ("9007199254.93", 900719925493)),
    ],
)
def test_amounts_are_read_to_the_centavo(consulta, value, valor):
    body = json.dumps(respuesta(orden(una(additionalValues={"TX_VALUE": {"value": "@", "currency": "COP"}}))))
    assert consulta(body.replace('"@"', value).encode())[0].valor == valor


@pytest.mark.parametrize(
    "value",
    [None, True, -1, "84350.001", "84,350.00", "", "1e5000", [], {}, 10**13, "NaN"],
    ids=str,
)
def test_an_amount_that_is_none_is_no_answer(consulta, value):
    money = {"TX_VALUE": {"value": value, "currency": "COP"}}
    with pytest.raises(SinRespuestaError, match="le faltan datos"):
        consulta(respuesta(orden(una(additionalValues=money))))


@pytest.mark.parametrize(
    "cuerpo",
    [
        *(None, [], 5, "SUCCESS", {}, {"code": "SUCCESS", "result": {"payload": {"id": 1}}}),
        *({"code": "ERROR", "error": "Invalid credentials", "result": None}, respuesta(None), respuesta(5), respuesta({})),
        *(respuesta(orden(referenceCode="OTRA")), respuesta(orden(referenceCode=None)), respuesta(orden(accountId=None))),
        *(respuesta(orden(transactions={"a": 1})), respuesta(orden(una(), None)), respuesta(orden(una(type=None)))),
        *(respuesta(orden(una(id=None))), respuesta(orden(una(), "x"))),
        respuesta(orden(una(additionalValues={"TX_VALUE": {"value": 1}}))),
        respuesta(orden(una(additionalValues=None), additionalValues=None)),
    ],
    ids=range(20),
)
def test_what_is_not_as_documented_is_no_answer(consulta, cuerpo):
    with pytest.raises(SinRespuestaError):
        consulta(cuerpo)


def test_what_payu_says_of_a_failure_is_kept(consulta):
    with pytest.raises(SinRespuestaError, match="Invalid credentials"):
        consulta({"code": "ERROR", "error": "Invalid credentials", "result": None})


@pytest.mark.parametrize("fecha", [None, "2021-05-03", True, -1, 10**20, 1.5])
def test_a_date_that_is_none(consulta, fecha):
    assert consulta(respuesta(orden(con_estado("APPROVED", operationDate=fecha))))[0].fecha is None


def test_an_order_that_nobody_tried_to_pay(consulta):
    assert consulta(respuesta(orden(transactions=None))) == []


def test_a_failure_of_its_server_is_no_answer(server, payu):
    server.dira(respuesta(), 500)
    with pytest.raises(SinRespuestaError):
        payu.consultar("FAC-00123456-1")
