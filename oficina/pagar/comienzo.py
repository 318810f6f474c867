"""Beginning to pay: what the customer chose and saw, against what is owed now."""

from collections.abc import Collection

from flask_login import current_user

from .. import cobros
from ..models import Intento, PagoAbierto
from ..pasarelas import Pasarela
from .oferta import Oferta

ELIJA = "Elija al menos una factura que se pueda pagar."
CAMBIO = "Lo que se debe cambió mientras usted miraba esta página. Revise el valor antes de pagar."
OTRA_ELECCION = "Cambió lo marcado: revise el total y oprima otra vez."


class RevisarError(Exception):
    """The page has to be shown again; the message says why."""


def comenzar(pasarela: Pasarela, oferta: Oferta, sumados: Collection[str], total: int | None, de_nuevo: bool) -> Intento:
    """Begin to pay what was asked for; the sum that the customer saw was of the codes ``sumados``: ``total`` centavos.

    ``de_nuevo`` first gives up what was begun for the same codes and the gateway knows nothing of.
    Raises RevisarError, YaAbiertoError.
    """
    asked = [opcion for opcion in oferta.opciones if opcion.pedida]
    bills = {opcion.codigo.codigo: opcion.factura.numero for opcion in asked if opcion.debe}
    if not bills:
        raise RevisarError(ELIJA)
    if {opcion.codigo.codigo for opcion in asked} != set(sumados):
        raise RevisarError(OTRA_ELECCION)
    if total != sum(opcion.factura.por_pagar for opcion in asked if opcion.debe):
        raise RevisarError(CAMBIO)
    if de_nuevo:
        for abierto in PagoAbierto.de_codigos(list(bills)).values():
            cobros.cancelar(abierto, current_user)
    try:
        return cobros.iniciar(pasarela, bills, total, cuenta=current_user, correo=current_user.correo)
    except (cobros.CambioError, cobros.NadaPorPagarError):
        raise RevisarError(CAMBIO) from None
