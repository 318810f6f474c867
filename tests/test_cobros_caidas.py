"""Paying online survives what befalls the machine: killed before any statement, a statement that fails, two workers at once.

Whatever happens: one payment, one receipt, and every notice that was answered is there.
"""

import signal
import threading
from contextlib import contextmanager
from itertools import count

import caidas_cobros
import pytest
from fabrica import una_factura
from pasarela_de_prueba import PasarelaDePrueba, aviso_de, aviso_payu
from pasarelas import simulador
from test_cobros import abiertos, correos, empezar, envejecer, libro, preguntar, trabajar

from oficina import cobros, db, pasarelas
from oficina.cobros import avisos, ronda, verdad
from oficina.models import AvisoRecibido, Bitacora, Correo, Intento, IntentoFactura, Movimiento, PagoAbierto, UltimaFactura

PROPIAS = (Intento, IntentoFactura, PagoAbierto, Movimiento, AvisoRecibido, Correo, Bitacora)
codigos = (f"C{n:05}" for n in count())


def todo():
    return {tabla: sorted(map(repr, tabla.select().tuples())) for tabla in PROPIAS}


# -- killed -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def proceso():
    with simulador() as gateway:
        yield gateway


@pytest.fixture
def sim(proceso, app):
    proceso.reiniciar()
    app.config["SIMULADOR_URL"] = proceso.url
    return proceso


@pytest.fixture(scope="module")
def taller(base, instancia, proceso):
    ajustes = {"INSTANCIA": str(instancia), "BASE_DE_DATOS": base, "LIMITES": False, "SIMULADOR_URL": proceso.url}
    with caidas_cobros.taller(ajustes) as taller:
        yield taller


def pagado(app, sim):
    """An attempt that was paid at the simulator, of which nobody told us yet, and the body of its notice."""
    intento = empezar(pasarelas.de_nombre(app.config, "simulada"), una_factura(next(codigos)))
    return intento, aviso_payu(sim.pago(intento.referencia, intento.valor))


def comprobar(intento):
    """One payment, one receipt, its code free and its bill paid."""
    filas = [fila for fila in Movimiento.select() if fila.intento_id == intento.id]
    assert [(fila.tipo, fila.valor, fila.saldo) for fila in filas] == [("pago", intento.valor, 0)]
    assert [datos["referencia"] for datos in correos("pago_recibido")].count(intento.referencia) == 1
    despues = Intento.get_by_id(intento.id)
    assert (despues.estado, despues.revisar, despues.tardio) == ("aprobado", None, 0)
    assert abiertos() == {}
    assert UltimaFactura.de(filas[0].codigo).por_pagar == 0
    assert AvisoRecibido.get(AvisoRecibido.referencia == intento.referencia).resultado == avisos.HECHO


def test_killed_before_any_statement_between_the_notice_and_the_receipt(app, sim, taller, navegador):
    muertes = respondidos = 0
    for cual in count(1):
        intento, cuerpo = pagado(app, sim)
        fin = taller.hacer(cuerpo, cual)
        assert fin["fallo"] == ""
        hay = [aviso.cuerpo for aviso in AvisoRecibido.select() if aviso.referencia == intento.referencia]
        if fin["estado"] == 200:
            assert hay == [cuerpo]
            respondidos += 1
        else:
            # A gateway that got no answer sends it again, also where it had been kept.
            formulario = {"data": cuerpo, "content_type": caidas_cobros.FORMULARIO}
            assert navegador.pide("POST", "/pasarela/simulada/aviso", **formulario).status_code == 200
        trabajar(app)
        comprobar(intento)
        if fin["senal"] == 0:
            break
        assert fin["senal"] == signal.SIGKILL
        muertes += 1
    assert muertes > 20
    assert respondidos > 15


def test_killed_in_the_round_that_comes_after_a_kill(app, sim, taller):
    """Twice in a row, the second time at another statement."""
    for cual in range(5, 25, 3):
        intento, cuerpo = pagado(app, sim)
        primera = taller.hacer(cuerpo, cual)
        assert primera["senal"] == signal.SIGKILL
        AvisoRecibido.update(proximo=db.utcnow()).where(AvisoRecibido.proximo.is_null(False)).execute()
        taller.hacer(cuerpo, 30 - cual)
        taller.hacer(cuerpo)
        trabajar(app)
        comprobar(intento)


def test_two_workers_at_once_are_one_payment_and_one_receipt(app, sim, taller):
    for _ in range(3):
        todos = [pagado(app, sim) for _ in range(8)]
        for _, cuerpo in todos:
            cobros.recibir(pasarelas.de_nombre(app.config, "simulada"), cuerpo.encode(), {})
        Intento.update(proximo=db.utcnow()).where(Intento.proximo.is_null(False)).execute()
        tareas = [taller.empezar() for _ in range(3)]
        assert [tarea.esperar()["fallo"] for tarea in tareas] == [""] * 3
        trabajar(app)
        for intento, _ in todos:
            comprobar(intento)


def test_a_worker_that_was_killed_leaves_nothing_to_wait_for(app, sim, taller):
    """What it had taken for itself is due again by itself, within what its waits say."""
    intento, cuerpo = pagado(app, sim)
    cobros.recibir(pasarelas.de_nombre(app.config, "simulada"), cuerpo.encode(), {})
    muerta = taller.hacer(cual=5)
    assert muerta["senal"] == signal.SIGKILL
    aviso = AvisoRecibido.get()
    assert aviso.proximo - db.utcnow() <= avisos.ESPERAS[0]
    trabajar(app)
    comprobar(intento)


# -- a statement that fails -------------------------------------------------------------------------


class FalloError(Exception):
    """Not of the database: nothing may take it for something that it can deal with."""


@contextmanager
def fallando(despues_de=0):
    """After so many statements of data, the next thing is an error. Gives the statements that were run."""
    engine, hechas = db.db.obj, []
    real = engine.execute_sql

    def contada(sql, *args, **kwargs):
        cursor = real(sql, *args, **kwargs)
        if sql.split(None, 1)[0].upper() in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            hechas.append(sql)
            if len(hechas) == despues_de:
                raise FalloError(sql)
        return cursor

    engine.execute_sql = contada
    try:
        yield hechas
    finally:
        del engine.execute_sql


@pytest.fixture
def gw(app, monkeypatch):
    gateway = PasarelaDePrueba()
    monkeypatch.setattr(ronda, "de_nombre", lambda settings, nombre: gateway)
    return gateway


def de_iniciar(gw):
    bills = [una_factura(next(codigos)) for _ in range(2)]
    return lambda: empezar(gw, *bills)


def de_cancelar(gw):
    intento = empezar(gw, una_factura(next(codigos)))
    return lambda: cobros.cancelar(intento)


def de_recibir(gw):
    intento = empezar(gw, una_factura(next(codigos)))
    return lambda: cobros.recibir(gw, *aviso_de(gw.transacciones.get("fija") or gw.paga(intento, id="fija")))


def de_procesar(gw):
    intento = empezar(gw, una_factura(next(codigos)), una_factura(next(codigos)))
    cobros.recibir(gw, *aviso_de(gw.paga(intento)))
    aviso = AvisoRecibido.get(AvisoRecibido.referencia == intento.referencia)
    return lambda: avisos.procesar(gw, aviso)


def de_preguntar(gw):
    intento = empezar(gw, una_factura(next(codigos)), una_factura(next(codigos)))
    gw.paga(intento)
    return lambda: ronda.preguntar(gw, intento)


def de_pagar_dos_veces(gw):
    intento = empezar(gw, una_factura(next(codigos)))
    gw.paga(intento)
    preguntar(gw, intento)
    gw.paga(intento)
    return lambda: ronda.preguntar(gw, intento)


def de_devolver(gw):
    intento = empezar(gw, una_factura(next(codigos)), una_factura(next(codigos)))
    una = gw.paga(intento)
    preguntar(gw, intento)
    gw.pasa(una, "reversada")
    return lambda: ronda.preguntar(gw, intento)


def de_rechazar(gw):
    intento = empezar(gw, una_factura(next(codigos)))
    una = gw.paga(intento, "pendiente")
    preguntar(gw, intento)
    gw.pasa(una, "rechazada")
    return lambda: ronda.preguntar(gw, intento)


def de_revisar(gw):
    intento = empezar(gw, una_factura(next(codigos)))
    gw.paga(intento, valor=1)
    return lambda: ronda.preguntar(gw, intento)


def de_reabrir(gw):
    intento = empezar(gw, una_factura(next(codigos)), una_factura(next(codigos)))
    cobros.cancelar(intento)
    gw.paga(intento, "pendiente")
    return lambda: ronda.preguntar(gw, intento)


def de_vencer(gw):
    intento = empezar(gw, una_factura(next(codigos)))
    intento = envejecer(intento, ronda.plazos.ABANDONADO * 2)
    return lambda: verdad.vencer(intento.id)


def de_cerrar_revision(gw):
    intento = empezar(gw, una_factura(next(codigos)))
    gw.paga(intento, valor=1)
    preguntar(gw, intento)
    return lambda: verdad.cerrar_revision(intento.id, "sistemas:ana")


# Of each use of the ledger, at least how many statements it has.
USOS = {
    de_iniciar: 10,
    de_cancelar: 3,
    de_recibir: 1,
    de_procesar: 15,
    de_preguntar: 15,
    de_pagar_dos_veces: 12,
    de_devolver: 12,
    de_rechazar: 6,
    de_revisar: 5,
    de_reabrir: 7,
    de_vencer: 4,
    de_cerrar_revision: 4,
}


@pytest.mark.parametrize("preparar", USOS, ids=lambda uso: uso.__name__)
def test_after_any_statement_a_failure_leaves_nothing_half_done(gw, preparar):
    """And the same again does all of it."""
    acto = preparar(gw)
    antes = todo()
    with fallando() as sentencias:
        acto()
    hecho = {tabla: len(filas) - len(antes[tabla]) for tabla, filas in todo().items()}
    assert len(sentencias) >= USOS[preparar], "\n".join(sentencias)
    for cual in range(1, len(sentencias) + 1):
        gw.transacciones.pop("fija", None)
        acto = preparar(gw)
        antes = todo()
        with pytest.raises(FalloError), fallando(cual):
            acto()
        # A notice is kept by one statement, which is a transaction of its own.
        assert todo() == antes or (preparar is de_recibir and len(todo()[AvisoRecibido]) == len(antes[AvisoRecibido]) + 1)
        acto()
        assert {tabla: len(filas) - len(antes[tabla]) for tabla, filas in todo().items()} == hecho


def test_every_use_that_writes_is_among_them():
    """Whoever adds another one, adds it here."""
    transactional = {
        name
        for module in (verdad, avisos, ronda)
        for name, one in vars(module).items()
        if hasattr(one, "__wrapped__") and one.__module__ == module.__name__
    }
    assert transactional == {"aplicar", "concluir", "vencer", "cerrar_revision", "reclamar", "contestar"}


def test_a_commit_that_fails_moves_nothing(gw, monkeypatch):
    intento = empezar(gw, una_factura(next(codigos)))
    gw.paga(intento)
    antes = todo()
    engine = db.db.obj

    def falla():
        raise FalloError

    with monkeypatch.context() as roto:
        roto.setattr(engine, "commit", falla)
        with pytest.raises(FalloError):
            ronda.preguntar(gw, intento)
    assert todo() == antes
    assert preguntar(gw, intento).estado == "aprobado"
    assert len(libro()) == 1


def test_a_base_that_is_busy_for_a_moment_is_waited_for(app, gw):
    """Another process writes meanwhile."""
    intento = empezar(gw, una_factura(next(codigos)))
    gw.paga(intento)
    tomado, soltar = threading.Event(), threading.Event()

    def ocupar():
        with db.write():
            Intento.update(motivo="otro").where(Intento.id == intento.id).execute()
            tomado.set()
            soltar.wait(1)
        db.db.close()

    otro = threading.Thread(target=ocupar)
    otro.start()
    tomado.wait()
    assert preguntar(gw, intento).estado == "aprobado"
    otro.join()
