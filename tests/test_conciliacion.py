"""What gateway, ledger and deliveries tell of the same payments: what differs is told, and what was missing is applied once."""

from datetime import timedelta

import pytest
from fabrica import pago_en_linea, un_intento, un_pago, una_cuenta, una_factura
from pasarelas import simulador

from oficina import db
from oficina.cobros import avisos, conciliacion, verdad
from oficina.cobros.conciliacion import Periodo, conciliar
from oficina.formats import hoy
from oficina.models import AvisoRecibido, Bitacora, Intento, Movimiento, PagoAbierto
from oficina.pasarelas import de_nombre
from oficina.pasarelas.payu import PayU

CODIGO = "100200300"
TOTAL = 84_350_00

pytestmark = pytest.mark.ajustes(PASARELA="simulada")


@pytest.fixture(scope="module")
def proceso():
    with simulador() as gateway:
        yield gateway


@pytest.fixture
def sim(app, proceso):
    """The gateway, which has nothing yet and sends no notices."""
    app.config["SIMULADOR_URL"] = proceso.url
    proceso.reiniciar()
    proceso.conducta(perdida=True)
    return proceso


@pytest.fixture
def hallar(app, sim):
    """Compare the last ten days, asking the gateway; what was found, by class."""

    def concilia(preguntar=True, dias=10):
        periodo = Periodo(hoy() - timedelta(dias - 1), hoy(), pruebas=True)
        concilia.informe = conciliar(app.config, periodo, (lambda hecho, total: None) if preguntar else None)
        found = {}
        for hallazgo in concilia.informe.hallazgos:
            found.setdefault(hallazgo.clase, []).append(hallazgo)
        return found

    return concilia


def intento_de(estado="creado", codigo=CODIGO, **datos):
    return un_intento({codigo: una_factura(codigo, total=TOTAL).numero}, estado=estado, **datos)


def pagado(sim, codigo=CODIGO, fecha=None, **datos):
    """A payment that gateway and ledger have."""
    factura = una_factura(codigo, total=TOTAL)
    intento = un_intento({codigo: factura.numero}, estado="creado", **datos)
    transaccion = sim.pago(intento.referencia, TOTAL)["id"]
    fila = {"codigo": codigo, "factura": factura.numero, "valor": TOTAL, "saldo": 0, "transaccion": transaccion}
    Movimiento.create(intento=intento, tipo="pago", fecha=fecha or hoy(), momento=db.utcnow(), **fila)
    Intento.update(estado="aprobado", transaccion=transaccion).where(Intento.id == intento.id).execute()
    PagoAbierto.delete().execute()
    return Intento.get_by_id(intento.id)


def ahora(intento):
    return Intento.get_by_id(intento.id)


# -- with the gateway ----------------------------------------------------------------------------------


def test_where_all_agrees_there_is_nothing_to_tell(sim, hallar):
    intento = pagado(sim)
    entregado = un_pago(CODIGO, valor=TOTAL, fecha=hoy(), referencia_pasarela=intento.referencia)
    Movimiento.update(pago=entregado.id).execute()
    assert hallar() == {}
    informe = hallar.informe
    assert (informe.preguntados, informe.por_revisar, informe.sin_respuesta) == (1, 0, [])
    (dia,) = informe.dias.values()
    assert (dia.pasarela, dia.libro, dia.entregado) == (TOTAL, TOTAL, TOTAL)


def test_what_the_gateway_approved_and_nobody_noticed_is_applied_once(sim, hallar):
    intento = intento_de()
    sim.pago(intento.referencia, TOTAL)
    (aplicado,) = hallar()["aplicado"]
    assert (aplicado.referencia, aplicado.codigo, aplicado.valor, aplicado.dia) == (intento.referencia, CODIGO, TOTAL, hoy())
    assert ahora(intento).estado == "aprobado"
    assert "aplicado" not in hallar()
    assert Movimiento.select().count() == 1
    assert hallar.informe.dias[hoy()].pasarela == TOTAL


def test_also_what_it_gave_back(sim, hallar):
    intento = pagado(sim)
    sim.despues(intento.referencia, "reversar")
    (aplicado,) = hallar()["aplicado"]
    assert (aplicado.valor, aplicado.detalle) == (-TOTAL, "reverso")
    assert ahora(intento).estado == "reversado"
    assert (hallar.informe.dias[hoy()].pasarela, hallar.informe.dias[hoy()].libro) == (0, 0)


def test_also_of_one_that_was_given_up(sim, hallar):
    intento = intento_de("vencido", creado=db.utcnow() - timedelta(days=5))
    sim.pago(intento.referencia, TOTAL)
    assert len(hallar()["aplicado"]) == 1
    assert ahora(intento).tardio


def test_one_of_before_the_period_is_not_asked_about(sim, hallar):
    intento = intento_de("vencido", creado=db.utcnow() - timedelta(days=11))
    sim.pago(intento.referencia, TOTAL)
    assert hallar() == {}
    assert ahora(intento).estado == "vencido"


def test_but_one_of_before_that_was_paid_in_it_is(sim, hallar):
    pagado(sim, creado=db.utcnow() - timedelta(days=30))
    assert hallar() == {}
    assert hallar.informe.preguntados == 1


@pytest.mark.parametrize("estado", [None, "rechazada", "pendiente"])
def test_what_the_gateway_does_not_confirm_is_told_and_stays(sim, hallar, estado):
    factura = una_factura(CODIGO, total=TOTAL)
    intento = pago_en_linea({CODIGO: factura.numero})
    if estado:
        otra = sim.pago(intento.referencia, TOTAL, estado)
        Movimiento.update(transaccion=otra["id"]).execute()
    (sin_confirmar,) = hallar()["sin_confirmar"]
    assert (sin_confirmar.referencia, sin_confirmar.valor) == (intento.referencia, TOTAL)
    assert (estado or "no lo tiene") in sin_confirmar.detalle
    assert ahora(intento).estado == "aprobado"
    assert (hallar.informe.dias[hoy()].pasarela, hallar.informe.dias[hoy()].libro) == (0, TOTAL)


def test_a_reversal_that_the_gateway_does_not_have_is_told(app, sim, hallar):
    intento = pagado(sim)
    una = de_nombre(app.config, "simulada").consultar(intento.referencia)[0]
    verdad.devolver(intento, una)
    Intento.update(estado="reversado").execute()
    assert [uno.valor for uno in hallar()["sin_confirmar"]] == [-TOTAL]
    assert conciliacion.dar_por_revisado(intento.id, "La pasarela corrige", "sistemas:ana")
    assert set(hallar()) == {"sin_confirmar"}
    assert ahora(intento).revisar is None


def test_another_amount_moves_nothing_and_waits_for_a_person(sim, hallar):
    intento = intento_de()
    sim.pago(intento.referencia, TOTAL - 100)
    (revision,) = hallar()["revision"]
    assert (revision.referencia, revision.codigo, revision.valor) == (intento.referencia, CODIGO, TOTAL)
    assert ahora(intento).estado == "revision"
    assert Movimiento.select().count() == 0
    assert hallar.informe.dias[hoy()].pasarela == TOTAL - 100


def test_one_of_another_account_is_not_asked_about(sim, hallar):
    intento_de("vencido", comercio="999")
    assert hallar() == {}
    intento_de("pendiente", "2", comercio="999")
    intento_de("pendiente", "3", pruebas=0)
    intento_de("pendiente", "4", pasarela="wompi")
    assert [uno.codigo for uno in hallar()["otra_cuenta"]] == ["2", "3", "4"]
    assert hallar.informe.preguntados == 0


def test_a_gateway_that_fails_is_left_alone_after_three_times(sim, hallar, monkeypatch):
    for codigo in "12345":
        intento_de(codigo=codigo)
    asked, ask = [], PayU.consultar
    monkeypatch.setattr(PayU, "consultar", lambda self, referencia: asked.append(referencia) or ask(self, referencia))
    sim.conducta(consulta="caida")
    hallar()
    assert hallar.informe.preguntados == 0
    assert len(hallar.informe.sin_respuesta) == 5
    assert asked == hallar.informe.sin_respuesta[:3]
    assert hallar.informe.motivo


def test_one_failure_does_not_stop_the_others(sim, hallar, monkeypatch):
    """As many as there are, as long as some in between are answered."""
    ask, intentos = PayU.consultar, [intento_de(codigo=str(codigo)) for codigo in range(8)]
    for intento in intentos:
        sim.pago(intento.referencia, TOTAL)
    answered = {intentos[2].referencia, intentos[5].referencia}

    def some(self, referencia):
        sim.conducta(consulta="normal" if referencia in answered else "basura")
        return ask(self, referencia)

    monkeypatch.setattr(PayU, "consultar", some)
    assert {uno.referencia for uno in hallar()["aplicado"]} == answered
    assert len(hallar.informe.sin_respuesta) == 6


def test_without_asking_nothing_is_asked(sim, hallar):
    intento = intento_de()
    sim.pago(intento.referencia, TOTAL)
    assert hallar(preguntar=False) == {}
    assert ahora(intento).estado == "creado"


# -- with the deliveries -------------------------------------------------------------------------------


def viejo(dias, codigo=CODIGO, **datos):
    factura = una_factura(codigo, total=TOTAL)
    return pago_en_linea({codigo: factura.numero}, fecha=hoy() - timedelta(days=dias), **datos)


@pytest.mark.parametrize(("dias", "cuantos"), [(5, 0), (6, 1), (30, 1), (200, 0)])
def test_what_no_delivery_brought_in_time_is_told(hallar, dias, cuantos):
    viejo(dias)
    assert len(hallar(preguntar=False).get("sin_entregar", [])) == cuantos


def test_what_was_given_back_before_a_delivery_had_it_owes_nothing(hallar):
    fila = Movimiento.get(Movimiento.intento == viejo(8))
    same = {name: getattr(fila, name) for name in ("intento", "transaccion", "codigo", "factura", "momento")}
    Movimiento.create(tipo="reverso", valor=-TOTAL, saldo=0, fecha=hoy(), **same)
    assert hallar(preguntar=False) == {}
    # The billing system learned of the payment alone.
    un_pago(CODIGO, id="P1", valor=TOTAL, fecha=hoy())
    Movimiento.update(pago="P1").where(Movimiento.id == fila.id).execute()
    Movimiento.update(fecha=hoy() - timedelta(days=6)).where(Movimiento.tipo == "reverso").execute()
    assert [uno.valor for uno in hallar(preguntar=False)["sin_entregar"]] == [-TOTAL]


def test_a_delivery_with_another_value_or_code_is_told(hallar):
    for codigo, told in (("1", {"valor": TOTAL - 100}), ("2", {"codigo": "9"}), ("3", {})):
        intento = viejo(1, codigo)
        pago = un_pago(**({"codigo": codigo, "valor": TOTAL, "fecha": hoy(), "referencia_pasarela": intento.referencia} | told))
        Movimiento.update(pago=pago.id).where(Movimiento.intento == intento).execute()
    found = hallar(preguntar=False)["otro_valor"]
    assert [(uno.codigo, uno.valor) for uno in found] == [("1", TOTAL), ("2", TOTAL)]
    assert "84.349" in found[0].detalle
    assert "código 9" in found[1].detalle


def test_what_looks_like_ours_and_is_not_is_told(hallar):
    intento = viejo(1)
    un_pago(fecha=hoy(), referencia_pasarela="OV0123456789AB")  # unknown here
    un_pago(fecha=hoy(), referencia_pasarela=intento.referencia)  # a second one of the same
    un_pago(fecha=hoy(), referencia_pasarela="OV0123456789AU")  # U is in none of ours
    un_pago(fecha=hoy(), referencia_pasarela="ov0123456789ab")
    un_pago(fecha=hoy(), referencia_pasarela="CAJA-7")
    un_pago(fecha=hoy() - timedelta(days=11), referencia_pasarela="OV0123456789AC")
    found = hallar(preguntar=False)
    assert [uno.referencia for uno in found["desconocida"]] == ["OV0123456789AB"]
    assert [uno.referencia for uno in found["de_mas"]] == [intento.referencia]


def test_a_balance_is_told_and_needs_no_mending(hallar):
    intento = viejo(1)
    Movimiento.update(saldo=50_00).execute()
    (saldo,) = hallar(preguntar=False)["saldo"]
    assert (saldo.referencia, saldo.valor) == (intento.referencia, 50_00)
    assert hallar.informe.por_revisar == 0


def test_test_money_is_no_matter_of_production(app, sim):
    viejo(8, pruebas=1)
    intento_de("revision", "2", pruebas=1, revisar="Algo.")
    informe = conciliar(app.config, Periodo(hoy() - timedelta(9), hoy(), pruebas=False), lambda hecho, total: None)
    assert (informe.hallazgos, dict(informe.dias), informe.preguntados) == ([], {}, 0)


def un_aviso(referencia, resultado, horas=0, **datos):
    when = db.utcnow() - timedelta(hours=horas)
    fields = {"pasarela": "simulada", "huella": f"{AvisoRecibido.select().count():064}", "cuerpo": "", "dicho": "{}"}
    return AvisoRecibido.create(referencia=referencia, resultado=resultado, recibido=when, intentos=1, **(fields | datos))


def test_notices_that_came_to_nothing_are_told_once_for_each_reference(hallar):
    uno, dos, tres, cuatro, cinco, seis = (f"OV{digito * 12}" for digito in "234567")
    un_aviso(uno, avisos.SIN_INTENTO)
    un_aviso(uno, avisos.SIN_INTENTO)
    un_aviso(dos, avisos.HECHO)
    un_aviso(tres, avisos.NO_CONFIRMA)
    un_aviso(cuatro, None, horas=2, proximo=db.utcnow())
    un_aviso(cinco, None, proximo=db.utcnow())
    un_aviso(seis, avisos.SIN_INTENTO, horas=24 * 11)
    assert sorted(aviso.referencia for aviso in hallar(preguntar=False)["aviso"]) == [uno, tres, cuatro]
    assert hallar.informe.por_revisar == 3


def test_a_notice_of_somebody_elses_reference_is_told_and_needs_no_mending(hallar):
    un_aviso("PEDIDO-9", avisos.SIN_INTENTO)
    assert [uno.referencia for uno in hallar(preguntar=False)["aviso_ajeno"]] == ["PEDIDO-9"]
    assert hallar.informe.por_revisar == 0


def test_days_tell_what_each_of_them_has(hallar):
    viejo(2)
    second = viejo(3, "2")
    pago = un_pago("2", valor=TOTAL - 1, fecha=hoy())
    Movimiento.update(pago=pago.id).where(Movimiento.intento == second).execute()
    hallar(preguntar=False)
    days = {hoy() - dia: (suma.libro, suma.entregado) for dia, suma in hallar.informe.dias.items()}
    assert days == {timedelta(2): (TOTAL, 0), timedelta(3): (TOTAL, TOTAL - 1)}


# -- what a person decides -----------------------------------------------------------------------------


def test_what_a_person_closed_is_not_opened_again_by_the_same_answer(sim, hallar):
    intento = intento_de()
    sim.pago(intento.referencia, TOTAL - 100)
    hallar()
    assert verdad.cerrar_revision(intento.id, "sistemas:ana")
    closed = ahora(intento)
    assert (closed.estado, closed.revisar, PagoAbierto.select().count()) == ("rechazado", None, 0)
    assert hallar() == {}
    assert ahora(intento).estado == "rechazado"


def test_but_money_that_comes_later_counts(sim, hallar):
    intento = intento_de()
    sim.conducta(permitir_doble=True)
    sim.pago(intento.referencia, TOTAL - 100)
    hallar()
    verdad.cerrar_revision(intento.id, "sistemas:ana")
    sim.pago(intento.referencia, TOTAL)
    assert len(hallar()["aplicado"]) == 1
    assert ahora(intento).estado == "aprobado"


def test_only_one_in_revision_can_be_closed(app):
    assert not verdad.cerrar_revision(intento_de().id, "sistemas:ana")
    assert Bitacora.select().count() == 0


def test_the_mark_is_taken_away_with_a_note_and_no_money_moves(app):
    cuenta = una_cuenta(codigos=[CODIGO])
    intento = pago_en_linea({CODIGO: una_factura(CODIGO).numero}, cuenta, revisar="Saldo a favor.")
    before = list(Movimiento.select().dicts())
    assert conciliacion.dar_por_revisado(intento.id, "Se abonó a la factura de diciembre", "sistemas:ana")
    assert ahora(intento).revisar is None
    assert list(Movimiento.select().dicts()) == before
    (fila,) = Bitacora.select()
    assert (fila.evento, fila.actor, fila.cuenta_id) == ("pago_revisado", "sistemas:ana", cuenta.id)
    assert fila.detalle == f"{intento.referencia} Se abonó a la factura de diciembre"
    assert not conciliacion.dar_por_revisado(intento.id, "Otra vez", "sistemas:ana")


def test_one_in_revision_cannot_just_be_called_reviewed(app):
    intento = intento_de("revision", revisar="Otro valor.")
    assert not conciliacion.dar_por_revisado(intento.id, "Sí", "sistemas:ana")
    assert ahora(intento).revisar == "Otro valor."


def test_one_is_found_by_whatever_names_it(app):
    intento = pago_en_linea({CODIGO: una_factura(CODIGO).numero}, transaccion="T-Uno")
    Movimiento.create(
        **{"intento": intento, "transaccion": "T-Dos", "tipo": "pago", "codigo": CODIGO, "factura": "F", "valor": 1},
        **{"saldo": 1, "fecha": hoy(), "momento": db.utcnow()},
    )
    pago_en_linea({"2": una_factura("2").numero})
    names = (intento.referencia, intento.referencia.lower(), "T-Uno", "T-Dos", intento.publico)
    for name in (*names, f"https://oficina.aguaclara.example/pagar/{intento.publico}?id=1"):
        assert conciliacion.encontrar(name) == intento
    assert conciliacion.encontrar("T-uno-") is None
