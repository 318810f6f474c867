"""What somebody with a bill, or with a signed notice of their own, can send on and on (decision 0011)."""

from datetime import timedelta

import pytest
from fabrica import una_factura
from pasarela_de_prueba import aviso_payu
from test_cobros import abiertos, correos, empezar, envejecer, gw, libro, preguntar, trabajar  # noqa: F401

from oficina import cobros
from oficina.cobros import avisos
from oficina.models import AvisoRecibido, Intento
from oficina.pasarelas import simulada


@pytest.fixture
def factura(app):
    return una_factura("1")


@pytest.fixture
def intento(gw, factura):  # noqa: F811
    return empezar(gw, factura)


def con_basura(intento, n: int) -> bytes:
    """A notice of a refusal, rightly signed, with something added that is not."""
    pago = {"id": "7", "referencia": intento.referencia, "valor": intento.valor, "estado": "rechazada"}
    return aviso_payu(pago, relleno=n).encode()


def test_of_one_reference_a_bounded_number_of_notices_is_kept_and_the_gateway_is_asked_all_the_same(app, intento):
    payu = simulada.de_ajustes(app.config)
    Intento.update(proximo=None).execute()
    for n in range(avisos.MOST):
        cobros.recibir(payu, con_basura(intento, n), {})
    assert Intento.get().proximo is None
    for n in range(avisos.MOST, avisos.MOST + 20):
        cobros.recibir(payu, con_basura(intento, n), {})
    assert AvisoRecibido.select().count() == avisos.MOST
    assert Intento.get().proximo is not None


def test_one_answer_is_enough_for_all_that_say_the_same(app, gw, intento):  # noqa: F811
    payu = simulada.de_ajustes(app.config)
    for n in range(10):
        cobros.recibir(payu, con_basura(intento, n), {})
    gw.paga(intento, "rechazada")
    trabajar(app)
    assert gw.preguntas == [intento.referencia]
    assert {(aviso.proximo, aviso.resultado) for aviso in AvisoRecibido.select()} == {(None, avisos.HECHO)}


def test_one_left_to_a_person_keeps_its_code_for_a_day(gw, intento, factura):  # noqa: F811
    gw.paga(intento, valor=1)
    assert preguntar(gw, intento).estado == "revision"
    assert abiertos() == {"1": intento.id}
    envejecer(intento, timedelta(hours=25))
    despues = preguntar(gw, intento)
    assert (despues.estado, despues.revisar is None, abiertos(), libro()) == ("vencido", False, {}, [])
    assert preguntar(gw, intento).estado == "vencido"  # the same reason does not take the code again
    assert correos().count("pago_alarma") == 1
    assert empezar(gw, factura)
