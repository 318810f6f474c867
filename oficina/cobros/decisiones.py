"""What persons said of an attempt: it is in the audit trail alone."""

from ..models import Bitacora, Intento

DECISIONES = ("pago_revisado", "pago_rechazado")


def historia(intento: Intento):
    """What the audit trail has of an attempt, oldest first, as a query."""
    suya = Bitacora.cuenta_id.is_null() if intento.cuenta_id is None else Bitacora.cuenta_id == intento.cuenta_id
    about = (Bitacora.detalle == intento.referencia) | Bitacora.detalle.startswith(f"{intento.referencia} ")
    return Bitacora.select().where(suya & (Bitacora.momento >= intento.creado) & about).order_by(Bitacora.id)


def decidido(intento: Intento) -> bool:
    """Whether a person has dealt with what the gateway says otherwise of it: said again, it is nothing new."""
    by_person = Bitacora.evento.in_(DECISIONES) & (Bitacora.actor != "pasarela")
    return intento.revisar is None and historia(intento).where(by_person).exists()
