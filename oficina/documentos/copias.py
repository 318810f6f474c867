"""Which document of a bill is for whom: the page and what is made beforehand ask here, so that both mean the same one."""

from ..models import Factura
from .factura import html_de


def documento_de(factura: Factura, limitada: bool) -> str:
    """The document of a bill that has its predio; ``limitada`` for the account of a code with another holder."""
    # The name that was delivered is that of the new holder.
    return html_de(factura, con_titular=not limitada)
