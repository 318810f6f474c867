"""The due date: how far it is, and as an entry for a calendar (RFC 5545)."""

from datetime import UTC, date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from ..formats import NBSP, fecha, periodo, pesos
from ..models import Factura

# At nine, two days before or on the day: a whole day begins at midnight, wherever the calendar is.
DIAS = 2
A_TIEMPO, EL_DIA = timedelta(hours=9) - timedelta(days=DIAS), timedelta(hours=9)


def plazo(vence: date, hoy: date) -> str:
    """``Faltan 9 días``, ``Vence hoy`` or ``Venció hace 3 días``."""
    days = (vence - hoy).days
    near = {1: "Vence mañana", 0: "Vence hoy", -1: "Venció ayer"}
    return near.get(days) or (f"Faltan {days} días" if days > 0 else f"Venció hace {-days} días")


def vencimiento(factura: Factura, host: str, url: str, hoy: date) -> bytes:
    """A calendar of one entry, the day a bill is due, which replaces what it gave before; it reminds of what is to come."""
    value = pesos(factura.total).replace(NBSP, " ")
    month, day = periodo(factura.periodo), fecha(factura.vence).rpartition(" de ")[0]
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
    alarm.add("description", f"El {day} vence la factura de agua: {value}")
    alarm.add("trigger", A_TIEMPO if (factura.vence - hoy).days > DIAS else EL_DIA)
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Oficina Virtual//Facturas//ES")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return calendar.to_ical()
