"""Whatever customers, the gateway, its notices, the worker, deliveries and time do, in any order, what must hold holds.

Hypothesis drives it and checks after each step, on both engines. For a long run, how many histories in the environment:
``EJEMPLOS=1000 pytest tests/test_cobros_maquina.py``.
"""

import json
import os
from collections import Counter
from contextlib import suppress
from datetime import timedelta

from fabrica import un_pago, una_factura, vacia
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from navegador import Navegador
from pasarela_de_prueba import PasarelaDePrueba, aviso_de

from oficina import cobros, db, mail
from oficina.cobros import avisos, ronda, verdad
from oficina.entregas.en_linea import reconocer
from oficina.formats import local
from oficina.models import (
    TABLES,
    AvisoRecibido,
    Bitacora,
    Correo,
    Esquema,
    Intento,
    IntentoFactura,
    Movimiento,
    Pago,
    PagoAbierto,
    PagoVersion,
    UltimaFactura,
)
from oficina.models.intento import ABIERTOS, OCUPAN, SIN_PAGO
from oficina.pasarelas.base import FirmaError

EJEMPLOS = int(os.environ.get("EJEMPLOS", "60"))
TOTALES = {"1": 84_350_00, "2": 10_000_05, "3": 1}
CUAL = st.integers(0, 30)
AJENAS = [{"valor": 84_350_01}, {"moneda": "USD"}, {"comercio": "512322"}, {"pruebas": False}]
PROPIAS = (Intento, PagoAbierto, Movimiento, AvisoRecibido, Correo, Bitacora)
# What a row of the ledger says never changes, but for the payment of a delivery that is this one.
FIJAS = [field for field in Movimiento._meta.sorted_fields if field.name != "pago"]
RATOS = [timedelta(seconds=20), timedelta(minutes=16), timedelta(minutes=40), timedelta(days=1), timedelta(days=4)]


def todo():
    return {tabla: list(tabla.select().order_by(*tabla._meta.get_primary_keys()).tuples()) for tabla in PROPIAS}


class Portal(RuleBasedStateMachine):
    """``app`` and ``gw`` are of the test. ``bolsa`` holds notices on their way: body, headers, whether it is honest."""

    app, gw = None, None

    @initialize()
    def nuevo(self):
        vacia([tabla for tabla in reversed(TABLES) if tabla is not Esquema])
        self.gw.__init__()
        self.bolsa, self.aceptados, self.honestos, self.leidos = [], Counter(), set(), {}
        self.antes, self.libro_antes, self.devueltas = {}, {}, set()
        self.facturas = {codigo: una_factura(codigo, total=total).numero for codigo, total in TOTALES.items()}
        self.navegador = Navegador(self.app)

    # -- choices --------------------------------------------------------------------------------------

    def intento(self, cual):
        hay = list(Intento.select().order_by(Intento.id.desc()))
        return hay[cual % len(hay)] if hay else None

    def transaccion(self, cual, *estados):
        hay = [una for una in reversed(self.gw.transacciones.values()) if una.estado in estados]
        return hay[cual % len(hay)] if hay else None

    def hay_intentos(self):
        return bool(self.antes)

    def hay_transacciones(self):
        return bool(self.gw.transacciones)

    # -- the customer -----------------------------------------------------------------------------------

    @rule(codigos=st.sets(st.sampled_from("123"), min_size=1), pestanas=st.integers(1, 2))
    def comenzar(self, codigos, pestanas):
        for _ in range(pestanas):
            total = sum(UltimaFactura.de(codigo).por_pagar for codigo in codigos)
            # What nothing is owed of was shown as nothing.
            no = (cobros.YaAbiertoError, cobros.NadaPorPagarError, *(() if total else (cobros.CambioError,)))
            with suppress(*no):
                bills = {codigo: self.facturas[codigo] for codigo in codigos}
                assert cobros.iniciar(self.gw, bills, total, correo="rosa@correo.example").valor == total

    @precondition(hay_intentos)
    @rule(cual=CUAL)
    def irse(self, cual):
        intento = self.intento(cual)
        assert cobros.cancelar(intento) == (intento.estado == "creado")

    @precondition(hay_intentos)
    @rule(cual=CUAL)
    def volver(self, cual):
        """The page that the customer comes back to moves nothing, whatever its address says."""
        antes, publico = todo(), self.intento(cual).publico
        self.navegador.pide("GET", f"/pagar/{publico}?transactionState=4&lapTransactionState=APPROVED")
        assert todo() == antes

    # -- the gateway --------------------------------------------------------------------------------------

    @precondition(hay_intentos)
    @rule(cual=CUAL, estado=st.sampled_from(["pendiente", "aprobada", "aprobada", "rechazada", "error", "vencida"]))
    def pagar(self, cual, estado):
        self.gw.paga(self.intento(cual), estado)

    @precondition(hay_intentos)
    @rule(cual=CUAL, estado=st.sampled_from(["pendiente", "aprobada", "rechazada"]), otra=st.sampled_from(AJENAS))
    def pagar_otra_cosa(self, cual, estado, otra):
        self.gw.paga(self.intento(cual), estado, **otra)

    @precondition(hay_transacciones)
    @rule(cual=CUAL, estado=st.sampled_from(["aprobada", "aprobada", "rechazada", "vencida"]))
    def responder(self, cual, estado):
        if una := self.transaccion(cual, "pendiente"):
            self.gw.pasa(una, estado)

    @precondition(hay_transacciones)
    @rule(cual=CUAL)
    def devolver(self, cual):
        if una := self.transaccion(cual, "aprobada"):
            self.gw.pasa(una, "reversada")
            self.devueltas.add(una.id)

    @rule(como=st.sampled_from(["bien", "bien", "caida", "olvidada"]))
    def portarse(self, como):
        self.gw.caida, self.gw.olvidada = como == "caida", como == "olvidada"

    # -- notices --------------------------------------------------------------------------------------------

    @precondition(hay_transacciones)
    @rule(cual=CUAL, copias=st.integers(1, 3))
    def avisar(self, cual, copias):
        una = self.transaccion(cual, "aprobada", "rechazada", "vencida", "error", "reversada")
        if una:
            self.bolsa += [(*aviso_de(una), una.estado in verdad.CON_DINERO and una.id)] * copias

    @precondition(hay_transacciones)
    @rule(cual=CUAL, otra=st.sampled_from([*AJENAS, {"estado": "aprobada"}, {"referencia": "OV000000000000"}]))
    def avisar_otra_cosa(self, cual, otra):
        una = self.transaccion(cual, "pendiente", "aprobada", "rechazada", "reversada")
        if una:
            self.bolsa.append((*aviso_de(una, **otra), None))

    @precondition(hay_transacciones)
    @rule(cual=CUAL)
    def avisar_con_mala_firma(self, cual):
        una = self.transaccion(cual, "pendiente", "aprobada", "rechazada", "reversada")
        if una:
            self.bolsa.append((*(aviso_de(una, estado="aprobada")[0], {"Firma": "0" * 64}), None))

    @precondition(lambda self: self.bolsa)
    @rule(cual=CUAL)
    def llegar(self, cual):
        """Any of the notices on their way."""
        body, headers, de = self.bolsa.pop(cual % len(self.bolsa))
        try:
            cobros.recibir(self.gw, body, headers)
        except FirmaError:
            assert headers["Firma"] == "0" * 64
            return
        self.aceptados[body] += 1
        if de:
            self.honestos.add((de, body))

    @precondition(lambda self: self.bolsa)
    @rule(cual=CUAL)
    def perderse(self, cual):
        self.bolsa.pop(cual % len(self.bolsa))

    # -- the worker, and time ---------------------------------------------------------------------------------

    @rule()
    def ronda(self):
        cobros.pasada(self.app.config)

    @rule()
    def ronda_de_todo(self):
        """A round in which all that waits is due."""
        for tabla in (Intento, AvisoRecibido):
            tabla.update(proximo=db.utcnow()).where(tabla.proximo.is_null(False)).execute()
        cobros.pasada(self.app.config)

    @rule(cuanto=st.sampled_from(RATOS))
    def pasar_un_rato(self, cuanto):
        for tabla, nombres in ((Intento, ("creado", "cambiado", "proximo")), (AvisoRecibido, ("recibido", "proximo"))):
            for fila in tabla.select():
                for nombre in nombres:
                    valor = getattr(fila, nombre)
                    setattr(fila, nombre, valor and valor - cuanto)
                fila.save()

    # -- the billing system, and persons ------------------------------------------------------------------------

    @rule(cuales=st.sets(st.integers(0, 5)))
    def entregar(self, cuales):
        """A delivery brings some of the payments made online that no delivery had."""
        filas = list(Movimiento.select(Movimiento, Intento).join(Intento).order_by(Movimiento.id))
        with db.write():
            for n, fila in enumerate(uno for uno in filas if not Pago.get_or_none(Pago.id == uno.pago)):
                if n in cuales:
                    cual = {"referencia_pasarela": fila.intento.referencia, "canal": "internet", "factura": fila.factura}
                    un_pago(fila.codigo, valor=fila.valor, fecha=local(db.utcnow()).date(), **cual)
            reconocer(local(db.utcnow()).date(), 3)

    @precondition(hay_transacciones)
    @rule(cual=CUAL)
    def entregar_antes(self, cual):
        """A delivery brings a payment that the gateway has not told us of."""
        una = self.transaccion(cual, "aprobada")
        intento = una and Intento.get(Intento.referencia == una.referencia)
        if not una or diferente(una, intento) or Movimiento.select().where(Movimiento.transaccion == una.id).exists():
            return
        if Pago.select().where(Pago.referencia_pasarela == una.referencia).exists():
            return
        with db.write():
            for linea in intento.facturas():
                cual = {"referencia_pasarela": intento.referencia, "canal": "internet", "factura": linea.factura}
                un_pago(linea.codigo, valor=linea.valor, fecha=local(db.utcnow()).date(), **cual)
            reconocer(local(db.utcnow()).date(), 3)

    @precondition(lambda self: self.antes)
    @rule(cual=CUAL)
    def deshacer(self, cual):
        """The delivery that brought a payment is taken back."""
        hay = [pago.id for pago in Pago.select().order_by(Pago.id.desc())]
        if hay:
            with db.write():
                PagoVersion.delete().where(PagoVersion.id == hay[cual % len(hay)]).execute()
                reconocer(local(db.utcnow()).date(), 3)

    @rule(codigo=st.sampled_from("123"), parte=st.sampled_from([1, 2]))
    def pagar_en_la_oficina(self, codigo, parte):
        un_pago(codigo, factura=self.facturas[codigo], valor=max(TOTALES[codigo] // parte, 1), canal="oficina")

    @precondition(hay_intentos)
    @rule(cual=CUAL)
    def cerrar_revision(self, cual):
        intento = self.intento(cual)
        assert verdad.cerrar_revision(intento.id, "sistemas:ana") == (intento.estado == "revision")

    # -- what always holds ----------------------------------------------------------------------------------------

    @invariant()
    def se_cumple(self):
        intentos = {intento.id: intento for intento in Intento.select()}
        lineas = {}
        for linea in IntentoFactura.select():
            lineas.setdefault(linea.intento_id, {})[linea.codigo] = linea.valor
        libro = list(Movimiento.select().order_by(Movimiento.id))
        self.nada_se_borra(intentos, libro)
        for intento in intentos.values():
            assert sum(lineas[intento.id].values()) == intento.valor
            suyo = [fila for fila in libro if fila.intento_id == intento.id]
            self.cuadra(intento, lineas[intento.id], suyo)
            self.pasos(intento, suyo)
        self.ocupados(intentos, lineas)
        self.deudas(libro)
        self.correos(intentos, libro)
        assert {fila.cuerpo.encode() for fila in AvisoRecibido.select()} == set(self.aceptados)
        assert AvisoRecibido.select().count() == len(self.aceptados)
        self.antes = {intento.id: (intento.estado, intento.tardio) for intento in intentos.values()}

    def nada_se_borra(self, intentos, libro):
        assert set(self.antes) <= set(intentos)
        ahora = {
            fila.id: [getattr(fila, field.name if field.name != "intento" else "intento_id") for field in FIJAS]
            for fila in libro
        }
        assert all(ahora[id_] == fila for id_, fila in self.libro_antes.items())
        self.libro_antes = ahora

    def cuadra(self, intento, lineas, suyo):
        """Each transaction of it in the ledger is one of ours, whole, once, and given back whole at most once."""
        for id_ in {fila.transaccion for fila in suyo}:
            una = self.gw.transacciones[id_]
            assert not diferente(una, intento)
            assert una.estado in verdad.CON_DINERO
            pagos = {fila.codigo: fila for fila in suyo if fila.transaccion == id_ and fila.tipo == "pago"}
            reversos = {fila.codigo: fila for fila in suyo if fila.transaccion == id_ and fila.tipo == "reverso"}
            assert {codigo: fila.valor for codigo, fila in pagos.items()} == lineas
            if reversos:
                assert id_ in self.devueltas
                assert {codigo: (-fila.valor, -fila.saldo) for codigo, fila in reversos.items()} == {
                    codigo: (fila.valor, fila.saldo) for codigo, fila in pagos.items()
                }

    def pasos(self, intento, suyo):
        """Its state is what its money says; nothing leads back from money; what came late is told as late."""
        valor = sum(fila.valor for fila in suyo)
        assert (intento.estado == "aprobado") == (valor > 0)
        assert (intento.estado == "reversado") == (bool(suyo) and valor == 0)
        antes, tardio = self.antes.get(intento.id, ("creado", 0))
        assert intento.estado != "creado" or antes == "creado"
        assert intento.estado != "cancelado" or antes in ("creado", "cancelado")
        if antes in ("aprobado", "reversado"):
            assert intento.tardio == tardio
        elif suyo:
            assert intento.tardio == int(antes in SIN_PAGO)
        else:
            assert intento.tardio == 0
        if intento.estado == "revision":
            assert intento.revisar
            assert intento.proximo is None
        if intento.estado in ABIERTOS:
            assert intento.proximo is not None

    def ocupados(self, intentos, lineas):
        """A code is held by one attempt at most, which may still be paid; one that is open holds all its codes."""
        tomados = {fila.codigo: fila.intento_id for fila in PagoAbierto.select()}
        for codigo, id_ in tomados.items():
            assert intentos[id_].estado in OCUPAN
            assert codigo in lineas[id_]
        for intento in intentos.values():
            if intento.estado in ABIERTOS:
                assert {tomados.get(codigo) for codigo in lineas[intento.id]} == {intento.id}

    def deudas(self, libro):
        """What is owed is what was delivered less what was paid, each payment once; more than was owed is a credit."""
        pagos = list(Pago.select())
        entregados = {pago.id for pago in pagos}
        usados = [fila.pago for fila in libro if fila.pago in entregados]
        assert len(usados) == len(set(usados))
        for codigo, total in TOTALES.items():
            filas = [fila for fila in libro if fila.codigo == codigo]
            assert 0 <= sum(fila.valor - fila.saldo for fila in filas) <= total
            abonado = sum(pago.valor for pago in pagos if pago.codigo == codigo)
            abonado += sum(fila.valor - fila.saldo for fila in filas if fila.pago not in entregados)
            assert UltimaFactura.de(codigo).por_pagar == max(total - abonado, 0)

    def correos(self, intentos, libro):
        """One receipt of each approved transaction, one mail of each that was given back, an alarm of each credit."""
        for fila in Correo.select().where(Correo.id.not_in(list(self.leidos))):
            self.leidos[fila.id] = fila.plantilla, json.loads(mail.cipher().decrypt(fila.datos.encode()))
        recibos = Counter(datos["transaccion"] for nombre, datos in self.leidos.values() if nombre == "pago_recibido")
        assert set(recibos.values()) <= {1}
        pagadas, vueltas = ({fila.transaccion for fila in libro if fila.tipo == tipo} for tipo in ("pago", "reverso"))
        assert pagadas - vueltas <= set(recibos) <= pagadas
        devueltos = Counter(datos["referencia"] for nombre, datos in self.leidos.values() if nombre == "pago_reversado")
        debidos = Counter(
            intentos[id_].referencia for id_ in {f.transaccion: f.intento_id for f in libro if f.tipo == "reverso"}.values()
        )
        assert devueltos == debidos
        alarmas = {datos["referencia"] for nombre, datos in self.leidos.values() if nombre == "pago_alarma"}
        assert {intento.referencia for intento in intentos.values() if intento.revisar} <= alarmas
        assert {intentos[fila.intento_id].referencia for fila in libro if fila.saldo} <= alarmas

    def teardown(self):
        """With the gateway there, one round brings all that it has been asked about or has told of; another one, nothing."""
        if not self.gw.transacciones:
            return
        self.gw.caida = self.gw.olvidada = False
        sabidas = {intento.referencia for intento in Intento.select() if intento.proximo}
        rendidos = {fila.cuerpo for fila in AvisoRecibido.select() if fila.resultado == avisos.NO_CONFIRMA}
        contadas = {id_ for id_, body in self.honestos if body.decode() not in rendidos}
        self.ronda_de_todo()
        self.se_cumple()
        por_referencia = {intento.referencia: intento for intento in Intento.select()}
        escritas = {fila.transaccion for fila in Movimiento.select()}
        for una in self.gw.transacciones.values():
            if una.estado == "aprobada" and not diferente(una, por_referencia[una.referencia]):
                assert una.id in escritas or not (una.referencia in sabidas or una.id in contadas)
        self.ronda_de_todo()
        assert {fila.transaccion for fila in Movimiento.select()} == escritas
        self.se_cumple()


def diferente(una, intento):
    return (una.valor, una.moneda, una.comercio, una.pruebas) != (intento.valor, "COP", intento.comercio, bool(intento.pruebas))


class Olvidadiza(PasarelaDePrueba):
    """One that may answer, for a while, that it knows nothing."""

    olvidada = False

    def consultar(self, referencia):
        return [] if (found := super().consultar(referencia)) and self.olvidada else found


def test_whatever_happens_it_holds(app, monkeypatch):
    gateway = Olvidadiza()
    monkeypatch.setattr(ronda, "de_nombre", lambda settings, nombre: gateway)
    maquina = type("Portal", (Portal,), {"app": app, "gw": gateway})
    run_state_machine_as_test(
        maquina,
        settings=settings(
            max_examples=EJEMPLOS,
            stateful_step_count=40,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
