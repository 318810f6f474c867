"""How one utility writes its deliveries: the settings ENTREGAS_* and the tables ``[entregas.*]`` of oficina.toml."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..config import ConfigError
from .columnas import ARCHIVOS, Archivo, Columna
from .valores import Clave, Codigo, Formato, Numero, Opcion, Texto, plano

POR_NOMBRE = {archivo.nombre: archivo for archivo in ARCHIVOS}
DECIMALES = ("coma", "punto")
FECHAS = ("dma", "mda")
# What spreadsheets in Spanish and English write where a formula failed, or where a number did not fit in its cell.
ERROR_DE_HOJA = re.compile(r"#(?:#+|N/[AD]|[¡¿]?[A-ZÑ/0]+[!?])", re.IGNORECASE).fullmatch


@dataclass(frozen=True)
class Opciones:
    """The defaults are the canonical form, and what can be told from it without doubt.

    ``columnas`` is, by file, the utility's header (as ``simple`` writes it) and the column it gives, empty where it
    is to be left out; ``valores``, by file and column, the utility's words; ``anchos`` the width of codes and keys by
    column; ``archivos`` the pattern of a file's name. Within ``dias_pago`` days a bank and the billing system tell of the
    same payment; ``nit`` has the digits of the utility's, with the one that checks.
    """

    codificacion: str = ""
    decimal: str = ""
    fecha: str = "dma"
    archivos: Mapping[str, str] = field(default_factory=dict)
    columnas: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    valores: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    anchos: Mapping[str, int] = field(default_factory=dict)
    decimales: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    fechas: Mapping[str, str] = field(default_factory=dict)
    vacios: frozenset[str] = frozenset()
    bancos: Mapping[str, Any] = field(default_factory=dict)
    dias_pago: int = 5
    nit: str = ""

    @classmethod
    def de(cls, settings: Mapping) -> "Opciones":
        """Those of the portal's settings. Raises ConfigError with the name of what is not understood."""
        tablas = settings["ENTREGAS"]
        anchos = {columna: un_ancho(columna, valor) for columna, valor in tabla(tablas, "anchos").items()}
        if settings["ENTREGAS_ANCHO_CODIGO"]:
            anchos = {"codigo": settings["ENTREGAS_ANCHO_CODIGO"]} | anchos
        return cls(
            codificacion=settings["ENTREGAS_CODIFICACION"],
            decimal=settings["ENTREGAS_DECIMAL"],
            fecha=settings["ENTREGAS_FECHA"],
            archivos={nombre: un_texto(f"archivos.{nombre}", valor) for nombre, valor in por_archivo(tablas, "archivos")},
            columnas={nombre: unas_columnas(POR_NOMBRE[nombre], valor) for nombre, valor in por_archivo(tablas, "columnas")},
            valores={nombre: unos_valores(POR_NOMBRE[nombre], valor) for nombre, valor in por_archivo(tablas, "valores")},
            anchos=anchos,
            decimales={n: unos_decimales(POR_NOMBRE[n], valor) for n, valor in por_archivo(tablas, "decimales")},
            fechas={nombre: una_de(f"fechas.{nombre}", valor, FECHAS) for nombre, valor in por_archivo(tablas, "fechas")},
            vacios=unos_vacios(tablas.get("vacios", [])),
            bancos=tabla(tablas, "bancos"),
            dias_pago=settings["ENTREGAS_DIAS_PAGO"],
            nit=re.sub(r"[^0-9]", "", settings["MARCA_NIT"]),
        )

    def decimal_de(self, archivo: Archivo, columna: Columna) -> str:
        """The mark of the decimals of a column: coma, punto, or empty to tell by each value."""
        propios = self.decimales.get(archivo.nombre, self.decimal)
        return propios if isinstance(propios, str) else propios.get(columna.nombre, self.decimal)

    def formato(self, archivo: Archivo, columna: Columna) -> Formato:
        """How the values of a column are written."""
        return Formato(
            decimal=self.decimal_de(archivo, columna),
            fecha=self.fechas.get(archivo.nombre, self.fecha),
            ancho=self.anchos.get(columna.nombre, 0),
            palabras=self.valores.get(archivo.nombre, {}).get(columna.nombre, {}),
        )


def lectores(archivo: Archivo, opciones: Opciones) -> list[Callable[[str], Any]]:
    """The reader of each column, in their order: what an empty value becomes is the default of its column."""
    return [lector(columna, opciones.formato(archivo, columna), opciones.vacios) for columna in archivo.columnas]


def lector(columna: Columna, formato: Formato, vacios: frozenset[str]) -> Callable[[str], Any]:
    leer_valor = columna.tipo.lector(formato)
    # Almost every number, day or code is as it should be: only the others are looked at twice.
    estricto = not vacios and not isinstance(columna.tipo, Texto | Clave | Opcion)

    def leer_directo(valor: str) -> Any:
        try:
            return leer_valor(valor)
        except ValueError:
            return leer(valor)

    def leer(valor: str) -> Any:
        valor = valor.strip()
        if not valor or (vacios and valor.casefold() in vacios):
            return columna.defecto
        if valor[0] == "#" and ERROR_DE_HOJA(valor):
            raise ValueError(
                f"«{valor}» viene de la hoja de cálculo: hay un error, o algo que no es de esta columna. Corríjalo allá."
            )
        return leer_valor(valor)

    return leer_directo if estricto else leer


def simple(encabezado: str) -> str:
    """The name of a column as it is compared: no capitals, tildes, blanks, dots, hyphens or underscores."""
    return re.sub(r"[\s._\-]", "", plano(encabezado))


# ------------------------------------------------------------------------------------------------ tables


def tabla(tablas: Mapping, nombre: str, dentro: str = "entregas") -> Mapping[str, Any]:
    valor = tablas.get(nombre, {})
    if not isinstance(valor, Mapping):
        raise ConfigError(f"[{dentro}.{nombre}] de oficina.toml debe ser una tabla.")
    return valor


def por_archivo(tablas: Mapping, nombre: str) -> list[tuple[str, Any]]:
    """The entries of a table whose names are those of files."""
    entradas = tabla(tablas, nombre)
    for archivo in entradas:
        if archivo not in POR_NOMBRE:
            raise desconocido(f"entregas.{nombre}", archivo, POR_NOMBRE)
    return list(entradas.items())


def unas_columnas(archivo: Archivo, entradas: Any) -> dict[str, str]:
    columnas = {}
    for propio, columna in tabla({archivo.nombre: entradas}, archivo.nombre, "entregas.columnas").items():
        if columna not in ("", *archivo.nombres):
            raise desconocido(f"entregas.columnas.{archivo.nombre}", columna, archivo.nombres)
        columnas[simple(propio)] = columna
    return columnas


def unos_valores(archivo: Archivo, entradas: Any) -> dict[str, dict[str, str]]:
    donde = f"entregas.valores.{archivo.nombre}"
    posibles = {columna.nombre: columna.tipo.valores for columna in archivo.columnas if isinstance(columna.tipo, Opcion)}
    valores = tabla({archivo.nombre: entradas}, archivo.nombre, "entregas.valores")
    for columna in valores:
        if columna not in posibles:
            raise desconocido(donde, columna, posibles)
        for valor in tabla(valores, columna, donde).values():
            if valor not in posibles[columna]:
                raise desconocido(f"{donde}.{columna}", valor, posibles[columna])
    return {columna: dict(palabras) for columna, palabras in valores.items()}


def unos_decimales(archivo: Archivo, entradas: Any) -> str | dict[str, str]:
    """Of a whole file, or by column where its amounts and its quantities are written otherwise."""
    if not isinstance(entradas, Mapping):
        return una_de(f"decimales.{archivo.nombre}", entradas, DECIMALES)
    donde = f"entregas.decimales.{archivo.nombre}"
    numeros = [columna.nombre for columna in archivo.columnas if isinstance(columna.tipo, Numero)]
    for columna in entradas:
        if columna not in numeros:
            raise desconocido(donde, columna, numeros)
    return {
        columna: una_de(f"{donde.removeprefix('entregas.')}.{columna}", valor, DECIMALES) for columna, valor in entradas.items()
    }


def un_ancho(columna: str, valor: Any) -> int:
    largos = {c.nombre: c.tipo.largo for archivo in ARCHIVOS for c in archivo.columnas if isinstance(c.tipo, Codigo | Clave)}
    if columna not in largos:
        raise desconocido("entregas.anchos", columna, largos)
    if type(valor) is not int or not 0 <= valor <= largos[columna]:
        raise ConfigError(f"[entregas.anchos] {columna} debe ser un número de 0 a {largos[columna]}, no «{valor}».")
    return valor


def un_texto(nombre: str, valor: Any) -> str:
    if not isinstance(valor, str) or not valor.strip():
        raise ConfigError(f"entregas.{nombre} de oficina.toml debe ser un texto.")
    return valor.strip()


def una_de(nombre: str, valor: Any, posibles: tuple[str, ...]) -> str:
    if valor not in posibles:
        raise ConfigError(f"entregas.{nombre} de oficina.toml debe ser {' o '.join(posibles)}, no «{valor}».")
    return valor


def unos_vacios(valores: Any) -> frozenset[str]:
    if not isinstance(valores, list) or not all(isinstance(valor, str) for valor in valores):
        raise ConfigError('vacios, de [entregas] de oficina.toml, debe ser una lista de textos, por ejemplo ["NULL"].')
    return frozenset(valor.strip().casefold() for valor in valores)


def desconocido(donde: str, nombre: Any, posibles: Any) -> ConfigError:
    return ConfigError(f"[{donde}] de oficina.toml tiene «{nombre}», que no existe. Puede ser: {', '.join(posibles)}.")
