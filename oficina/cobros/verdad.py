"""What the gateway answered becomes the state of an attempt and rows of the ledger: once, whatever comes before or again."""

from typing import Any

from peewee import IntegrityError, fn

from .. import audit
from ..db import is_sqlite, transactional, utcnow, write
from ..formats import local
from ..models import Factura, Intento, IntentoFactura, Movimiento, Pago, PagoAbierto, UltimaFactura
from ..models.intento import OCUPAN, SIN_PAGO
from ..pasarelas.base import Pasarela, Transaccion
from . import correos, plazos
from .decisiones import decidido

COP = "COP"
# What an attempt may become. Nothing leads back from money: an approved payment can only be given back.
PASOS = {
    "creado": {"pendiente", "aprobado", "rechazado", "vencido", "revision", "reversado"},
    "pendiente": {"aprobado", "rechazado", "vencido", "revision", "reversado"},
    "rechazado": {"pendiente", "aprobado", "revision", "reversado"},
    "vencido": {"pendiente", "rechazado", "aprobado", "revision", "reversado"},
    "cancelado": {"pendiente", "rechazado", "aprobado", "revision", "reversado"},
    "revision": {"pendiente", "vencido", "aprobado", "reversado"},
    "aprobado": {"reversado"},
    "reversado": {"aprobado"},
}
# From what counts most to what counts least, among several transactions of one reference.
LLEVAN_A = {
    "aprobada": "aprobado",
    "reversada": "reversado",
    "pendiente": "pendiente",
    "vencida": "vencido",
    "rechazada": "rechazado",
    "error": "rechazado",
}
CON_DINERO = ("aprobada", "reversada")
# Of these, one that is not ours as it was begun is for a person to look at.
DE_VERAS = (*CON_DINERO, "pendiente")

# Why a person must look (docs/pagos.md says what they do), besides ``diferencia`` and what the notices add.
OTRA_VEZ = "La pasarela da por aprobado otra vez un pago que había devuelto."
SALDO = "Se pagó más de lo que se debía: queda un saldo a favor del cliente."
SE_DEBE = "La pasarela devolvió el pago: la factura se debe de nuevo."
SOBRABA = "La pasarela devolvió un pago que sobraba."


@transactional
def aplicar(pasarela: Pasarela, intento_id: int, transacciones: list[Transaccion]) -> Intento:
    """Bring an attempt to what the gateway says of its reference now; the attempt as it is afterwards.

    The same answer changes nothing a second time. What is not of this attempt as it was begun (another account,
    environment, amount or currency) moves no money and is left to a person, unless one has dealt with it already.
    """
    intento = bloquear(intento_id)
    propias: list[Transaccion] = []
    motivo = None
    for one in transacciones:
        why = diferencia(pasarela, intento, one)
        if why is None:
            propias.append(one)
        elif one.estado in DE_VERAS:
            motivo = why
    if motivo and decidido(intento):
        motivo = None
    nuevas = [abonar(intento, one) for one in propias if one.estado in CON_DINERO]
    for one in propias:
        if one.estado == "reversada":
            devolver(intento, one)
    new = motivo is not None and revisar(intento, motivo)
    decisiva = min(propias, key=lambda one: list(LLEVAN_A).index(one.estado), default=None)
    if decisiva and (decisiva.estado in CON_DINERO or not motivo):
        mover(intento, LLEVAN_A[decisiva.estado], decisiva, any(nuevas))
    elif new:
        mover(intento, "revision")
    return intento


def bloquear(intento_id: int) -> Intento:
    """The attempt, which nobody else changes until the transaction ends, nor another attempt for the same codes.

    On SQLite the transaction that writes is alone anyhow. These are the first reads: what is read later is of after.
    """
    if is_sqlite():
        return Intento.get_by_id(intento_id)
    codes = IntentoFactura.select(IntentoFactura.codigo).where(IntentoFactura.intento == intento_id).for_update()
    names = sorted(row.codigo for row in codes)
    list(IntentoFactura.select().where(IntentoFactura.codigo.in_(names)).order_by(IntentoFactura.codigo).for_update())
    return Intento.select().where(Intento.id == intento_id).for_update().get()


def diferencia(pasarela: Pasarela, intento: Intento, dicho: Any) -> str | None:
    """Why what was told (a Transaccion, or an Aviso) is not of this attempt as it was begun, None where it is."""
    pairs = (
        ("la referencia", dicho.referencia, intento.referencia),
        ("la cuenta en la pasarela", dicho.comercio, intento.comercio),
        ("el ambiente (pruebas o real)", bool(dicho.pruebas), bool(intento.pruebas)),
        ("la moneda", dicho.moneda, COP),
        ("el valor", dicho.valor, intento.valor),
    )
    different = [name for name, told, ours in pairs if told != ours]
    return f"{pasarela.titulo} dice otra cosa que este intento: {', '.join(different)}." if different else None


def abonar(intento: Intento, transaccion: Transaccion) -> bool:
    """Write an approved transaction into the ledger, one row by code; False where it is there already."""
    if rows := list(movimientos(intento, transaccion)):
        if transaccion.estado == "aprobada" and any(row.tipo == "reverso" for row in rows) and not decidido(intento):
            revisar(intento, OTRA_VEZ)
        return False
    for linea in intento.facturas():
        entregado = ya_entregado(intento, transaccion, linea.codigo)
        owed = debido(linea.codigo, entregado.valor if entregado else 0)
        bill = Factura.get_or_none(Factura.numero == linea.factura)
        what = {"codigo": linea.codigo, "factura": linea.factura, "referencia": bill and bill.referencia}
        what |= {"valor": linea.valor, "saldo": max(linea.valor - owed, 0), "pago": entregado and entregado.id}
        anotar(intento, transaccion, tipo="pago", **what)
    intento.tardio = int(bool(intento.tardio) or intento.estado in SIN_PAGO)
    extra = sum(row.saldo for row in movimientos(intento, transaccion))
    if transaccion.estado == "aprobada":
        correos.recibido(intento, transaccion, extra)
    if extra:
        revisar(intento, SALDO)
    audit.record("pago_aprobado", intento.cuenta_id, actor="pasarela", detalle=f"{intento.referencia} {transaccion.id}")
    return True


def devolver(intento: Intento, transaccion: Transaccion) -> None:
    """Write a transaction that was given back into the ledger, once: the same rows, negative."""
    rows = list(movimientos(intento, transaccion))
    if any(row.tipo == "reverso" for row in rows):
        return
    for row in rows:
        what = {"codigo": row.codigo, "factura": row.factura, "referencia": row.referencia}
        anotar(intento, transaccion, tipo="reverso", valor=-row.valor, saldo=-row.saldo, **what)
    correos.reversado(intento)
    revisar(intento, SE_DEBE if any(row.valor > row.saldo for row in rows) else SOBRABA)
    audit.record("pago_reversado", intento.cuenta_id, actor="pasarela", detalle=f"{intento.referencia} {transaccion.id}")


def debido(codigo: str, entregado: int) -> int:
    """What is owed of the latest bill of a code, but for ``entregado``, which a delivery brought of what is to be written.

    Of other payments of ours that a delivery brought, what was a credit then is none of the bill's: it stays one.
    """
    factura = UltimaFactura.de(codigo)
    if factura is None:
        return 0
    of_bill = (Movimiento.codigo == codigo) & (Movimiento.factura == factura.numero) & Movimiento.pago.in_(Pago.select(Pago.id))
    credit = Movimiento.select(fn.COALESCE(fn.SUM(Movimiento.saldo), 0)).where(of_bill).scalar()
    return max(factura.total - factura.abonado + int(credit) + entregado, 0)


def ya_entregado(intento: Intento, transaccion: Transaccion, codigo: str) -> Pago | None:
    """This payment, where a delivery brought it before the gateway told of it (see entregas.en_linea)."""
    told = Pago.referencia_pasarela.in_([intento.referencia, transaccion.id[:60]])
    free = Pago.id.not_in(Movimiento.select(Movimiento.pago).where(Movimiento.pago.is_null(False)))
    return Pago.select().where((Pago.predio == codigo) & told & (Pago.valor > 0) & free).order_by(Pago.fecha, Pago.id).first()


def movimientos(intento: Intento, transaccion: Transaccion):
    return Movimiento.select().where((Movimiento.intento == intento.id) & (Movimiento.transaccion == transaccion.id[:60]))


def anotar(intento: Intento, transaccion: Transaccion, **what: Any) -> None:
    now = utcnow()
    which = {"intento": intento.id, "transaccion": transaccion.id[:60]}
    Movimiento.create(**which, fecha=local(now).date(), momento=now, **dicho(transaccion), **what)


def mover(intento: Intento, estado: str, transaccion: Transaccion | None = None, con_dinero: bool = True) -> None:
    """Bring it to a state, if that may follow, and keep what the gateway told; its codes are free once it has ended."""
    before = intento.estado
    if estado not in PASOS[before] or (before == "reversado" and not con_dinero):
        return
    if estado in OCUPAN and not reabrir(intento) and estado == "pendiente":
        return
    intento.estado, intento.cambiado = estado, utcnow()
    if transaccion:
        contar(intento, transaccion)
    intento.proximo = plazos.proximo(intento)
    intento.save()
    if estado not in OCUPAN:
        PagoAbierto.delete().where(PagoAbierto.intento == intento.id).execute()
    if before in ("pendiente", "revision") and estado in SIN_PAGO:  # its customer may have gone already
        correos.no_hecho(intento)
    if estado != "aprobado":
        audit.record(f"pago_{estado}", intento.cuenta_id, actor="pasarela", detalle=intento.referencia)


def contar(intento: Intento, transaccion: Transaccion) -> None:
    """What the gateway told of the transaction that counts."""
    intento.transaccion, intento.motivo = transaccion.id[:60], transaccion.motivo[:200]
    for name, value in dicho(transaccion).items():
        setattr(intento, name, value)


def dicho(transaccion: Transaccion) -> dict[str, Any]:
    """What an attempt and a row of the ledger keep of a transaction, as long as there is room for it."""
    texts = {"medio": transaccion.medio[:40], "banco": transaccion.banco[:80], "cus": transaccion.cus[:40]}
    return {**texts, "autorizacion": transaccion.autorizacion[:40], "pagado": transaccion.fecha}


def reabrir(intento: Intento) -> bool:
    """Take its codes again, if it had ended; False where another attempt took one of them meanwhile."""
    codes = [linea.codigo for linea in intento.facturas()]
    taken = PagoAbierto.de_codigos(codes)
    if any(other.id != intento.id for other in taken.values()):
        return False
    try:
        with write():
            for codigo in sorted(set(codes) - set(taken)):
                PagoAbierto.create(codigo=codigo, intento=intento.id)
    except IntegrityError:  # at this very moment
        return False
    return True


def revisar(intento: Intento, motivo: str) -> bool:
    """Leave it to a person, who is told by mail once for each reason; False where they know it already."""
    if intento.revisar == motivo:
        return False
    intento.revisar = motivo[:200]
    intento.save(only=[Intento.revisar])
    correos.alarma(intento, motivo)
    return True


@transactional
def vencer(intento_id: int) -> None:
    """End an attempt that the gateway said nothing of, or nothing final, for as long as it may. A late approval counts."""
    intento = bloquear(intento_id)
    if plazos.vencido(intento):
        intento.motivo = None  # of its waiting: it was not refused
        mover(intento, "vencido")


@transactional
def cerrar_revision(intento_id: int, quien: str) -> bool:
    """A person found that no money came by an attempt that was left to them; False where it is not such a one."""
    intento = bloquear(intento_id)
    if intento.estado != "revision":
        return False
    intento.estado, intento.cambiado, intento.proximo = "rechazado", utcnow(), None
    intento.revisar = intento.motivo = None
    intento.save()
    PagoAbierto.delete().where(PagoAbierto.intento == intento.id).execute()
    correos.no_hecho(intento, revisado=True)
    audit.record("pago_rechazado", intento.cuenta_id, actor=quien, detalle=intento.referencia)
    return True
