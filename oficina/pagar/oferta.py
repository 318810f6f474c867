"""Which bills of an account can be paid online now, and which of them it chose."""

from collections.abc import Collection
from dataclasses import dataclass

from werkzeug.exceptions import NotFound

from ..models import CodigoAsociado, Cuenta, Intento, PagoAbierto, UltimaFactura

# Codes on one page, which one payment can hold: what grows with them stays small.
MOST = 50


@dataclass(frozen=True, slots=True)
class Opcion:
    """A code with its latest bill, and the attempt that is open for it."""

    codigo: CodigoAsociado
    factura: UltimaFactura | None
    abierto: Intento | None
    pedida: bool

    @property
    def debe(self) -> bool:
        """Whether its bill is owed, and is the one to pay: of a code with another holder the account may not see it."""
        return self.factura is not None and self.factura.por_pagar > 0

    @property
    def ocupada(self) -> bool:
        """Whether its money may be on its way: then it is not to be paid again."""
        return self.abierto is not None and self.abierto.estado != "creado"

    @property
    def se_puede(self) -> bool:
        return self.debe and not self.ocupada


@dataclass(frozen=True, slots=True)
class Oferta:
    """What is shown to choose from. ``sin_mostrar``: how many codes of the account are left out, for there are too many."""

    opciones: list[Opcion]
    sin_mostrar: int

    @property
    def pagables(self) -> list[Opcion]:
        return [opcion for opcion in self.opciones if opcion.se_puede]

    @property
    def elegidas(self) -> list[Opcion]:
        return [opcion for opcion in self.pagables if opcion.pedida]

    @property
    def total(self) -> int:
        """What the chosen ones cost, in centavos."""
        return sum(opcion.factura.por_pagar for opcion in self.elegidas)  # type: ignore[union-attr]


def ofrecer(cuenta: Cuenta, pedidos: Collection[str] | None) -> Oferta:
    """The codes of an account to choose from; ``pedidos`` are chosen, or the first that can be paid where that is None.

    Raises NotFound for a code that is not of the account. Three queries at most.
    """
    codes = cuenta.codigos()
    asked = set(pedidos or ())
    if not asked <= {one.codigo for one in codes}:
        raise NotFound
    # Those asked for are always among the shown.
    shown = codes if len(codes) <= MOST else sorted(codes, key=lambda one: one.codigo not in asked)[:MOST]
    bills = UltimaFactura.de_codigos([one.codigo for one in shown if not one.limitado])
    pending = PagoAbierto.de_codigos([code for code, bill in bills.items() if bill.abierto])
    if pedidos is None:
        free = (one.codigo for one in shown if Opcion(one, bills.get(one.codigo), pending.get(one.codigo), True).se_puede)
        asked = {next(free, "")}
    options = [Opcion(one, bills.get(one.codigo), pending.get(one.codigo), one.codigo in asked) for one in shown]
    return Oferta(options, len(codes) - len(shown))
