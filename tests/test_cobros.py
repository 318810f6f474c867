"""Paying online, rule by rule: how an attempt begins and ends, and when money moves, once."""

import functools
import json
from datetime import date, timedelta
from itertools import product

import pytest
from fabrica import a_la_vez, un_pago, una_cuenta, una_factura
from pasarela_de_prueba import PasarelaDePrueba, aviso_de

from oficina import cobros, db, mail
from oficina.cobros import avisos, plazos, ronda, verdad
from oficina.cobros.inicio import ALPHABET
from oficina.models import (
    AvisoRecibido,
    Bitacora,
    Correo,
    Intento,
    IntentoFactura,
    Movimiento,
    Pago,
    PagoAbierto,
    UltimaFactura,
)
from oficina.models.intento import OCUPAN, SIN_PAGO
from oficina.pasarelas.base import ESTADOS, AvisoIlegibleError, FirmaError

VALOR = 84_350_00
CORREO = "rosa@correo.example"


@pytest.fixture
def gw(app, monkeypatch):
    """The gateway, which the worker asks too."""
    gateway = PasarelaDePrueba()
    monkeypatch.setattr(ronda, "de_nombre", lambda settings, nombre: gateway if nombre == gateway.nombre else None)
    return gateway


@pytest.fixture
def factura(app):
    return una_factura("1")


@pytest.fixture
def intento(gw, factura):
    return empezar(gw, factura)


def empezar(gw, *facturas, **datos):
    bills = {factura.codigo: factura.numero for factura in facturas}
    total = sum(UltimaFactura.de(codigo).por_pagar for codigo in bills)
    return cobros.iniciar(gw, bills, **{"total": total, "correo": CORREO} | datos)


def preguntar(gw, intento):
    """Ask about it now, as the worker does when it is due; what it is afterwards."""
    ronda.preguntar(gw, intento)
    return Intento.get_by_id(intento.id)


def envejecer(intento, cuanto):
    """As if all of it had been so much earlier."""
    row = Intento.get_by_id(intento.id)
    row.creado, row.cambiado = row.creado - cuanto, row.cambiado - cuanto
    row.proximo = row.proximo and row.proximo - cuanto
    row.save()
    return row


def abandonar(intento, cuanto):
    """So long ago, and the gateway, asked a moment ago, knows nothing of it."""
    envejecer(intento, cuanto)
    Intento.update(consultado=db.utcnow()).where(Intento.id == intento.id).execute()
    return Intento.get_by_id(intento.id)


def llega(gw, una, **otra):
    cobros.recibir(gw, *aviso_de(una, **otra))


def vence_todo():
    """Whatever waits is due now."""
    for table in (Intento, AvisoRecibido):
        table.update(proximo=db.utcnow()).where(table.proximo.is_null(False)).execute()


def trabajar(app):
    vence_todo()
    return cobros.pasada(app.config)


def libro():
    """The ledger, as what anybody would add up."""
    return [(m.transaccion, m.tipo, m.codigo, m.valor, m.saldo) for m in Movimiento.select().order_by(Movimiento.id)]


def correos(plantilla=None):
    """What was queued, decrypted: (template, what it tells)."""
    rows = Correo.select().order_by(Correo.id)
    told = [(row.plantilla, json.loads(mail.cipher().decrypt(row.datos.encode()))) for row in rows]
    return [datos for nombre, datos in told if nombre == plantilla] if plantilla else [nombre for nombre, _ in told]


def en_hilos(app, *actos):
    """All at the same instant, each in a thread of the application; what they returned."""

    def dentro(acto):
        with app.app_context():
            return acto()

    salieron = a_la_vez(*(functools.partial(dentro, acto) for acto in actos))
    assert not [uno for uno in salieron if isinstance(uno, Exception)], salieron
    return salieron


def abiertos():
    return {row.codigo: row.intento_id for row in PagoAbierto.select()}


def por_pagar(codigo="1"):
    return UltimaFactura.de(codigo).por_pagar


# -- beginning ------------------------------------------------------------------------------------------


def test_an_attempt_is_written_with_all_it_needs_before_anybody_leaves(gw, factura):
    cuenta = una_cuenta(codigos=["1"])
    intento = Intento.get_by_id(empezar(gw, factura, cuenta=cuenta).id)
    assert (intento.estado, intento.valor, intento.tardio, intento.revisar) == ("creado", VALOR, 0, None)
    assert (intento.pasarela, intento.comercio, intento.pruebas) == ("simulada", "512321", 1)
    assert (intento.cuenta_id, intento.correo) == (cuenta.id, CORREO)
    assert (len(intento.referencia), set(intento.referencia) - set(ALPHABET + "OV")) == (14, set())
    assert len(intento.publico) == 22
    assert intento.proximo - intento.creado == plazos.PRIMERA
    assert [(linea.codigo, linea.factura, linea.valor) for linea in intento.facturas()] == [("1", factura.numero, VALOR)]
    assert abiertos() == {"1": intento.id}
    assert UltimaFactura.de("1").abierto == "creado"
    assert [(row.evento, row.actor, row.detalle) for row in Bitacora.select()] == [
        ("pago_iniciado", "cliente", intento.referencia)
    ]
    assert libro() == correos() == []


def test_without_an_account_it_is_written_so(gw, factura):
    empezar(gw, factura)
    assert Bitacora.get().actor == "anonimo"


def test_the_amount_is_what_the_base_says(gw, factura):
    un_pago("1", fecha=date(2026, 11, 20), valor=50_000_00, factura=factura.numero)
    with pytest.raises(cobros.CambioError):
        empezar(gw, factura, total=VALOR)
    assert empezar(gw, factura).valor == VALOR - 50_000_00


@pytest.mark.parametrize("total", [0, -1, -VALOR, 1, VALOR - 1, VALOR + 1, 10**14, 10**19, 10**40])
def test_a_sum_that_was_not_shown_begins_nothing(gw, factura, total):
    with pytest.raises(cobros.CambioError):
        empezar(gw, factura, total=total)
    assert Intento.select().count() == PagoAbierto.select().count() == Bitacora.select().count() == 0


def test_only_the_latest_bill_can_be_paid_and_only_if_it_is_owed(gw, factura):
    vieja = una_factura("1", expedida=date(2026, 10, 15))
    una_factura("2", total=0)
    pagada = una_factura("3")
    un_pago("3", factura=pagada.numero)
    for codigo, numero in (("1", vieja.numero), ("1", "otra"), ("2", "otra"), ("3", pagada.numero), ("9", factura.numero)):
        with pytest.raises(cobros.NadaPorPagarError) as fallo:
            cobros.iniciar(gw, {codigo: numero}, VALOR)
        assert fallo.value.codigo == codigo
    assert Intento.select().count() == 0


def test_two_bills_on_one_way(gw, factura):
    otra = una_factura("2", total=10_000_05)
    intento = empezar(gw, factura, otra)
    assert intento.valor == VALOR + 10_000_05
    assert abiertos() == {"1": intento.id, "2": intento.id}
    gw.paga(intento)
    assert preguntar(gw, intento).estado == "aprobado"
    assert [row[2:] for row in libro()] == [("1", VALOR, 0), ("2", 10_000_05, 0)]
    assert por_pagar("1") == por_pagar("2") == 0
    assert abiertos() == {}
    assert correos() == ["pago_recibido"]


def test_nothing_of_several_begins_if_one_cannot_be_paid(gw, factura):
    pagada = una_factura("2")
    un_pago("2", factura=pagada.numero)
    with pytest.raises(cobros.NadaPorPagarError):
        cobros.iniciar(gw, {"1": factura.numero, "2": pagada.numero}, VALOR)
    assert Intento.select().count() == PagoAbierto.select().count() == IntentoFactura.select().count() == 0


@pytest.mark.parametrize("estado", OCUPAN)
def test_while_one_is_open_no_other_begins(gw, intento, factura, estado):
    Intento.update(estado=estado).where(Intento.id == intento.id).execute()
    with pytest.raises(cobros.YaAbiertoError) as fallo:
        empezar(gw, factura, una_factura("2"))
    assert fallo.value.intento.id == intento.id
    assert Intento.select().count() == 1


def test_one_that_the_gateway_knows_nothing_of_gives_way_after_a_quarter_of_an_hour(gw, intento, factura):
    abandonar(intento, timedelta(minutes=14))
    with pytest.raises(cobros.YaAbiertoError):
        empezar(gw, factura)
    envejecer(intento, timedelta(minutes=2))
    preguntar(gw, intento)
    otro = empezar(gw, factura)
    assert Intento.get_by_id(intento.id).estado == "vencido"
    assert abiertos() == {"1": otro.id}


def test_one_of_several_codes_gives_way_too(gw, factura):
    facturas = factura, una_factura("2"), una_factura("3")
    intento = abandonar(empezar(gw, *facturas), timedelta(minutes=16))
    otro = empezar(gw, *facturas)
    assert Intento.get_by_id(intento.id).estado == "vencido"
    assert abiertos() == dict.fromkeys("123", otro.id)


def test_one_that_the_gateway_was_not_asked_about_does_not_give_way(gw, intento, factura):
    envejecer(intento, timedelta(hours=1))
    with pytest.raises(cobros.YaAbiertoError):
        empezar(gw, factura)


@pytest.mark.parametrize("estado", ["aprobada", "pendiente"])
def test_one_of_which_a_notice_tells_of_money_is_not_given_up(gw, intento, factura, estado):
    llega(gw, gw.paga(intento, estado))
    abandonar(intento, timedelta(hours=1))
    assert not cobros.cancelar(Intento.get_by_id(intento.id))
    with pytest.raises(cobros.YaAbiertoError):
        empezar(gw, factura)


def test_who_gave_it_up_is_who_pressed(gw, intento):
    hija = una_cuenta("hija@correo.example")
    assert cobros.cancelar(intento, hija)
    row = Bitacora.get(Bitacora.evento == "pago_cancelado")
    assert (row.cuenta_id, row.actor) == (hija.id, "cliente")


def test_one_that_waits_for_the_bank_gives_way_to_nobody(gw, intento, factura):
    gw.paga(intento, "pendiente")
    preguntar(gw, intento)
    envejecer(intento, timedelta(days=2))
    with pytest.raises(cobros.YaAbiertoError) as fallo:
        empezar(gw, factura)
    assert fallo.value.intento.estado == "pendiente"


def test_of_twenty_tabs_at_once_one_begins(gw, factura):
    una_factura("2")
    otra = UltimaFactura.de("2")

    def uno(n):
        return lambda: empezar(gw, *((factura, otra) if n % 2 else (otra, factura) if n % 3 else (factura,)))

    salieron = a_la_vez(*(uno(n) for n in range(20)))
    buenos = [uno for uno in salieron if isinstance(uno, Intento)]
    assert {type(uno) for uno in salieron} == {Intento, cobros.YaAbiertoError}, salieron
    assert len(buenos) == Intento.select().count() == 1
    assert set(abiertos().values()) == {buenos[0].id}


def test_of_twenty_that_find_an_abandoned_one_one_begins(gw, factura):
    otra = una_factura("2")
    abandonar(empezar(gw, factura, otra), timedelta(hours=1))
    salieron = a_la_vez(*[lambda: empezar(gw, factura, otra)] * 20)
    assert len([uno for uno in salieron if isinstance(uno, Intento)]) == 1, salieron
    assert len({*abiertos().values()}) == 1


def test_beginning_and_giving_up_at_once_leaves_at_most_one(gw, factura):
    def ir_y_volver():
        for _ in range(5):
            try:
                intento = empezar(gw, factura)
            except cobros.YaAbiertoError:
                continue
            cobros.cancelar(intento)

    assert a_la_vez(*[ir_y_volver] * 6) == [None] * 6
    assert abiertos() == {}
    assert {intento.estado for intento in Intento.select()} == {"cancelado"}


# -- giving up --------------------------------------------------------------------------------------------


def test_whoever_gives_up_may_begin_again(gw, intento, factura):
    assert cobros.cancelar(intento)
    assert not cobros.cancelar(intento)
    assert (Intento.get().estado, abiertos()) == ("cancelado", {})
    assert [row.evento for row in Bitacora.select().order_by(Bitacora.id)] == ["pago_iniciado", "pago_cancelado"]
    empezar(gw, factura)


@pytest.mark.parametrize("estado", ["pendiente", "aprobada", "rechazada"])
def test_once_the_gateway_knows_of_it_there_is_no_giving_up(gw, intento, estado):
    gw.paga(intento, estado)
    despues = preguntar(gw, intento)
    assert not cobros.cancelar(intento)
    assert Intento.get().estado == despues.estado != "cancelado"


# -- what the gateway says ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("dicho", "queda"), [*verdad.LLEVAN_A.items()])
def test_each_word_of_the_gateway_has_a_state(gw, intento, dicho, queda):
    gw.paga(intento, dicho, motivo="porque sí")
    despues = preguntar(gw, intento)
    assert (despues.estado, despues.banco, despues.motivo) == (queda, "Banco del Llano", "porque sí")
    assert abiertos() == ({"1": intento.id} if queda in OCUPAN else {})
    assert por_pagar() == (0 if queda == "aprobado" else VALOR)


def test_every_word_of_the_gateway_is_known():
    assert set(verdad.LLEVAN_A) == set(ESTADOS)
    assert set(verdad.PASOS) == {"creado", *OCUPAN, *SIN_PAGO, "aprobado", "reversado"}


@pytest.mark.parametrize(("antes", "dicho"), [*product(verdad.PASOS, ESTADOS)])
def test_from_every_state_a_word_leads_only_where_it_may(gw, factura, antes, dicho):
    """What is said now, with what was said before still there where that was money."""
    intento = empezar(gw, factura)
    if antes in ("aprobado", "reversado"):
        primera = gw.paga(intento)
        preguntar(gw, intento)
        if antes == "reversado":
            gw.pasa(primera, "reversada")
            preguntar(gw, intento)
    else:
        Intento.update(estado=antes).where(Intento.id == intento.id).execute()
        if antes not in OCUPAN:
            PagoAbierto.delete().execute()
    antes_libro = libro()
    gw.paga(intento, dicho)
    despues = preguntar(gw, intento)
    debe = verdad.LLEVAN_A[dicho]
    if antes == "aprobado":
        debe = "aprobado"
    assert despues.estado == (debe if debe in verdad.PASOS[antes] else antes)
    assert abiertos() == ({"1": intento.id} if despues.estado in OCUPAN else {})
    # No row goes or changes, and only money adds any.
    assert libro()[: len(antes_libro)] == antes_libro
    assert len(libro()) - len(antes_libro) == {"aprobada": 1, "reversada": 2}.get(dicho, 0)
    assert despues.tardio == int(antes in SIN_PAGO and dicho in verdad.CON_DINERO)


@pytest.mark.parametrize("dicho", ["rechazada", "vencida", "error", "pendiente"])
def test_approved_is_never_demoted(gw, intento, dicho):
    primera = gw.paga(intento)
    preguntar(gw, intento)
    gw.pasa(primera, dicho)
    despues = preguntar(gw, intento)
    assert (despues.estado, despues.transaccion, por_pagar()) == ("aprobado", primera.id, 0)
    gw.paga(intento, dicho)
    assert preguntar(gw, intento).estado == "aprobado"
    assert correos() == ["pago_recibido"]


@pytest.mark.parametrize("estado", SIN_PAGO)
def test_a_late_approval_counts_and_is_told_as_late(gw, intento, estado):
    Intento.update(estado=estado).where(Intento.id == intento.id).execute()
    PagoAbierto.delete().execute()
    gw.paga(intento)
    despues = preguntar(gw, intento)
    assert (despues.estado, despues.tardio, por_pagar()) == ("aprobado", 1, 0)
    assert correos() == ["pago_recibido"]


def test_the_same_answer_again_changes_nothing(gw, intento):
    gw.paga(intento)
    preguntar(gw, intento)
    antes = libro(), correos(), list(Intento.select().dicts()), Bitacora.select().count()
    for _ in range(3):
        preguntar(gw, intento)
    assert (libro(), correos(), list(Intento.select().dicts()), Bitacora.select().count()) == antes


def test_of_several_tries_under_one_reference_the_one_that_was_paid_counts(gw, intento):
    gw.paga(intento, "rechazada")
    assert preguntar(gw, intento).estado == "rechazado"
    assert abiertos() == {}
    otra = gw.paga(intento, "pendiente")
    assert preguntar(gw, intento).estado == "pendiente"
    assert abiertos() == {"1": intento.id}
    gw.pasa(otra, "aprobada")
    gw.paga(intento, "rechazada")
    despues = preguntar(gw, intento)
    assert (despues.estado, despues.transaccion, despues.tardio) == ("aprobado", otra.id, 0)
    assert libro() == [(otra.id, "pago", "1", VALOR, 0)]


def test_a_second_approval_is_credit_and_an_alarm(gw, intento):
    primera = gw.paga(intento)
    preguntar(gw, intento)
    segunda = gw.paga(intento)
    despues = preguntar(gw, intento)
    assert despues.estado == "aprobado"
    assert libro() == [(primera.id, "pago", "1", VALOR, 0), (segunda.id, "pago", "1", VALOR, VALOR)]
    assert UltimaFactura.de("1").abonado == VALOR
    assert "saldo a favor" in despues.revisar
    assert correos() == ["pago_recibido", "pago_recibido", "pago_alarma"]
    assert [datos["saldo"] for datos in correos("pago_recibido")] == [0, VALOR]


def test_two_attempts_that_were_both_paid_are_one_payment_and_a_credit(gw, intento, factura):
    cobros.cancelar(intento)
    otro = empezar(gw, factura)
    gw.paga(otro)
    gw.paga(intento)
    assert preguntar(gw, otro).estado == "aprobado"
    tarde = preguntar(gw, intento)
    assert (tarde.estado, tarde.tardio) == ("aprobado", 1)
    assert [row[3:] for row in libro()] == [(VALOR, 0), (VALOR, VALOR)]


def test_what_was_paid_at_the_counter_meanwhile_makes_the_rest_a_credit(gw, intento, factura):
    un_pago("1", factura=factura.numero, valor=50_000_00, canal="oficina")
    gw.paga(intento)
    preguntar(gw, intento)
    assert libro()[0][3:] == (VALOR, 50_000_00)
    assert (por_pagar(), UltimaFactura.de("1").abonado) == (0, VALOR)


def test_a_payment_towards_a_bill_that_was_followed_by_another_lowers_that_one(gw, intento):
    nueva = una_factura("1", periodo="2026-12", expedida=date(2026, 11, 20), total=2 * VALOR)
    Intento.update(creado=db.utcnow()).execute()
    gw.paga(intento)
    preguntar(gw, intento)
    ultima = UltimaFactura.de("1")
    assert (ultima.numero, ultima.por_pagar) == (nueva.numero, VALOR)
    assert libro()[0][3:] == (VALOR, 0)


def test_a_payment_that_a_delivery_brought_first_is_the_same_one(gw, intento, factura):
    """The gateway told the billing system before us: while it did not answer, say."""
    pago = un_pago("1", factura=factura.numero, referencia_pasarela=intento.referencia, canal="internet")
    assert por_pagar() == 0
    gw.paga(intento)
    despues = preguntar(gw, intento)
    assert libro()[0][3:] == (VALOR, 0)
    assert (Movimiento.get().pago, despues.revisar) == (pago.id, None)
    assert UltimaFactura.de("1").abonado == VALOR
    assert correos() == ["pago_recibido"]


def test_a_second_one_beside_that_is_a_credit(gw, intento, factura):
    un_pago("1", factura=factura.numero, referencia_pasarela=intento.referencia, canal="internet")
    gw.paga(intento)
    gw.paga(intento)
    preguntar(gw, intento)
    assert [(row[3], row[4]) for row in libro()] == [(VALOR, 0), (VALOR, VALOR)]
    assert [row.pago for row in Movimiento.select().order_by(Movimiento.id)] == [Pago.get().id, None]


def test_of_two_that_deliveries_brought_first_one_is_a_credit(gw, intento, factura):
    cobros.cancelar(intento)
    otro = empezar(gw, factura)
    for uno in (intento, otro):
        un_pago("1", factura=factura.numero, referencia_pasarela=uno.referencia, canal="internet")
        gw.paga(uno)
    preguntar(gw, intento)
    preguntar(gw, otro)
    assert sorted(row[4] for row in libro()) == [0, VALOR]


# -- given back -------------------------------------------------------------------------------------------


def test_a_reversal_adds_the_same_rows_negative_and_the_bill_is_owed_again(gw, factura):
    otra = una_factura("2", total=3_00)
    intento = empezar(gw, factura, otra)
    una = gw.paga(intento)
    preguntar(gw, intento)
    gw.pasa(una, "reversada")
    despues = preguntar(gw, intento)
    assert (despues.estado, abiertos()) == ("reversado", {})
    assert [(row[1], *row[3:]) for row in libro()] == [
        ("pago", VALOR, 0),
        ("pago", 3_00, 0),
        ("reverso", -VALOR, 0),
        ("reverso", -3_00, 0),
    ]
    assert (por_pagar("1"), por_pagar("2")) == (VALOR, 3_00)
    assert correos() == ["pago_recibido", "pago_reversado", "pago_alarma"]
    preguntar(gw, intento)
    assert (len(libro()), len(correos())) == (4, 3)
    empezar(gw, factura)


def test_a_reversal_known_before_the_approval_moves_nothing_on_balance(gw, intento):
    gw.paga(intento, "reversada")
    despues = preguntar(gw, intento)
    assert (despues.estado, por_pagar()) == ("reversado", VALOR)
    assert sum(row[3] for row in libro()) == 0
    assert correos() == ["pago_reversado", "pago_alarma"]


def test_the_reversal_of_one_of_two_leaves_it_approved(gw, intento):
    una = gw.paga(intento)
    preguntar(gw, intento)
    gw.paga(intento)
    preguntar(gw, intento)
    gw.pasa(una, "reversada")
    assert preguntar(gw, intento).estado == "aprobado"
    assert sum(row[3] for row in libro()) == VALOR


def test_a_payment_given_back_and_paid_anew_is_approved(gw, intento):
    una = gw.paga(intento, "reversada")
    preguntar(gw, intento)
    otra = gw.paga(intento)
    assert preguntar(gw, intento).estado == "aprobado"
    assert por_pagar() == 0
    assert [row[:2] for row in libro()] == [(una.id, "pago"), (una.id, "reverso"), (otra.id, "pago")]


def test_an_approval_told_again_after_the_reversal_moves_nothing_and_alarms(gw, intento):
    una = gw.paga(intento, "reversada")
    preguntar(gw, intento)
    gw.pasa(una, "aprobada")
    despues = preguntar(gw, intento)
    assert (despues.estado, len(libro()), por_pagar()) == ("reversado", 2, VALOR)
    assert "otra vez" in despues.revisar
    assert correos().count("pago_alarma") == 2
    preguntar(gw, intento)
    assert correos().count("pago_alarma") == 2


# -- what is not ours -------------------------------------------------------------------------------------

AJENAS = [{"valor": VALOR - 1}, {"valor": VALOR * 100}, {"moneda": "USD"}, {"comercio": "512322"}, {"pruebas": False}]


@pytest.mark.parametrize("otra", AJENAS)
@pytest.mark.parametrize("estado", ["aprobada", "reversada", "pendiente"])
def test_money_that_is_not_as_it_was_begun_is_left_to_a_person(gw, intento, otra, estado):
    gw.paga(intento, estado, **otra)
    despues = preguntar(gw, intento)
    assert (despues.estado, abiertos()) == ("revision", {"1": intento.id})
    assert despues.revisar.startswith("Pasarela de prueba dice otra cosa")
    assert libro() == []
    assert correos() == ["pago_alarma"]
    preguntar(gw, intento)
    assert correos() == ["pago_alarma"]


def test_an_answer_about_another_reference_moves_nothing(gw, intento, factura):
    otro = empezar(gw, una_factura("2"))
    ajena = gw.paga(otro)
    verdad.aplicar(gw, intento.id, [ajena])
    assert (Intento.get_by_id(intento.id).estado, libro()) == ("revision", [])


def test_what_is_not_ours_and_was_not_paid_says_nothing(gw, intento):
    gw.paga(intento, "rechazada", valor=1)
    despues = preguntar(gw, intento)
    assert (despues.estado, despues.revisar) == ("creado", None)


def test_what_is_ours_counts_beside_what_is_not(gw, intento):
    gw.paga(intento, valor=1)
    buena = gw.paga(intento)
    despues = preguntar(gw, intento)
    assert (despues.estado, despues.transaccion) == ("aprobado", buena.id)
    assert "el valor" in despues.revisar
    assert sum(row[3] for row in libro()) == VALOR


def test_under_review_it_may_still_become_a_payment(gw, intento):
    gw.paga(intento, valor=1)
    preguntar(gw, intento)
    gw.paga(intento)
    assert preguntar(gw, intento).estado == "aprobado"


def test_a_person_ends_a_review(gw, intento, factura):
    assert not verdad.cerrar_revision(intento.id, "sistemas:ana")
    gw.paga(intento, valor=1)
    preguntar(gw, intento)
    assert verdad.cerrar_revision(intento.id, "sistemas:ana")
    despues = Intento.get_by_id(intento.id)
    assert (despues.estado, despues.proximo, despues.revisar, abiertos()) == ("rechazado", None, None, {})
    assert Bitacora.select().order_by(Bitacora.id.desc()).get().actor == "sistemas:ana"
    assert not verdad.cerrar_revision(intento.id, "sistemas:ana")
    empezar(gw, factura)


# -- opening again ------------------------------------------------------------------------------------------


def test_a_late_pending_takes_its_codes_again_only_if_they_are_free(gw, factura):
    otra = una_factura("2")
    intento = empezar(gw, factura, otra)
    cobros.cancelar(intento)
    nuevo = empezar(gw, otra)
    gw.paga(intento, "pendiente")
    assert preguntar(gw, intento).estado == "cancelado"
    assert abiertos() == {"2": nuevo.id}
    cobros.cancelar(nuevo)
    assert preguntar(gw, intento).estado == "pendiente"
    assert abiertos() == {"1": intento.id, "2": intento.id}


def test_beginning_and_opening_again_at_once_leave_one(gw, factura):
    for n in range(10):
        bill = una_factura(f"9{n}")
        intento = empezar(gw, bill)
        cobros.cancelar(intento)
        gw.paga(intento, "pendiente")
        salieron = a_la_vez(lambda uno=intento: preguntar(gw, uno), lambda una=bill: empezar(gw, una))
        estado = Intento.get_by_id(intento.id).estado
        if isinstance(salieron[1], Intento):
            assert (estado, abiertos()[bill.codigo]) == ("cancelado", salieron[1].id)
        else:
            assert isinstance(salieron[1], cobros.YaAbiertoError), salieron
            assert (estado, abiertos()[bill.codigo]) == ("pendiente", intento.id)


# -- time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edad", "espera"),
    [
        (timedelta(seconds=0), timedelta(seconds=10)),
        (timedelta(minutes=2), timedelta(seconds=15)),
        (timedelta(minutes=5), timedelta(seconds=30)),
        (timedelta(minutes=20), timedelta(minutes=1)),
        (timedelta(hours=1), timedelta(minutes=5)),
        (timedelta(hours=10), timedelta(minutes=15)),
        (timedelta(days=2), timedelta(hours=1)),
        (timedelta(days=5), timedelta(days=1)),
        # Whatever is open is asked about until the gateway answers: it keeps its codes from being paid.
        (timedelta(days=30), timedelta(days=1)),
    ],
)
@pytest.mark.parametrize("estado", ["creado", "pendiente"])
def test_the_gateway_is_asked_less_and_less(gw, intento, edad, espera, estado):
    intento.creado, intento.estado = db.utcnow() - edad, estado
    assert abs(plazos.proximo(intento) - db.utcnow() - espera) <= timedelta(seconds=1)


def test_what_has_ended_is_asked_about_for_a_week(intento):
    intento.creado = db.utcnow() - timedelta(hours=1)
    for estado in SIN_PAGO:
        intento.estado = estado
        espera = timedelta(minutes=5) if estado == "rechazado" else timedelta(days=1)
        assert abs(plazos.proximo(intento) - db.utcnow() - espera) <= timedelta(seconds=1)
    intento.creado = db.utcnow() - timedelta(days=9)
    assert plazos.proximo(intento) is None
    for estado in ("aprobado", "reversado"):
        intento.estado, intento.creado = estado, db.utcnow()
        assert plazos.proximo(intento) is None


def test_what_the_gateway_knows_nothing_of_expires_in_half_an_hour(gw, intento):
    envejecer(intento, timedelta(minutes=29))
    assert preguntar(gw, intento).estado == "creado"
    envejecer(intento, timedelta(minutes=2))
    assert preguntar(gw, intento).estado == "vencido"
    assert (abiertos(), correos()) == ({}, [])


def test_what_the_bank_leaves_pending_expires_in_three_days_and_the_customer_is_told(gw, intento):
    gw.paga(intento, "pendiente")
    preguntar(gw, intento)
    envejecer(intento, timedelta(days=2, hours=23))
    assert preguntar(gw, intento).estado == "pendiente"
    envejecer(intento, timedelta(hours=2))
    assert preguntar(gw, intento).estado == "vencido"
    assert (abiertos(), correos()) == ({}, ["pago_no_hecho"])


def test_a_pending_one_that_is_refused_is_told_by_mail(gw, intento):
    una = gw.paga(intento, "pendiente")
    preguntar(gw, intento)
    gw.pasa(una, "rechazada")
    preguntar(gw, intento)
    assert correos() == ["pago_no_hecho"]


def test_only_what_is_overdue_expires(gw, intento):
    verdad.vencer(intento.id)
    assert Intento.get().estado == "creado"


def test_a_gateway_that_is_away_for_weeks_does_not_make_us_forget(app, gw, intento, factura):
    gw.paga(intento, "pendiente")
    trabajar(app)
    gw.caida = True
    for _ in range(3):
        envejecer(intento, timedelta(days=10))
        assert trabajar(app) == 0
    assert Intento.get().proximo is not None
    gw.caida = False
    assert trabajar(app) == 1
    assert (Intento.get().estado, abiertos()) == ("vencido", {})


# -- notices ------------------------------------------------------------------------------------------------


def test_a_notice_moves_nothing_until_the_gateway_is_asked(app, gw, intento):
    una = gw.paga(intento)
    llega(gw, una)
    assert (Intento.get().estado, libro(), gw.preguntas) == ("creado", [], [])
    assert cobros.pasada(app.config) == 1
    assert (Intento.get().estado, por_pagar()) == ("aprobado", 0)
    aviso = AvisoRecibido.get()
    assert (aviso.proximo, aviso.resultado, aviso.referencia) == (None, avisos.HECHO, intento.referencia)


def test_the_body_is_kept_byte_for_byte_and_once(gw, intento):
    body, headers = aviso_de(gw.paga(intento))
    for _ in range(5):
        cobros.recibir(gw, body, headers)
    assert [aviso.cuerpo.encode() for aviso in AvisoRecibido.select()] == [body]


def test_a_notice_with_a_wrong_signature_leaves_nothing(gw, intento):
    body, headers = aviso_de(gw.paga(intento))
    for wrong in ({}, {"Firma": ""}, {"Firma": headers["Firma"][:-1]}, {"Firma": "ñ"}):
        with pytest.raises(FirmaError):
            cobros.recibir(gw, body, wrong)
    with pytest.raises(FirmaError):
        cobros.recibir(gw, body + b" ", headers)
    assert AvisoRecibido.select().count() == 0


def test_what_is_no_text_is_no_notice(gw, intento, monkeypatch):
    monkeypatch.setattr(gw, "leer_aviso", lambda *_: gw.__class__.leer_aviso(gw, *aviso_de(gw.paga(intento))))
    with pytest.raises(AvisoIlegibleError):
        cobros.recibir(gw, b"\xff\xfe", {})
    assert AvisoRecibido.select().count() == 0


def test_a_notice_of_an_unknown_reference_is_kept_and_done_with(app, gw, intento):
    una = gw.paga(intento)
    llega(gw, una, referencia="OV" + "0" * 12)
    cobros.pasada(app.config)
    assert (AvisoRecibido.get().resultado, libro()) == (avisos.SIN_INTENTO, [])


def test_a_notice_of_another_gateway_does_not_find_the_attempt(app, gw, intento):
    Intento.update(pasarela="payu").execute()
    llega(gw, gw.paga(intento))
    cobros.pasada(app.config)
    assert (AvisoRecibido.get().resultado, libro()) == (avisos.SIN_INTENTO, [])


def test_an_approval_that_the_gateway_does_not_confirm_moves_nothing_and_alarms_in_the_end(app, gw, intento):
    una = gw.paga(intento, "pendiente")
    llega(gw, una, estado="aprobada")
    for _ in avisos.ESPERAS:
        trabajar(app)
        assert AvisoRecibido.get().resultado is None
    trabajar(app)
    assert (AvisoRecibido.get().resultado, AvisoRecibido.get().proximo) == (avisos.NO_CONFIRMA, None)
    assert (Intento.get().estado, Intento.get().revisar, libro()) == ("pendiente", avisos.NO_CONFIRMA, [])
    assert correos() == ["pago_alarma"]


def test_a_gateway_that_confirms_later_than_it_announced_is_asked_again(app, gw, intento):
    una = gw.paga(intento, "pendiente")
    llega(gw, una, estado="aprobada")
    trabajar(app)
    gw.pasa(una, "aprobada")
    trabajar(app)
    assert (Intento.get().estado, AvisoRecibido.get().resultado) == ("aprobado", avisos.HECHO)


def test_a_reversal_that_the_gateway_confirms_later_is_not_lost(app, gw, intento):
    una = gw.paga(intento)
    preguntar(gw, intento)
    llega(gw, una, estado="reversada")
    trabajar(app)
    assert AvisoRecibido.get().resultado is None
    gw.pasa(una, "reversada")
    trabajar(app)
    assert (Intento.get().estado, AvisoRecibido.get().resultado) == ("reversado", avisos.HECHO)
    assert sum(row[3] for row in libro()) == 0


def test_a_notice_need_not_name_its_transaction(app, gw, intento):
    llega(gw, gw.paga(intento), transaccion="")
    trabajar(app)
    assert AvisoRecibido.get().resultado == avisos.HECHO


def test_an_approval_that_was_given_back_meanwhile_is_done_with(app, gw, intento):
    una = gw.paga(intento)
    llega(gw, una)
    gw.pasa(una, "reversada")
    trabajar(app)
    assert (Intento.get().estado, AvisoRecibido.get().resultado) == ("reversado", avisos.HECHO)


@pytest.mark.parametrize("otra", AJENAS)
def test_a_notice_that_tells_something_else_is_left_to_a_person(app, gw, intento, otra):
    una = gw.paga(intento, "pendiente")
    llega(gw, una, estado="aprobada", **otra)
    trabajar(app)
    despues = Intento.get()
    assert (despues.estado, libro(), abiertos()) == ("revision", [], {"1": intento.id})
    assert AvisoRecibido.get().resultado == despues.revisar
    assert correos() == ["pago_alarma"]


def test_a_notice_that_tells_something_else_demotes_nothing(app, gw, intento):
    una = gw.paga(intento)
    preguntar(gw, intento)
    llega(gw, una, valor=1)
    trabajar(app)
    assert (Intento.get().estado, por_pagar()) == ("aprobado", 0)
    assert correos() == ["pago_recibido", "pago_alarma"]


def test_while_the_gateway_does_not_answer_what_it_announced_stays_due(app, gw, intento):
    otro = empezar(gw, una_factura("2"))
    for uno in (intento, otro):
        llega(gw, gw.paga(uno))
    gw.caida = True
    assert cobros.pasada(app.config) == 0
    assert gw.preguntas == [intento.referencia]  # the rest waits for the next round
    esperan = [aviso.proximo for aviso in AvisoRecibido.select().order_by(AvisoRecibido.id)]
    assert esperan[0] > db.utcnow() >= esperan[1]
    gw.caida = False
    trabajar(app)
    assert {intento.estado for intento in Intento.select()} == {"aprobado"}


def test_keys_that_were_taken_away_lose_nothing(app, gw, intento, monkeypatch):
    llega(gw, gw.paga(intento))
    monkeypatch.setattr(ronda, "de_nombre", lambda *_: None)
    assert trabajar(app) == 0
    assert AvisoRecibido.get().resultado is None
    assert Intento.get().proximo > db.utcnow()
    monkeypatch.setattr(ronda, "de_nombre", lambda *_: gw)
    trabajar(app)
    assert (Intento.get().estado, AvisoRecibido.get().resultado) == ("aprobado", avisos.HECHO)


def test_a_lost_notice_is_made_up_for_by_asking(app, gw, intento):
    gw.paga(intento)
    assert cobros.pasada(app.config) == 0  # not yet due
    assert trabajar(app) == 1
    assert Intento.get().estado == "aprobado"


def test_notices_of_two_orders_end_alike(app, gw):
    finales = []
    for n, orden in enumerate(("abc", "cba", "bca", "bac")):
        intento = empezar(gw, una_factura(f"7{n}"))
        una = gw.paga(intento, "rechazada")
        otra = gw.paga(intento)
        dichos = {"a": aviso_de(una), "b": aviso_de(otra), "c": aviso_de(gw.pasa(otra, "reversada"))}
        for cual in orden:
            cobros.recibir(gw, *dichos[cual])
            trabajar(app)
        despues = Intento.get_by_id(intento.id)
        finales.append((despues.estado, sorted(row[1] for row in libro() if row[2] == f"7{n}"), por_pagar(f"7{n}")))
    assert finales == [("reversado", ["pago", "reverso"], VALOR)] * 4


# -- at once ------------------------------------------------------------------------------------------------


def test_approval_giving_up_and_expiry_at_once_are_one_payment_and_one_receipt(app, gw):
    for n in range(8):
        intento = empezar(gw, una_factura(f"8{n}"))
        envejecer(intento, timedelta(hours=1))
        gw.paga(intento)
        en_hilos(
            app,
            lambda uno=intento: preguntar(gw, uno),
            lambda uno=intento: cobros.cancelar(uno),
            lambda uno=intento: verdad.vencer(uno.id),
            lambda uno=intento: preguntar(gw, uno),
        )
        assert Intento.get_by_id(intento.id).estado == "aprobado"
        assert por_pagar(f"8{n}") == 0
    assert len(libro()) == len(correos("pago_recibido")) == 8
    assert abiertos() == {}


def test_the_same_answer_in_ten_threads_is_one_payment(app, gw, intento):
    gw.paga(intento)
    en_hilos(app, *[lambda: preguntar(gw, intento)] * 10)
    assert (len(libro()), correos(), por_pagar()) == (1, ["pago_recibido"], 0)


def test_two_attempts_for_one_code_approved_at_once_are_one_payment_and_one_credit(app, gw):
    for n in range(6):
        bill = una_factura(f"6{n}")
        uno = empezar(gw, bill)
        cobros.cancelar(uno)
        otro = empezar(gw, bill)
        gw.paga(uno)
        gw.paga(otro)
        en_hilos(app, lambda uno=uno: preguntar(gw, uno), lambda otro=otro: preguntar(gw, otro))
        saldos = sorted(row[4] for row in libro() if row[2] == bill.codigo)
        assert saldos == [0, VALOR]


# -- what is asked of the gateway -----------------------------------------------------------------------------


def test_what_the_gateway_is_to_charge(app, gw, factura):
    cuenta = una_cuenta(codigos=["1"])
    intento = empezar(gw, factura, cuenta=cuenta)
    cobro = cobros.cobro_de(intento, app.config, f"/pagar/{intento.publico}", cuenta)
    assert (cobro.referencia, cobro.valor) == (intento.referencia, VALOR)
    assert cobro.descripcion.endswith(f"factura {factura.numero}")
    assert cobro.regreso.endswith(f"/pagar/{intento.publico}")
    assert cobro.aviso.endswith("/pasarela/simulada/aviso")
    assert (cobro.correo, cobro.celular, cobro.documento) == (cuenta.correo, cuenta.celular, cuenta.documento)


def test_without_account_the_gateway_learns_no_more_than_the_address_for_the_receipt(app, gw, factura):
    intento = empezar(gw, factura, una_factura("2"))
    cobro = cobros.cobro_de(intento, app.config, "/r")
    assert (cobro.correo, cobro.nombre, cobro.documento) == (CORREO, "", "")
    assert cobro.descripcion.endswith("2 facturas")
