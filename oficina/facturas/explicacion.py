"""What the pages of a bill tell beside its figures: its parts, why it changed, and the consumption of the latest periods."""

from dataclasses import dataclass

from ..documentos.factura import Servicio, servicios_de
from ..models.factura import Factura, FacturaAnterior, Linea
from . import cambio, composicion, consumo

# The chart, and the same month of last year.
HISTORIA = consumo.PERIODOS + 1


@dataclass(frozen=True, slots=True)
class Explicacion:
    """A bill explained. ``anterior`` is None for the first one, which has nothing to be compared with."""

    actual: FacturaAnterior
    anterior: FacturaAnterior | None
    lineas: list[Linea]
    partes: list[composicion.Parte]
    motivos: list[cambio.Motivo]
    nota: str | None
    barras: list[consumo.Barra]
    comparacion: str | None

    @property
    def diferencia(self) -> cambio.Motivo:
        """The whole difference from the previous bill, worded as each reason is."""
        return cambio.Motivo("", self.actual.total - self.anterior.total if self.anterior else 0)

    @property
    def servicios(self) -> list[Servicio]:
        """Its lines by service."""
        return servicios_de(self.lineas)


def explicar(cuenta_id: int, codigo: str, factura: Factura | None = None) -> Explicacion:
    """The latest bill that an account may see of its code, or ``factura`` of it; two queries. There must be one."""
    historia = FacturaAnterior.de_codigo(cuenta_id, codigo, HISTORIA, factura)
    datos, anterior = historia[0], historia[1] if len(historia) > 1 else None
    lineas, previas = Linea.de_facturas(datos.numero, anterior.numero if anterior else datos.numero)
    actual = cambio.ConLineas.con(datos, lineas)
    antes = cambio.ConLineas.con(anterior, previas) if anterior else None
    return Explicacion(
        datos,
        anterior,
        lineas,
        composicion.partes(lineas, actual.sumas),
        cambio.motivos(actual, antes) if antes else [],
        cambio.nota(actual, antes) if antes else None,
        consumo.barras(historia),
        consumo.comparacion(historia),
    )
