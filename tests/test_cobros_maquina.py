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

EJEMPLOS = int(os.environ.get("EJEMPLOS", "80"))
TOTALES = {"1": 84_350_00, "2": 10_000_05, "3": 2, "4": 84_350_01, "5": 84_349_99, "6": 99_999_999_00}
CUAL = st.integers(0, 30)
AJENAS = [{"valor": 84_350_01}, {"moneda": "USD"}, {"comercio": "512322"}, {"pruebas": False}]
PROPIAS = (Intento, PagoAbierto, Movimiento, AvisoRecibido, Correo, Bitacora)
# What a row of the ledger says never changes, but for the payment of a delivery that is this one.
FIJAS = [field for field in Movimiento._meta.sorted_fields if field.name != "pago"]
# What the gateway answers: the truth, nothing at all, that it knows nothing, or only what was before.
COMO = st.sampled_from(["bien", "bien", "bien", "caida", "olvidada", "atrasada"])
# What follows on what happens there, if anything: its notice is sent, or arrives; a delivery has it before us; a round.
SIGUE = st.sampled_from(["", "avisa", "llega", "entrega", "ronda", "llega ronda", "llega ronda", "entrega llega ronda"])
RATOS = [
    timedelta(seconds=20),
    timedelta(minutes=16),
    timedelta(minutes=40),
    timedelta(days=1),
    timedelta(days=4),
    timedelta(days=9),
]


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
        self.raros = set()  # codes of which more is to be known than what the ledger says, to tell what was owed when
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

    @rule(codigos=st.sets(st.sampled_from("123456"), min_size=1, max_size=2), pestanas=st.integers(1, 2))
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
        waits = avisos.por_atender(intento)
        assert cobros.cancelar(intento) == (intento.estado == "creado" and not waits)

    @precondition(hay_intentos)
    @rule(cual=CUAL)
    def volver(self, cual):
        """The page that the customer comes back to moves nothing, whatever its address says."""
        antes, publico = todo(), self.intento(cual).publico
        self.navegador.pide("GET", f"/pagar/{publico}?transactionState=4&lapTransactionState=APPROVED")
        assert todo() == antes

    # -- the gateway --------------------------------------------------------------------------------------

    @precondition(hay_intentos)
    @rule(
        cual=CUAL,
        estado=st.sampled_from(["aprobada", "pendiente", "aprobada", "rechazada", "error", "vencida"]),
        sigue=SIGUE,
        como=COMO,
    )
    def pagar(self, cual, estado, sigue, como):
        self.seguir(self.gw.paga(self.intento(cual), estado), sigue, como)

    @precondition(hay_intentos)
    @rule(
        cual=CUAL,
        estado=st.sampled_from(["aprobada", "pendiente", "rechazada"]),
        otra=st.sampled_from(AJENAS),
        sigue=SIGUE,
        como=COMO,
    )
    def pagar_otra_cosa(self, cual, estado, otra, sigue, como):
        self.seguir(self.gw.paga(self.intento(cual), estado, **otra), sigue, como)

    @precondition(hay_transacciones)
    @rule(cual=CUAL, estado=st.sampled_from(["aprobada", "aprobada", "rechazada", "vencida"]), sigue=SIGUE, como=COMO)
    def responder(self, cual, estado, sigue, como):
        if una := self.transaccion(cual, "pendiente"):
            self.seguir(self.gw.pasa(una, estado), sigue, como)

    @precondition(hay_transacciones)
    @rule(cual=CUAL, sigue=SIGUE, como=COMO)
    def devolver(self, cual, sigue, como):
        if una := self.transaccion(cual, "aprobada"):
            self.devueltas.add(una.id)
            self.seguir(self.gw.pasa(una, "reversada"), sigue, como)

    def seguir(self, una, sigue, como, **otra):
        aviso = (*aviso_de(una, **otra), una.estado in verdad.CON_DINERO and not otra and una.id)
        if "avisa" in sigue:
            self.bolsa.append(aviso)
        if "llega" in sigue:
            self.recibir(*aviso)
        if "entrega" in sigue and una.estado == "aprobada":
            self.entregar_antes(una)
        if "ronda" in sigue:
            self.ronda(como, True)

    # -- notices --------------------------------------------------------------------------------------------

    @precondition(hay_transacciones)
    @rule(cual=CUAL, copias=st.integers(0, 2), sigue=SIGUE, como=COMO)
    def avisar(self, cual, copias, sigue, como):
        if una := self.transaccion(cual, "aprobada", "rechazada", "vencida", "error", "reversada"):
            self.bolsa += [(*aviso_de(una), una.estado in verdad.CON_DINERO and una.id)] * copias
            self.seguir(una, sigue, como)

    @precondition(hay_transacciones)
    @rule(
        cual=CUAL,
        otra=st.sampled_from([*AJENAS, {"estado": "aprobada"}, {"referencia": "OV000000000000"}, {}]),
        sigue=SIGUE,
        como=COMO,
    )
    def avisar_otra_cosa(self, cual, otra, sigue, como):
        if una := self.transaccion(cual, "aprobada", "pendiente", "rechazada", "reversada"):
            self.seguir(una, sigue, como, **otra)
            if not otra:
                self.recibir(aviso_de(una, estado="aprobada")[0], {"Firma": "0" * 64}, None)

    @precondition(lambda self: self.bolsa)
    @rule(cual=CUAL, perdido=st.sampled_from([False, False, True]))
    def llegar(self, cual, perdido):
        """Any of the notices on their way, or it is lost."""
        aviso = self.bolsa.pop(cual % len(self.bolsa))
        if not perdido:
            self.recibir(*aviso)

    def recibir(self, body, headers, de):
        try:
            cobros.recibir(self.gw, body, headers)
        except FirmaError:
            assert headers["Firma"] == "0" * 64
            return
        self.aceptados[body] += 1
        if de:
            self.honestos.add((de, body))

    # -- the worker, and time ---------------------------------------------------------------------------------

    @rule(como=COMO, todo=st.booleans())
    def ronda(self, como, todo):
        """Of what is due, or as if all that waits were."""
        self.gw.caida, self.gw.memoria = como == "caida", como
        for tabla in (Intento, AvisoRecibido) if todo else ():
            tabla.update(proximo=db.utcnow()).where(tabla.proximo.is_null(False)).execute()
        cobros.pasada(self.app.config)
        self.gw.caida, self.gw.memoria = False, "bien"

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

    def entregar_antes(self, una):
        """A delivery brings a payment that the gateway has not told us of."""
        intento = Intento.get(Intento.referencia == una.referencia)
        if diferente(una, intento) or Movimiento.select().where(Movimiento.transaccion == una.id).exists():
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
            self.raros.add(Pago.get_by_id(hay[cual % len(hay)]).codigo)
            with db.write():
                PagoVersion.delete().where(PagoVersion.id == hay[cual % len(hay)]).execute()
                reconocer(local(db.utcnow()).date(), 3)

    @rule(codigo=st.sampled_from("123456"), parte=st.sampled_from([2, 1, 3]))
    def pagar_en_la_oficina(self, codigo, parte):
        self.raros.add(codigo)
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
        if intento.estado in OCUPAN:
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
            if codigo not in self.raros and not any(fila.tipo == "reverso" for fila in filas):
                todos = sum(fila.valor for fila in filas) + sum(
                    pago.valor for pago in pagos if pago.codigo == codigo and pago.id not in usados
                )
                assert sum(fila.saldo for fila in filas) in (
                    max(todos - total, 0),
                    max(sum(fila.valor for fila in filas) - total, 0),
                )

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
        sabidas = {intento.referencia for intento in Intento.select() if intento.proximo}
        rendidos = {fila.cuerpo for fila in AvisoRecibido.select() if fila.resultado == avisos.NO_CONFIRMA}
        contadas = {(id_, json.loads(body)["estado"]) for id_, body in self.honestos if body.decode() not in rendidos}
        self.ronda("bien", True)
        self.se_cumple()
        por_referencia = {intento.referencia: intento for intento in Intento.select()}
        escritas = {(fila.transaccion, fila.tipo) for fila in Movimiento.select()}
        for una in self.gw.transacciones.values():
            if una.estado not in verdad.CON_DINERO or diferente(una, por_referencia[una.referencia]):
                continue
            tipo = "pago" if una.estado == "aprobada" else "reverso"
            assert (una.id, tipo) in escritas or not (una.referencia in sabidas or (una.id, una.estado) in contadas)
        self.ronda("bien", True)
        assert {(fila.transaccion, fila.tipo) for fila in Movimiento.select()} == escritas
        self.se_cumple()


def diferente(una, intento):
    return (una.valor, una.moneda, una.comercio, una.pruebas) != (intento.valor, "COP", intento.comercio, bool(intento.pruebas))


class Olvidadiza(PasarelaDePrueba):
    """One that may know nothing for a while, or only what was before."""

    def __init__(self):
        super().__init__()
        self.memoria, self.anterior = "bien", {}

    def pasa(self, transaccion, estado):
        self.anterior[transaccion.id] = transaccion
        return super().pasa(transaccion, estado)

    def consultar(self, referencia):
        found = super().consultar(referencia)
        if self.memoria == "atrasada":
            return [self.anterior.get(una.id, una) for una in found]
        return [] if self.memoria == "olvidada" else found


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
