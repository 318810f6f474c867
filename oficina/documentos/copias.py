"""Which document of a bill is for whom: the page and what is made beforehand ask here, so that both mean the same one."""

from ..formats import hoy
from ..models import Factura, UltimaFactura
from .factura import html_de


def documento_de(factura: Factura, limitada: bool) -> str:
    """The document of a bill that has its predio; ``limitada`` for the account of a code with another holder."""
    # What was delivered of the holder is of the new one, and what the former one sees as the latest bill may not be it.
    return html_de(factura, con_titular=not limitada, impedimento=impedimento(factura, limitada))


def impedimento(factura: Factura, limitada: bool) -> str | None:
    """Why a bank would not take the printed value today (see IMPEDIMENTOS), None where it would, or there is none to pay.

    It may depend on what was delivered, the ledger of the code, the state of its open attempt, and the day, and on nothing
    else: the shortcut remembers a document by these (see models.cuenta.Vista).
    """
    if factura.total <= 0:
        return None
    if limitada:
        return "otro titular"
    ultima = UltimaFactura.de(factura.codigo)
    if ultima.numero != factura.numero:
        return "reemplazada"
    if ultima.por_pagar == 0:
        return "pagada"
    if ultima.abierto in ("pendiente", "revision"):
        return "en curso"
    if ultima.abonado < 0:
        return "devuelto"
    if ultima.abonado:
        return "abonada"
    return "vencida" if hoy() > factura.vence else None
