"""Wompi: what is signed, what is read of an event, and what its answer to a query means. Vectors from its documentation."""

import dataclasses
import hashlib
import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from respuestas import servidor

from oficina.pasarelas import AvisoIlegibleError, Cobro, FirmaError, SinRespuestaError
from oficina.pasarelas.wompi import Wompi

EVENTOS = "prod_events_OcHnIzeBl5socpwByQ4hA52Em3USQ93Z"
# Of the sample event. Its documentation prints 3476DDA5…8BD0, which is not of these data.
SUMA = "5a18ec5e8fdb7df463e9f94774cba8f583ba21bd04a09ceff2ea68a4bc0aefbe"
WOMPI = Wompi(
    comercio="pub_prod_inventada",
    privada="prv_prod_inventada",
    integridad="prod_integrity_Z5mMke9x0k8gpErbDqwrJXMqsI6SFli6",
    eventos=EVENTOS,
)
COBRO = Cobro(
    referencia="FAC-00123456-1",
    valor=8435000,
    descripcion="Factura 00123456 de acueducto",
    regreso="https://oficina.otra.example/pagar/x",
    aviso="https://oficina.otra.example/pasarela/wompi/aviso",
)
PAGADOR = {
    "nombre": "Ana Inventada",
    "correo": "ana@correo.example",
    "celular": "3000000000",
    "documento_tipo": "CC",
    "documento": "1000000000",
}
FIRMADAS = ["transaction.id", "transaction.status", "transaction.amount_in_cents"]


def evento(propiedades=FIRMADAS, suma=SUMA, momento=1530291411, **transaccion):
    """The sample event of the documentation; what is given of the transaction changes it."""
    return {
        "event": "transaction.updated",
        "data": {
            "transaction": {
                "id": "1234-1610641025-49201",
                "amount_in_cents": 4490000,
                "reference": "MZQ3X2DE2SMX",
                "customer_email": "ana@correo.example",
                "currency": "COP",
                "payment_method_type": "NEQUI",
                "redirect_url": "https://oficina.otra.example/pagar/x",
                "status": "APPROVED",
                "shipping_address": None,
            }
            | transaccion
        },
        "environment": "prod",
        "signature": {"properties": propiedades, "checksum": suma},
        "timestamp": momento,
        "sent_at": "2018-07-20T16:45:05.000Z",
    }


def lee(dicho, **cabeceras):
    body = dicho if isinstance(dicho, bytes) else json.dumps(dicho).encode()
    return WOMPI.leer_aviso(body, {name.replace("_", "-"): value for name, value in cabeceras.items()})


def suma(*valores, momento="1530291411"):
    return hashlib.sha256("".join((*valores, momento, EVENTOS)).encode()).hexdigest()


# -- the form -----------------------------------------------------------------------------------------


def test_the_signature_of_integrity():
    assert WOMPI.firmar("sk8-438k4-xmxm392-sn2m", 2490000) == (
        "37c8407747e595535433ef8f6a811d853cd943046624a0ec04662b17bbf33bf5"
    )


def test_the_form_that_takes_the_customer_there():
    salida = WOMPI.salida(COBRO)
    assert (salida.url, salida.metodo) == ("https://checkout.wompi.co/p/", "get")
    assert salida.campos == {
        "public-key": "pub_prod_inventada",
        "currency": "COP",
        "amount-in-cents": "8435000",
        "reference": "FAC-00123456-1",
        "signature:integrity": WOMPI.firmar("FAC-00123456-1", 8435000),
        "redirect-url": "https://oficina.otra.example/pagar/x",
    }


def test_what_is_known_of_the_payer_goes_along():
    campos = WOMPI.salida(dataclasses.replace(COBRO, **PAGADOR)).campos
    assert {name: value for name, value in campos.items() if name.startswith("customer-data:")} == {
        "customer-data:email": "ana@correo.example",
        "customer-data:full-name": "Ana Inventada",
        "customer-data:phone-number": "3000000000",
        "customer-data:phone-number-prefix": "+57",
        "customer-data:legal-id": "1000000000",
        "customer-data:legal-id-type": "CC",
    }


def test_a_document_that_wompi_does_not_know_stays_at_home():
    campos = WOMPI.salida(dataclasses.replace(COBRO, **(PAGADOR | {"documento_tipo": "PPT"}))).campos
    assert not [name for name in campos if "legal-id" in name]


# -- the event ----------------------------------------------------------------------------------------


def test_the_sample_of_the_documentation():
    aviso = lee(evento())
    assert (aviso.referencia, aviso.transaccion) == ("MZQ3X2DE2SMX", "1234-1610641025-49201")
    assert (aviso.estado, aviso.valor, aviso.moneda) == ("aprobada", 4490000, "COP")
    assert (aviso.comercio, aviso.pruebas) == ("pub_prod_inventada", False)


def test_the_checksum_that_the_documentation_prints_is_not_of_its_sample():
    with pytest.raises(FirmaError):
        lee(evento(suma="3476DDA50F64CD7CBD160689640E8D5AF21A4E2C6A2C5C8F8A7A7B3A1F128BD0"))


@pytest.mark.parametrize("cabecera", ["X_Event_Checksum", "x_event_checksum", "X_EVENT_CHECKSUM"])
def test_the_checksum_comes_in_the_body_in_a_header_or_in_both(cabecera):
    assert lee(evento(), **{cabecera: SUMA.upper()})
    assert lee(evento(suma=None), **{cabecera: SUMA})
    assert lee(evento(suma=SUMA.upper()))
    mixed = SUMA[:20].upper() + SUMA[20:]
    assert lee(evento(suma=mixed), **{cabecera: mixed})


@pytest.mark.parametrize("otra", ["0" * 64, SUMA[:-1], "ñ", SUMA + "0"])
def test_two_checksums_must_agree(otra):
    with pytest.raises(FirmaError):
        lee(evento(), X_Event_Checksum=otra)
    with pytest.raises(FirmaError):
        lee(evento(suma=otra), X_Event_Checksum=SUMA)


@pytest.mark.parametrize("dada", [None, "", "0" * 64, SUMA[:-1], "ñ", 5, [], {"a": 1}, True])
def test_without_a_right_checksum_nothing_is_believed(dada):
    with pytest.raises(FirmaError):
        lee(evento(suma=dada))


@pytest.mark.parametrize(
    "cambio",
    [{"id": "1234-1610641025-49202"}, {"status": "DECLINED"}, {"status": "approved"}, {"amount_in_cents": 4490001}],
)
def test_what_was_changed_after_it_was_signed_is_refused(cambio):
    with pytest.raises(FirmaError):
        lee(evento(**cambio))


def test_the_time_is_signed():
    with pytest.raises(FirmaError):
        lee(evento(momento=1530291412))


@pytest.mark.parametrize(
    ("valor", "momento"), [(449000015, 30291411), (44900001530291411, 0), (44900, "001530291411"), (449, "00001530291411")]
)
def test_digits_do_not_go_from_the_amount_to_the_time(valor, momento):
    """The signature does not say where one ends and the other begins; the length of a time does."""
    with pytest.raises(AvisoIlegibleError):
        lee(evento(amount_in_cents=valor, momento=momento))


def test_what_is_signed_is_read_from_the_event_in_its_order():
    propiedades = ["transaction.amount_in_cents", "transaction.reference", "transaction.status", "transaction.id"]
    right = suma("4490000", "MZQ3X2DE2SMX", "APPROVED", "1234-1610641025-49201")
    assert lee(evento(propiedades, right)).valor == 4490000
    with pytest.raises(FirmaError):
        lee(evento(propiedades, right, reference="OTRA"))
    with pytest.raises(FirmaError):
        lee(evento(propiedades[::-1], right))


@pytest.mark.parametrize("falta", FIRMADAS)
def test_a_signature_that_does_not_cover_the_payment_is_none(falta):
    values = {FIRMADAS[0]: "1234-1610641025-49201", FIRMADAS[1]: "APPROVED", FIRMADAS[2]: "4490000"}
    rest = [name for name in FIRMADAS if name != falta]
    with pytest.raises(FirmaError):
        lee(evento(rest, suma(*(values[name] for name in rest))))


@pytest.mark.parametrize(
    "propiedades",
    [
        *(None, [], "transaction.id", {"a": 1}, [1], [None], [[]], [{}], [True], FIRMADAS * 7),
        *([*FIRMADAS, "transaction"], [*FIRMADAS, "transaction.no"], [*FIRMADAS, "no.hay"], [*FIRMADAS, ""]),
        *([*FIRMADAS, "transaction.shipping_address"], [*FIRMADAS, "transaction.id.x"], [*FIRMADAS, "."]),
    ],
    ids=range(17),
)
def test_signed_properties_that_are_none(propiedades):
    with pytest.raises(AvisoIlegibleError):
        lee(evento(propiedades))


@pytest.mark.parametrize(
    ("status", "estado"),
    [("DECLINED", "rechazada"), ("ERROR", "error"), ("PENDING", "pendiente"), ("NUEVO", "pendiente"), ("VOIDED", "reversada")],
)
def test_the_states_of_an_event(status, estado):
    right = suma("1234-1610641025-49201", status, "4490000")
    assert lee(evento(suma=right, status=status)).estado == estado


@pytest.mark.parametrize("ambiente", ["test", "", None, "PROD", 5])
def test_only_prod_is_no_test(ambiente):
    assert lee(evento() | {"environment": ambiente}).pruebas


@pytest.mark.parametrize("nombre", ["nequi_token.updated", "", None, []])
def test_other_events_are_not_of_a_payment(nombre):
    with pytest.raises(AvisoIlegibleError):
        lee(evento() | {"event": nombre})


@pytest.mark.parametrize("cambio", [{"reference": None}, {"reference": ""}, {"reference": "a\x00"}, {"reference": "a" * 256}])
def test_without_its_reference_it_is_no_notice(cambio):
    with pytest.raises(AvisoIlegibleError):
        lee(evento(**cambio))


@pytest.mark.parametrize("valor", ["4490000", 4490000.0, 4490000.5, -4490000, 10**14, True])
def test_an_amount_is_a_whole_number(valor):
    with pytest.raises((AvisoIlegibleError, FirmaError)):
        lee(evento(amount_in_cents=valor, suma=suma("1234-1610641025-49201", "APPROVED", str(valor))))


@pytest.mark.parametrize(
    "cuerpo",
    [
        *(b"", b"null", b"[]", b"5", b'"a"', b"{}", b"{", b"\xff\xfe", b"[" * 200_000, b'{"data":' * 200_000, b"a=b&c=d"),
        *(b'{"timestamp": ' + b"9" * 5000 + b"}", b'{"timestamp": 1e99999999999999999999}', b'{"timestamp": NaN}'),
    ],
    ids=range(14),
)
def test_what_is_no_event(cuerpo):
    for cabeceras in ({}, {"X_Event_Checksum": SUMA}):
        with pytest.raises((AvisoIlegibleError, FirmaError)):
            lee(cuerpo, **cabeceras)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["event", "data", "signature", "timestamp", "environment"]), JSON), JSON, JSON)
def test_nothing_else_comes_of_strange_events(campos, transaccion, propiedades):
    strange = evento(suma="0" * 64, propiedades=propiedades) | campos
    for dicho in (strange, strange | {"data": {"transaction": transaccion}}, [strange]):
        with pytest.raises((AvisoIlegibleError, FirmaError)):
            lee(dicho)


@given(st.dictionaries(st.sampled_from(["reference", "currency", "payment_method_type"]), JSON), JSON)
def test_nothing_else_comes_of_strange_values_that_are_not_signed(campos, ambiente):
    try:
        aviso = lee(evento(**campos) | {"environment": ambiente})
    except AvisoIlegibleError:
        return
    assert aviso.referencia.isprintable()
    assert aviso.referencia.encode()
    assert aviso.moneda.encode() is not None


# -- the query ----------------------------------------------------------------------------------------


def una(**cambios):
    """A transaction, as Wompi answers it."""
    return {
        "id": "1292-1602113476-10985",
        "created_at": "2026-11-24T18:03:05.120Z",
        "finalized_at": "2026-11-24T18:04:09.950Z",
        "amount_in_cents": 8435000,
        "reference": "FAC-00123456-1",
        "currency": "COP",
        "payment_method_type": "PSE",
        "payment_method": {
            "type": "PSE",
            "financial_institution_code": "1",
            "extra": {"traceability_code": "2204682", "async_payment_url": "https://pse.example/"},
        },
        "status": "APPROVED",
        "status_message": None,
        "merchant": {"name": "Inventado", "public_key": "pub_prod_inventada"},
    } | cambios


@pytest.fixture
def server():
    with servidor() as server:
        yield server


@pytest.fixture
def consulta(server):
    """What the client makes of an answer."""
    wompi = dataclasses.replace(WOMPI, consulta=f"{server.url}/v1")

    def consultar(cuerpo, referencia="FAC-00123456-1", estado=200):
        server.dira(cuerpo, estado)
        return wompi.consultar(referencia)

    return consultar


def test_it_is_asked_by_reference_with_the_private_key(server, consulta):
    assert consulta({"data": []}, "A B&c=1") == []
    [(metodo, path, cabeceras, _)] = server.preguntas
    assert (metodo, path) == ("GET", "/v1/transactions?reference=A+B%26c%3D1")
    assert cabeceras["Authorization"] == "Bearer prv_prod_inventada"


def test_an_approved_payment(consulta):
    [pago] = consulta({"data": [una()]})
    assert (pago.id, pago.referencia, pago.estado) == ("1292-1602113476-10985", "FAC-00123456-1", "aprobada")
    assert (pago.valor, pago.moneda, pago.comercio, pago.pruebas) == (8435000, "COP", "pub_prod_inventada", False)
    assert (pago.medio, pago.cus, pago.banco, pago.motivo) == ("PSE", "2204682", "", "")
    assert pago.fecha == datetime(2026, 11, 24, 18, 4, 9)


def test_all_that_was_tried_with_a_reference(consulta):
    first, second = consulta({"data": [una(id="a", status="DECLINED", status_message="Fondos insuficientes"), una(id="b")]})
    assert (first.id, first.estado, first.motivo) == ("a", "rechazada", "Fondos insuficientes")
    assert (second.id, second.estado) == ("b", "aprobada")


@pytest.mark.parametrize(
    ("code", "message", "motivo"),
    [
        *((None, "FONDOS INSUFICIENTES.", "Fondos insuficientes"), (None, "Insufficient funds", "Fondos insuficientes")),
        *(("51", "Declined", "Fondos insuficientes"), ("54", None, "La tarjeta está vencida")),
        *((None, None, ""), ("05", "Transaction declined by the bank", ""), (51, None, "Fondos insuficientes"), ({}, [], "")),
    ],
)
def test_why_it_was_refused_is_in_spanish_or_not_told(consulta, code, message, motivo):
    method = {"type": "CARD", "extra": {"processor_response_code": code}}
    [pago] = consulta({"data": [una(status="DECLINED", status_message=message, payment_method=method)]})
    assert pago.motivo == motivo


@pytest.mark.parametrize(
    ("status", "tipo", "estado"),
    [
        *(("APPROVED", "CARD", "aprobada"), ("DECLINED", "CARD", "rechazada"), ("ERROR", "PSE", "error")),
        *(
            ("PENDING", "PSE", "pendiente"),
            ("NUEVO", "PSE", "pendiente"),
            (None, "PSE", "pendiente"),
            (True, "PSE", "pendiente"),
        ),
        *(("VOIDED", "CARD", "reversada"), ("VOIDED", "PSE", "reversada"), (["APPROVED"], "PSE", "pendiente")),
    ],
)
def test_the_states_of_a_transaction(consulta, status, tipo, estado):
    """Nothing but the word itself is an approval; what is voided is reversed, whatever paid it."""
    assert consulta({"data": [una(status=status, payment_method_type=tipo)]})[0].estado == estado


def test_a_card(consulta):
    medio = {"type": "CARD", "extra": {"brand": "VISA", "last_four": "4242"}}
    [pago] = consulta({"data": [una(payment_method_type="CARD", payment_method=medio)]})
    assert (pago.medio, pago.cus) == ("VISA", "")


def test_a_transaction_with_little_in_it(consulta):
    few = una(payment_method=None, payment_method_type=None, merchant=None, finalized_at=None, status="PENDING")
    [pago] = consulta({"data": [few]})
    assert (pago.medio, pago.comercio, pago.fecha) == ("", "pub_prod_inventada", datetime(2026, 11, 24, 18, 3, 5))


def test_another_business_is_told_as_it_is(consulta):
    assert consulta({"data": [una(merchant={"public_key": "pub_prod_otra"})]})[0].comercio == "pub_prod_otra"


@pytest.mark.parametrize("fecha", ["ayer", 5, True, "9999-12-31T23:59:59-05:00", "2026-11-24"])
def test_a_date_that_is_none_or_has_no_time(consulta, fecha):
    expected = datetime(2026, 11, 24) if fecha == "2026-11-24" else None
    assert consulta({"data": [una(finalized_at=fecha)]})[0].fecha == expected


@pytest.mark.parametrize(
    "cuerpo",
    [
        *(None, [], 5, {}, {"data": None}, {"data": {}}, {"data": una()}, {"error": {"type": "NOT_FOUND_ERROR"}}),
        *({"data": [None]}, {"data": [5]}, {"data": [una(reference="OTRA")]}, {"data": [una(), una(reference=None)]}),
        *({"data": [una(id=None)]}, {"data": [una(currency=None)]}, {"data": [una(amount_in_cents="8435000")]}),
        *({"data": [una(amount_in_cents=value)]} for value in (None, True, -1, 8435000.5, 10**14)),
    ],
    ids=range(20),
)
def test_what_is_not_as_documented_is_no_answer(consulta, cuerpo):
    with pytest.raises(SinRespuestaError):
        consulta(cuerpo)


@pytest.mark.parametrize("estado", [401, 404, 500])
def test_a_failure_is_no_answer(consulta, estado):
    with pytest.raises(SinRespuestaError):
        consulta({"data": []}, estado=estado)
