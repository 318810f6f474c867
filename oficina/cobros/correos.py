"""The mails about a payment; each is queued in the transaction of what it tells."""

from datetime import datetime

from flask import current_app

from .. import mail
from ..db import utcnow
from ..formats import instante
from ..models import Intento, Movimiento
from ..pasarelas.base import Transaccion


def recibido(intento: Intento, transaccion: Transaccion, saldo: int) -> None:
    """The receipt of a payment that was approved; ``saldo`` centavos of it were not owed."""
    told = {"transaccion": transaccion.id, "banco": transaccion.banco, "cus": transaccion.cus, "saldo": saldo}
    escribir("pago_recibido", intento, transaccion.fecha or utcnow(), **told)


def no_hecho(intento: Intento, revisado: bool = False) -> None:
    """A payment that was waiting came to nothing: as its state says, or because a person found no money (``revisado``)."""
    told = {"motivo": intento.motivo, "banco": intento.banco, "cus": intento.cus}
    escribir("pago_no_hecho", intento, intento.creado, porque="revisado" if revisado else intento.estado, **told)


def reversado(intento: Intento) -> None:
    """What was just given back, as the ledger has it; not all of it need have been owed."""
    rows = Movimiento.select().where(Movimiento.intento == intento.id).order_by(Movimiento.id)
    last = [row for row in rows if row.tipo == "reverso"][-1].transaccion
    pago, *_ = given = [row for row in rows if row.transaccion == last and row.tipo == "pago"]
    debe = sum(row.valor - row.saldo for row in given)
    told = {"transaccion": pago.transaccion, "banco": pago.banco, "cus": pago.cus, "debe": debe}
    escribir("pago_reversado", intento, pago.pagado or pago.momento, **told)


def escribir(plantilla: str, intento: Intento, fecha: datetime, **datos) -> None:
    """To whoever pays, of a payment of the instant ``fecha`` (UTC); to nobody where no address is known."""
    if intento.correo:
        bills = [[linea.codigo, linea.factura, linea.valor] for linea in intento.facturas()]
        told = {"referencia": intento.referencia, "valor": intento.valor, "facturas": bills, "fecha": instante(fecha)}
        told |= {"publico": intento.publico, "con_cuenta": intento.cuenta_id is not None, "pruebas": bool(intento.pruebas)}
        mail.queue(plantilla, intento.correo, **told, **datos)


def alarma(intento: Intento, motivo: str) -> None:
    """To the treasury of the utility: what a person has to look at."""
    to = current_app.config["PAGO_ALARMAS"] or current_app.config["SISTEMAS_CORREO"]
    mail.queue("pago_alarma", to, referencia=intento.referencia, valor=intento.valor, motivo=motivo)
