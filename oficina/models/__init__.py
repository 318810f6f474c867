"""One noun a file. Published: Predio, Factura, Concepto, Pago, Recaudo, Mandamiento, Entrega. Own: the others."""

from .asociacion import Asociacion, CodigoAsociado
from .aviso import AvisoRecibido
from .bitacora import Bitacora
from .cambio_correo import CambioCorreo
from .clave_temporal import ClaveTemporal
from .correo import Correo
from .cuenta import Cuenta
from .entrega import Entrega
from .esquema import Esquema
from .factura import Concepto, Factura, UltimaFactura
from .factura_avisada import FacturaAvisada
from .intento import Intento, IntentoFactura, PagoAbierto
from .limite import CaptchaUsado, Espera, Limite
from .mandamiento import Mandamiento
from .movimiento import EnProceso, Movimiento
from .pago import Pago, UltimoPago
from .predio import Predio
from .recaudo import Recaudo
from .reemplazo import Reemplazo
from .sesion import Sesion
from .version import SIN_BAJA, version

# Views of what is published, and the tables behind them.
VIEWS = (Predio, Factura, Concepto, Pago, Recaudo, Mandamiento)
PredioVersion = version(Predio, ("codigo",))
FacturaVersion = version(Factura, ("numero",), (("codigo", "expedida", "numero"), ("referencia",)))
ConceptoVersion = version(Concepto, ("numero", "orden"))
PagoVersion = version(Pago, ("id",), (("codigo", "fecha", "id"),))
RecaudoVersion = version(Recaudo, ("id",), (("pago", "id"),))
MandamientoVersion = version(Mandamiento, ("proceso",), (("codigo", "fecha"),))

TABLES = (
    *(Esquema, Entrega, Reemplazo),
    *(PredioVersion, FacturaVersion, ConceptoVersion, PagoVersion, RecaudoVersion, MandamientoVersion),
    *(Cuenta, Asociacion, Sesion, ClaveTemporal, CambioCorreo, Correo, Bitacora, Limite, Espera, CaptchaUsado),
    *(Intento, IntentoFactura, PagoAbierto, Movimiento, AvisoRecibido, FacturaAvisada),
)

__all__ = [
    "SIN_BAJA",
    "TABLES",
    "VIEWS",
    "Asociacion",
    "AvisoRecibido",
    "Bitacora",
    "CambioCorreo",
    "CaptchaUsado",
    "ClaveTemporal",
    "CodigoAsociado",
    "Concepto",
    "ConceptoVersion",
    "Correo",
    "Cuenta",
    "EnProceso",
    "Entrega",
    "Espera",
    "Esquema",
    "Factura",
    "FacturaAvisada",
    "FacturaVersion",
    "Intento",
    "IntentoFactura",
    "Limite",
    "Mandamiento",
    "MandamientoVersion",
    "Movimiento",
    "Pago",
    "PagoAbierto",
    "PagoVersion",
    "Predio",
    "PredioVersion",
    "Recaudo",
    "RecaudoVersion",
    "Reemplazo",
    "Sesion",
    "UltimaFactura",
    "UltimoPago",
]
