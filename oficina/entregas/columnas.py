"""The files of a delivery, as one declarative table: columns, types, lengths, keys. docs/entregas.md says the same.

The columns of a file stand in the order of the table of the database, with the same names.
"""

from dataclasses import dataclass
from typing import Any

from ..models.factura import LECTURAS, SERVICIOS
from ..models.mandamiento import ESTADOS as ESTADOS_MANDAMIENTO
from ..models.pago import CANALES
from ..models.predio import ESTADOS, USOS
from .valores import Clave, Codigo, Dia, Entero, Mes, Numero, Opcion, Texto, Tipo

DINERO = Numero(12, 2, pesos=True)  # pesos in, centavos out
DINERO_POSITIVO = Numero(12, 2, negativo=False, pesos=True)
VOLUMEN = Numero(11, 3, negativo=False)  # m³ in, litres out
CANTIDAD = Numero(11, 3)  # thousandths out
TARIFA = Numero(10, 4, pesos=True)  # pesos in, ten-thousandths out


@dataclass(frozen=True, slots=True)
class Columna:
    """``defecto`` is what an empty or absent value becomes; an ``obligatoria`` one may be neither."""

    nombre: str
    tipo: Tipo
    obligatoria: bool = False
    defecto: Any = None

    @property
    def es_dia(self) -> bool:
        return isinstance(self.tipo, Dia)


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
        Columna("codigo", Codigo(), obligatoria=True),
        Columna("nombre", Texto(120), obligatoria=True),
        Columna("documento_tipo", Texto(5)),
        Columna("documento", Texto(20)),
        Columna("direccion", Texto(160), obligatoria=True),
        Columna("barrio", Texto(80)),
        Columna("municipio", Texto(60)),
        Columna("telefono", Texto(30)),
        Columna("correo", Texto(254)),
        Columna("uso", Opcion(USOS), obligatoria=True),
        Columna("estrato", Entero(1, 6, cero_es_nada=True)),
        Columna("ciclo", Texto(10)),
        Columna("ruta", Texto(30)),
        Columna("medidor", Texto(30)),
        Columna("estado", Opcion(ESTADOS), defecto="activo"),
    ),
)

FACTURAS = Archivo(
    "facturas",
    "factura",
    clave=("numero",),
    dinero=("total",),
    columnas=(
        Columna("numero", Clave(30), obligatoria=True),
        Columna("codigo", Codigo(), obligatoria=True),
        Columna("periodo", Mes(), obligatoria=True),
        Columna("desde", Dia()),
        Columna("hasta", Dia()),
        Columna("expedida", Dia(), obligatoria=True),
        Columna("vence", Dia(), obligatoria=True),
        Columna("suspension", Dia()),
        Columna("lectura_anterior", VOLUMEN),
        Columna("lectura_actual", VOLUMEN),
        Columna("consumo", VOLUMEN),
        Columna("lectura_tipo", Opcion(LECTURAS)),
        Columna("saldo_anterior", DINERO, defecto=0),
        Columna("facturas_vencidas", Entero(0, 9999), defecto=0),
        Columna("intereses", DINERO, defecto=0),
        Columna("total", DINERO, obligatoria=True),
        Columna("referencia", Clave(48)),
        Columna("cude", Clave(96)),
    ),
)

CONCEPTOS = Archivo(
    "conceptos",
    "concepto",
    clave=("numero", "orden"),
    dinero=("valor",),
    columnas=(
        Columna("numero", Clave(30), obligatoria=True),
        Columna("orden", Entero(1, 9999)),
        Columna("servicio", Opcion(SERVICIOS), obligatoria=True),
        Columna("concepto", Texto(120), obligatoria=True),
        Columna("cantidad", CANTIDAD),
        Columna("unidad", Texto(12)),
        Columna("tarifa", TARIFA),
        Columna("valor", DINERO, obligatoria=True),
    ),
)

PAGOS = Archivo(
    "pagos",
    "pago",
    clave=("id",),
    dinero=("valor",),
    columnas=(
        Columna("id", Clave(40), obligatoria=True),
        Columna("codigo", Codigo(), obligatoria=True),
        Columna("factura", Clave(30)),
        Columna("fecha", Dia(), obligatoria=True),
        Columna("valor", DINERO, obligatoria=True),
        Columna("canal", Opcion(CANALES)),
        Columna("entidad", Texto(60)),
        Columna("referencia_pasarela", Clave(60)),
    ),
)

MANDAMIENTOS = Archivo(
    "mandamientos",
    "mandamiento",
    clave=("proceso",),
    dinero=("capital", "intereses", "costas"),
    columnas=(
        Columna("proceso", Clave(30), obligatoria=True),
        Columna("codigo", Codigo(), obligatoria=True),
        Columna("mandamiento", Texto(40)),
        Columna("fecha", Dia(), obligatoria=True),
        Columna("estado", Opcion(ESTADOS_MANDAMIENTO), obligatoria=True),
        Columna("notificado", Dia()),
        Columna("limite", Dia()),
        Columna("capital", DINERO_POSITIVO, obligatoria=True),
        Columna("intereses", DINERO_POSITIVO, defecto=0),
        Columna("costas", DINERO_POSITIVO, defecto=0),
        Columna("corte", Dia(), obligatoria=True),
        Columna("facturas", Texto(2000)),
        Columna("medidas", Texto(1000)),
        Columna("contacto", Texto(300)),
    ),
)

# In the order of reading and publishing: what is referred to comes first.
ARCHIVOS = (PREDIOS, FACTURAS, CONCEPTOS, PAGOS, MANDAMIENTOS)

# What is kept of the banks' files (Asobancaria 2001), which have a form of their own; see asobancaria.py.
RECAUDOS = Archivo(
    "recaudos",
    "recaudo",
    clave=("id",),
    dinero=("valor",),
    columnas=(
        Columna("id", Clave(40), obligatoria=True),
        Columna("fecha", Dia(), obligatoria=True),
        Columna("valor", DINERO, obligatoria=True),
        Columna("referencia", Texto(48)),
        Columna("banco", Clave(3), obligatoria=True),
        Columna("canal", Opcion(CANALES)),
        Columna("entidad", Texto(60)),
        Columna("pago", Clave(40)),
    ),
)
