"""The mails about a payment; each is queued in the transaction of what it tells."""

from flask import current_app

from .. import mail
from ..models import Intento
from ..pasarelas.base import Transaccion


def recibido(intento: Intento, transaccion: Transaccion, saldo: int) -> None:
    """The receipt of a payment that was approved; ``saldo`` centavos of it were not owed."""
    escribir("pago_recibido", intento, transaccion=transaccion.id, banco=transaccion.banco, cus=transaccion.cus, saldo=saldo)


def no_hecho(intento: Intento) -> None:
    """A payment that was waiting for the bank came to nothing."""
    escribir("pago_no_hecho", intento, motivo=intento.motivo)


def reversado(intento: Intento) -> None:
    escribir("pago_reversado", intento)


def escribir(plantilla: str, intento: Intento, **datos) -> None:
    if intento.correo:
        bills = [[linea.codigo, linea.factura, linea.valor] for linea in intento.facturas()]
        told = {"referencia": intento.referencia, "valor": intento.valor, "facturas": bills, "publico": intento.publico}
        mail.queue(plantilla, intento.correo, **told, con_cuenta=intento.cuenta_id is not None, **datos)


def alarma(intento: Intento, motivo: str) -> None:
    """To the treasury of the utility: what a person has to look at."""
    to = current_app.config["PAGO_ALARMAS"] or current_app.config["SISTEMAS_CORREO"]
    mail.queue("pago_alarma", to, referencia=intento.referencia, valor=intento.valor, motivo=motivo)
