"""One noun a file. Published: Predio, Factura, Concepto, Pago, Mandamiento, Entrega. Own: the others."""

from .asociacion import Asociacion, CodigoAsociado
from .bitacora import Bitacora
from .cambio_correo import CambioCorreo
from .clave_temporal import ClaveTemporal
from .correo import Correo
from .cuenta import Cuenta
from .entrega import Entrega
from .esquema import Esquema
from .factura import Concepto, Factura, UltimaFactura
from .limite import CaptchaUsado, Espera, Limite
from .mandamiento import Mandamiento
from .pago import Pago, UltimoPago
from .predio import Predio
from .sesion import Sesion

TABLES = (
    *(Esquema, Entrega, Predio, Factura, Concepto, Pago, Mandamiento),
    *(Cuenta, Asociacion, Sesion, ClaveTemporal, CambioCorreo, Correo, Bitacora, Limite, Espera, CaptchaUsado),
)

__all__ = [
    "TABLES",
    "Asociacion",
    "Bitacora",
    "CambioCorreo",
    "CaptchaUsado",
    "ClaveTemporal",
    "CodigoAsociado",
    "Concepto",
    "Correo",
    "Cuenta",
    "Entrega",
    "Espera",
    "Esquema",
    "Factura",
    "Limite",
    "Mandamiento",
    "Pago",
    "Predio",
    "Sesion",
    "UltimaFactura",
    "UltimoPago",
]
