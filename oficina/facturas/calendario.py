"""The due date: how far it is, and as an entry for a calendar (RFC 5545)."""

from datetime import UTC, date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from ..formats import NBSP, periodo, pesos
from ..models import Factura

# Two days before at nine: a whole day begins at midnight, wherever the calendar is.
AVISO = -timedelta(days=1, hours=15)


def plazo(vence: date, hoy: date) -> str:
    """``Faltan 9 días``, ``Vence hoy`` or ``Venció hace 3 días``."""
    days = (vence - hoy).days
    near = {1: "Vence mañana", 0: "Vence hoy", -1: "Venció ayer"}
    return near.get(days) or (f"Faltan {days} días" if days > 0 else f"Venció hace {-days} días")


def vencimiento(factura: Factura, host: str, url: str) -> bytes:
    """A calendar of one entry, the day a bill is due; the same bill gives the same bytes, and replaces its own entry."""
    value = pesos(factura.total).replace(NBSP, " ")
    month = periodo(factura.periodo)
    text = f"Factura {factura.numero} de {month}\nValor: {value}\nReferencia de pago: {factura.referencia}\n{url}"
    event = Event()
    event.add("uid", f"vence-{factura.numero}@{host}")
    event.add("dtstamp", datetime.combine(factura.expedida, time(), UTC))
    event.add("dtstart", factura.vence)
    event.add("dtend", factura.vence + timedelta(days=1))
    event.add("summary", f"Vence la factura de agua de {month}: {value}")
    event.add("description", text)
    event.add("url", url)
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"Pasado mañana vence la factura de agua: {value}")
    alarm.add("trigger", AVISO)
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Oficina Virtual//Facturas//ES")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return calendar.to_ical()
