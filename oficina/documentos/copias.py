"""Which document of a bill is for whom: the page and what is made beforehand ask here, so that both mean the same one."""

from ..formats import hoy
from ..models import Factura, UltimaFactura
from .factura import html_de


def documento_de(factura: Factura, limitada: bool) -> str:
    """The document of a bill that has its predio; ``limitada`` for the account of a code with another holder."""
    # The name that was delivered is that of the new holder, and what the former one sees as the latest bill may not be it.
    return html_de(factura, con_titular=not limitada, cobrable=not limitada and cobrable(factura))


def cobrable(factura: Factura) -> bool:
    """Whether a bank takes the printed value today: nothing newer was issued, nothing paid, and it is not overdue."""
    ultima = UltimaFactura.de(factura.codigo)
    return ultima.numero == factura.numero and not ultima.abonado and hoy() <= factura.vence
