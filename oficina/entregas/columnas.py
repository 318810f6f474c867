"""The files of a delivery, as one declarative table: columns, types, lengths, keys. docs/entregas.md says the same.

The columns of a file stand in the order of the table of the database, with the same names.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..models.factura import LECTURAS, SERVICIOS
from ..models.mandamiento import ESTADOS as ESTADOS_MANDAMIENTO
from ..models.pago import CANALES
from ..models.predio import ESTADOS, USOS
from .valores import Lector, clave, codigo, decimal, dia, entero, mes, opcion, texto

dinero = decimal(12, 2)  # pesos in, centavos out
dinero_positivo = decimal(12, 2, negativo=False)
volumen = decimal(11, 3, negativo=False)  # m³ in, litres out
# The same quantities and tariffs come again and again.
cantidad = lru_cache(16384)(decimal(11, 3))  # thousandths out
tarifa = lru_cache(16384)(decimal(10, 4))  # pesos in, ten-thousandths out


@dataclass(frozen=True, slots=True)
class Columna:
    """``defecto`` is what an empty or absent value becomes; an ``obligatoria`` one may be neither."""

    nombre: str
    leer: Lector
    obligatoria: bool = False
    defecto: Any = None

    @property
    def es_dia(self) -> bool:
        return self.leer is dia


@dataclass(frozen=True)
class Archivo:
    """A file: its table, its key, and the columns of money that its sum adds up."""

    nombre: str
    tabla: str
    clave: tuple[str, ...]
    dinero: tuple[str, ...]
    columnas: tuple[Columna, ...]

    @property
    def nombres(self) -> tuple[str, ...]:
        return tuple(columna.nombre for columna in self.columnas)

    def posicion(self, nombre: str) -> int:
        """Where a column stands in a row."""
        return self.nombres.index(nombre)


PREDIOS = Archivo(
    "predios",
    "predio",
    clave=("codigo",),
    dinero=(),
    columnas=(
        Columna("codigo", codigo, obligatoria=True),
        Columna("nombre", texto(120), obligatoria=True),
        Columna("documento_tipo", texto(5)),
        Columna("documento", texto(20)),
        Columna("direccion", texto(160), obligatoria=True),
        Columna("barrio", texto(80)),
        Columna("municipio", texto(60)),
        Columna("telefono", texto(30)),
        Columna("correo", texto(254)),
        Columna("uso", opcion(USOS), obligatoria=True),
        Columna("estrato", entero(1, 6)),
        Columna("ciclo", texto(10)),
        Columna("ruta", texto(30)),
        Columna("medidor", texto(30)),
        Columna("estado", opcion(ESTADOS), defecto="activo"),
    ),
)

FACTURAS = Archivo(
    "facturas",
    "factura",
    clave=("numero",),
    dinero=("total",),
    columnas=(
        Columna("numero", clave(30), obligatoria=True),
        Columna("codigo", codigo, obligatoria=True),
        Columna("periodo", mes, obligatoria=True),
        Columna("desde", dia),
        Columna("hasta", dia),
        Columna("expedida", dia, obligatoria=True),
        Columna("vence", dia, obligatoria=True),
        Columna("suspension", dia),
        Columna("lectura_anterior", volumen),
        Columna("lectura_actual", volumen),
        Columna("consumo", volumen),
        Columna("lectura_tipo", opcion(LECTURAS)),
        Columna("saldo_anterior", dinero, defecto=0),
        Columna("facturas_vencidas", entero(0, 9999), defecto=0),
        Columna("intereses", dinero, defecto=0),
        Columna("total", dinero, obligatoria=True),
        Columna("referencia", clave(48)),
        Columna("cude", clave(96)),
    ),
)

CONCEPTOS = Archivo(
    "conceptos",
    "concepto",
    clave=("numero", "orden"),
    dinero=("valor",),
    columnas=(
        Columna("numero", clave(30), obligatoria=True),
        Columna("orden", entero(1, 9999)),
        Columna("servicio", opcion(SERVICIOS), obligatoria=True),
        Columna("concepto", texto(120), obligatoria=True),
        Columna("cantidad", cantidad),
        Columna("unidad", texto(12)),
        Columna("tarifa", tarifa),
        Columna("valor", dinero, obligatoria=True),
    ),
)

PAGOS = Archivo(
    "pagos",
    "pago",
    clave=("id",),
    dinero=("valor",),
    columnas=(
        Columna("id", clave(40), obligatoria=True),
        Columna("codigo", codigo, obligatoria=True),
        Columna("factura", clave(30)),
        Columna("fecha", dia, obligatoria=True),
        Columna("valor", dinero, obligatoria=True),
        Columna("canal", opcion(CANALES)),
        Columna("entidad", texto(60)),
        Columna("referencia_pasarela", clave(60)),
    ),
)

MANDAMIENTOS = Archivo(
    "mandamientos",
    "mandamiento",
    clave=("proceso",),
    dinero=("capital", "intereses", "costas"),
    columnas=(
        Columna("proceso", clave(30), obligatoria=True),
        Columna("codigo", codigo, obligatoria=True),
        Columna("mandamiento", texto(40)),
        Columna("fecha", dia, obligatoria=True),
        Columna("estado", opcion(ESTADOS_MANDAMIENTO), obligatoria=True),
        Columna("notificado", dia),
        Columna("limite", dia),
        Columna("capital", dinero_positivo, obligatoria=True),
        Columna("intereses", dinero_positivo, defecto=0),
        Columna("costas", dinero_positivo, defecto=0),
        Columna("corte", dia, obligatoria=True),
        Columna("facturas", texto(2000)),
        Columna("medidas", texto(1000)),
        Columna("contacto", texto(300)),
    ),
)

# In the order of reading and publishing: what is referred to comes first.
ARCHIVOS = (PREDIOS, FACTURAS, CONCEPTOS, PAGOS, MANDAMIENTOS)
