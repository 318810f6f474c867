"""What a person has decided is not brought up again; and an attempt whose gateway is gone does not hold its codes for ever."""

from datetime import timedelta

import pytest
from fabrica import una_cuenta, una_factura
from test_cobros import (  # noqa: F401 gw, factura, intento: fixtures
    abiertos,
    correos,
    empezar,
    envejecer,
    factura,
    gw,
    intento,
    llega,
    preguntar,
    trabajar,
)

from oficina import db
from oficina.cobros import avisos, conciliacion, plazos, ronda, verdad
from oficina.models import AvisoRecibido, FacturaAvisada, Intento, Movimiento


def alarmas():
    return [datos["motivo"] for datos in correos("pago_alarma")]


def test_what_was_closed_is_not_marked_again_by_another_notice_that_says_the_same(app, gw, intento, factura):  # noqa: F811
    una = gw.paga(intento, valor=1)
    llega(gw, una)
    trabajar(app)
    assert Intento.get().estado == "revision"
    assert verdad.cerrar_revision(intento.id, "sistemas:ana")
    llega(gw, una, transaccion="otra")
    trabajar(app)
    despues = Intento.get()
    assert (despues.estado, despues.revisar, abiertos(), len(alarmas())) == ("rechazado", None, {}, 1)
    assert not AvisoRecibido.select().where(AvisoRecibido.proximo.is_null(False)).exists()
    empezar(gw, factura)


def test_what_was_reviewed_is_not_marked_again_by_a_notice_nor_by_asking(app, gw, intento):  # noqa: F811
    gw.paga(intento)
    una = gw.paga(intento, valor=1)
    preguntar(gw, intento)
    assert conciliacion.dar_por_revisado(intento.id, "Se devolvió", "sistemas:ana")
    llega(gw, una)
    trabajar(app)
    assert preguntar(gw, intento).revisar is None
    assert (Intento.get().estado, len(alarmas())) == ("aprobado", 1)


def test_what_was_given_back_and_is_approved_again_is_told_once(app, gw, intento):  # noqa: F811
    una = gw.paga(intento)
    preguntar(gw, intento)
    gw.pasa(una, "reversada")
    preguntar(gw, intento)
    assert conciliacion.dar_por_revisado(intento.id, "Se le dijo al cliente", "sistemas:ana")
    gw.pasa(una, "aprobada")
    assert preguntar(gw, intento).revisar is None
    assert (Intento.get().estado, alarmas()) == ("reversado", [verdad.SE_DEBE])


def test_what_no_answer_confirms_is_not_told_again(app, gw, intento):  # noqa: F811
    una = gw.paga(intento)
    gw.transacciones.clear()
    for veces in (1, 2):
        llega(gw, una, transaccion=f"T{veces}")
        for _ in range(len(avisos.ESPERAS) + 1):
            trabajar(app)
        if veces == 1:
            assert Intento.get().revisar == avisos.NO_CONFIRMA
            assert conciliacion.dar_por_revisado(intento.id, "No existe", "sistemas:ana")
    assert (Intento.get().revisar, alarmas()) == (None, [avisos.NO_CONFIRMA])


def test_but_money_that_comes_after_a_decision_counts_and_too_much_of_it_is_told(app, gw, intento):  # noqa: F811
    gw.paga(intento, valor=1)
    preguntar(gw, intento)
    verdad.cerrar_revision(intento.id, "sistemas:ana")
    for _ in range(2):
        gw.paga(intento)
        llega(gw, [*gw.transacciones.values()][-1])
        trabajar(app)
    despues = Intento.get()
    assert (despues.estado, despues.revisar, Movimiento.select().count()) == ("aprobado", verdad.SALDO, 2)


def test_another_difference_before_a_decision_is_told_too(gw, intento):  # noqa: F811
    gw.paga(intento, valor=1)
    preguntar(gw, intento)
    gw.paga(intento, moneda="USD")
    preguntar(gw, intento)
    assert len(set(alarmas())) == 2


# -- a gateway whose keys were taken away ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estado", "plazo"), [("creado", plazos.ABANDONADO), ("pendiente", plazos.SIN_RESPUESTA)], ids=["creado", "pendiente"]
)
def test_an_attempt_of_a_gateway_that_is_gone_ends_in_its_time(app, gw, intento, monkeypatch, estado, plazo):  # noqa: F811
    if estado == "pendiente":
        gw.paga(intento, "pendiente")
        preguntar(gw, intento)
    monkeypatch.setattr(ronda, "de_nombre", lambda settings, nombre: None)
    envejecer(intento, plazo - timedelta(minutes=1))
    trabajar(app)
    assert (Intento.get().estado, abiertos()) == (estado, {"1": intento.id})
    envejecer(intento, timedelta(minutes=2))
    trabajar(app)
    assert (Intento.get().estado, abiertos()) == ("vencido", {})
    assert len(correos("pago_no_hecho")) == (estado == "pendiente")


def test_a_notice_of_a_gateway_that_is_gone_waits_for_its_keys(app, gw, intento, monkeypatch):  # noqa: F811
    llega(gw, gw.paga(intento))
    with monkeypatch.context() as sin_llaves:
        sin_llaves.setattr(ronda, "de_nombre", lambda settings, nombre: None)
        assert trabajar(app) == 0
    trabajar(app)
    assert Intento.get().estado == "aprobado"


# -- when it is asked ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("edad", "espera"), [(0, 10), (50, 10), (61, 15), (179, 15), (181, 30)])
def test_in_its_first_minute_it_is_asked_about_every_ten_seconds(gw, intento, edad, espera):  # noqa: F811
    assert timedelta(seconds=10) == plazos.PRIMERA
    despues = envejecer(intento, timedelta(seconds=edad))
    assert abs(plazos.proximo(despues) - db.utcnow() - timedelta(seconds=espera)) <= timedelta(seconds=1)


# -- an account that is deleted ---------------------------------------------------------------------------------


def test_a_deleted_account_leaves_no_trace_of_the_bills_that_were_mailed_to_it(app):
    rosa, tomas = una_cuenta(codigos=["1"]), una_cuenta("tomas@correo.example", codigos=["2"])
    for cuenta in (rosa, tomas):
        FacturaAvisada.create(cuenta=cuenta.id, factura=una_factura(str(cuenta.id)).numero, avisada=db.utcnow())
    with db.write():
        rosa.eliminar()
    assert [row.cuenta_id for row in FacturaAvisada.select()] == [tomas.id]
