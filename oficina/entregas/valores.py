"""Readers of a value: text as a billing system writes it in, what the database keeps out.

A type (``Texto``, ``Numero``...) makes a reader for a ``Formato``, the habits of one utility. A reader takes a text
without blanks at its ends and raises ValueError with the reason in Spanish; what could mean two things is refused,
never guessed. Numbers never pass through a float: they become integers of the smallest unit that is kept.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from ..models.predio import CODIGO

Lector = Callable[[str], Any]
YEARS = range(1900, 2200)
MESES = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio"),
    *("agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})").fullmatch
SEGUIDA = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})").fullmatch
CON_BARRAS = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})").fullmatch
# A day may come with the hour of the moment; the day stays the day.
HORA = re.compile(r"[T\s]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:\s*[ap]\.?\s*m\.?)?$", re.IGNORECASE)
PERIODO = re.compile(r"([0-9]{4})[-/]?([0-9]{2})|([0-9]{1,2})[-/]([0-9]{4})").fullmatch
PERIODO_ESCRITO = re.compile(r"([a-z]{3,10})\.?(?:\s+(?:de|del)\s+|[\s/-]+)([0-9]{4})").fullmatch
# With decimals or a sign, for 12E10 may be a code. What is written so is a number that a spreadsheet shortened.
CIENTIFICA = re.compile(r"[0-9]+(?:[.,][0-9]+E\+?|E\+)[0-9]+", re.IGNORECASE).fullmatch
NUMERO = re.compile(
    r"(?P<abre>\()?\s*(?P<antes>[-−])?\s*(?P<pesos>\$)?\s*(?P<luego>[-−])?\s*"
    r"(?P<cifras>[0-9.,]*[0-9])\s*(?P<final>[-−])?\s*(?P<cierra>\))?"
).fullmatch


@dataclass(frozen=True)
class Formato:
    """How one utility writes the values of a column. ``decimal``: coma, punto, or empty to tell by the value."""

    decimal: str = ""
    fecha: str = "dma"
    ancho: int = 0
    palabras: Mapping[str, str] = field(default_factory=dict)


class Tipo(Protocol):
    """The type of a column."""

    def lector(self, formato: Formato) -> Lector: ...


def plano(texto: str) -> str:
    """A word as it is compared: small letters, no tildes, one blank between words."""
    sin_tildes = "".join(letra for letra in unicodedata.normalize("NFD", texto) if not unicodedata.combining(letra))
    return " ".join(sin_tildes.casefold().split())


# ------------------------------------------------------------------------------------------------ text


@dataclass(frozen=True)
class Texto:
    """Text without blanks at its ends, at most ``largo`` characters; None where only blanks were."""

    largo: int

    def lector(self, formato: Formato) -> Lector:
        return self.leer

    def leer(self, valor: str) -> str | None:
        valor = valor.strip()
        if len(valor) > self.largo:
            raise ValueError(f"Tiene {len(valor)} caracteres y caben {self.largo}.")
        sin_notacion_cientifica(valor)
        return valor or None


@dataclass(frozen=True)
class Clave:
    """A number or name that identifies: text of at most ``largo`` characters without blanks inside."""

    largo: int

    def lector(self, formato: Formato) -> Lector:
        leer_texto = Texto(self.largo).leer
        sencilla = re.compile(rf"[0-9A-Za-z-]{{{max(formato.ancho, 1)},{self.largo}}}").fullmatch

        def leer(valor: str) -> str | None:
            # Keys seldom come twice, so nobody remembers what was read: the usual ones are told at once.
            if sencilla(valor):
                return valor
            leido = leer_texto(valor)
            if leido is None:
                return None
            if len(leido.split()) > 1:
                raise ValueError("No puede tener espacios.")
            return leido.zfill(formato.ancho) if leido.isdecimal() else leido

        return leer


@dataclass(frozen=True)
class Codigo:
    """A customer code: 1 to 20 digits or letters, in capitals, its leading zeros kept or brought back."""

    largo: int = 20

    def lector(self, formato: Formato) -> Lector:
        sencillo = re.compile(rf"[0-9A-Z]{{{max(formato.ancho, 1)},{self.largo}}}").fullmatch

        def leer(valor: str) -> str:
            if sencillo(valor):
                return valor
            leido = valor.strip().upper()
            if not leido.isascii() or not CODIGO.fullmatch(leido):
                sin_notacion_cientifica(leido)
                raise ValueError("El código debe tener de 1 a 20 dígitos o letras, sin espacios ni signos.")
            return leido.zfill(formato.ancho) if leido.isdecimal() else leido

        return leer


def sin_notacion_cientifica(valor: str) -> None:
    if valor[:1].isdecimal() and CIENTIFICA(valor):
        raise ValueError(
            "Una hoja de cálculo acortó este número a notación científica y se perdieron cifras. "
            "Exporte otra vez desde el sistema comercial, sin abrir y guardar el archivo, o ponga la columna como texto."
        )


@dataclass(frozen=True)
class Opcion:
    """One of ``valores``, in any case and with or without tildes, or a word of the utility's own for one of them."""

    valores: tuple[str, ...]

    def lector(self, formato: Formato) -> Lector:
        posibles = {plano(valor): valor for valor in self.valores}
        posibles |= {plano(propia): valor for propia, valor in formato.palabras.items()}

        def leer(valor: str) -> str:
            leido = posibles.get(plano(valor))
            if leido is None:
                raise ValueError(f"Debe ser uno de estos: {', '.join(self.valores)}.")
            return leido

        return leer


# ------------------------------------------------------------------------------------------------ numbers


@dataclass(frozen=True)
class Numero:
    """An integer of the unit 10^-decimales: ``84350,5`` with two decimals is 8435050.

    ``pesos`` admits the sign ``$``: in a column of cubic metres it tells that the columns are shifted.
    """

    enteros: int
    decimales: int
    negativo: bool = True
    pesos: bool = False

    def lector(self, formato: Formato) -> Lector:
        coma = "." if formato.decimal == "punto" else ","
        canonico = re.compile(rf"(-?)([0-9]{{1,{self.enteros}}})(?:[{coma}]([0-9]{{1,{self.decimales}}}))?").fullmatch
        marca = -self.decimales - 1  # where the mark stands when every decimal is written
        cifras = range(self.decimales + 1, self.enteros + self.decimales + 1)

        def leer(valor: str) -> int:
            # Most amounts of a big file are so; an expression would take three times as long.
            if valor[marca : marca + 1] == coma:
                juntas = valor[:marca] + valor[marca + 1 :]
                if len(juntas) in cifras and juntas.isdecimal() and juntas.isascii():
                    return int(juntas)
            hallado = canonico(valor)
            signo, entero, fraccion = hallado.groups() if hallado else self.partes(valor, formato.decimal)
            numero = int(entero + (fraccion or "").ljust(self.decimales, "0"))
            if not signo:
                return numero
            if not self.negativo and numero:
                raise ValueError("No puede ser negativo.")
            return -numero

        return leer

    def partes(self, valor: str, decimal: str) -> tuple[str, str, str]:
        """Sign, whole part and decimals of a number that is not in the canonical form."""
        hallado = NUMERO(valor)
        if not hallado or bool(hallado["abre"]) != bool(hallado["cierra"]) or (hallado["pesos"] and not self.pesos):
            raise ValueError(self.motivo())
        signos = [hallado[nombre] for nombre in ("abre", "antes", "luego", "final") if hallado[nombre]]
        if len(signos) > 1:
            raise ValueError("Tiene más de un signo de negativo.")
        entero, fraccion = self.separar(hallado["cifras"], decimal)
        entero = entero.lstrip("0") or "0"
        if len(fraccion) > self.decimales:
            fraccion = fraccion.rstrip("0")
        if len(entero) > self.enteros or len(fraccion) > self.decimales:
            raise ValueError(self.motivo())
        return "-" if signos else "", entero, fraccion

    def separar(self, cifras: str, decimal: str) -> tuple[str, str]:
        """Whole part and decimals of digits with points and commas."""
        marca = {"coma": ",", "punto": "."}.get(decimal) or self.marca_decimal(cifras)
        entero, _, fraccion = cifras.partition(marca) if marca else (cifras, "", "")
        miles = "." if marca == "," else "," if marca == "." else cifras.strip("0123456789")[:1] or "."
        grupos = entero.split(miles)
        bien_agrupado = len(grupos) == 1 or (1 <= len(grupos[0]) <= 3 and all(len(grupo) == 3 for grupo in grupos[1:]))
        entero = "".join(grupos)
        if not bien_agrupado or not (entero + "0").isdecimal() or not (fraccion + "0").isdecimal():
            raise ValueError(self.motivo(decimal))
        return entero, fraccion

    def marca_decimal(self, cifras: str) -> str:
        """The mark of the decimals, empty where there is none. What could be either is refused."""
        puntos, comas = cifras.count("."), cifras.count(",")
        if puntos and comas:
            return max(".,", key=cifras.rfind)
        if puntos + comas != 1:
            return ""
        marca = "." if puntos else ","
        entero, _, fraccion = cifras.partition(marca)
        de_miles = 1 <= len(entero) <= 3 and not entero.startswith("0") and len(fraccion) == 3
        # Money has two decimals, so three digits after a point are thousands; elsewhere they may be decimals.
        if marca == "." and self.decimales < 3:
            corto = 1 <= len(entero) <= 3 and not entero.startswith("0") and len(fraccion) < 3
            if corto:
                raise ValueError(self.ambiguo(cifras, f"{entero},{fraccion}", entero + fraccion.ljust(3, "0")))
            return "" if de_miles else "."
        if de_miles and (marca == "." or self.decimales < 3):
            raise ValueError(self.ambiguo(cifras, f"{entero},{fraccion}", entero + fraccion))
        return marca

    def ambiguo(self, cifras: str, uno: str, otro: str) -> str:
        return (
            f"Es ambiguo: «{cifras}» puede ser {uno} o {otro}. Escríbalo sin marca de miles, "
            "o diga en el ajuste ENTREGAS_DECIMAL si los decimales van con coma o con punto."
        )

    def motivo(self, decimal: str = "") -> str:
        segun = f" El ajuste ENTREGAS_DECIMAL dice que los decimales van con {decimal}." if decimal else ""
        ejemplo = "84350.5" if decimal == "punto" else "84350,5"
        return (
            f"Debe ser un número de hasta {self.enteros} cifras enteras y {self.decimales} decimales, "
            f"por ejemplo {ejemplo}.{segun}"
        )


@dataclass(frozen=True)
class Entero:
    """A whole number between ``minimo`` and ``maximo``, both included; with ``cero_es_nada``, 0 is none."""

    minimo: int
    maximo: int
    cero_es_nada: bool = False

    def lector(self, formato: Formato) -> Lector:
        return self.leer

    def leer(self, valor: str) -> int | None:
        if self.cero_es_nada and valor == "0":
            return None
        if not (valor.isascii() and valor.isdigit() and len(valor) < 10 and self.minimo <= int(valor) <= self.maximo):
            raise ValueError(f"Debe ser un número entero de {self.minimo} a {self.maximo}.")
        return int(valor)


# ------------------------------------------------------------------------------------------------ days and months


@dataclass(frozen=True)
class Dia:
    """A day as ``AAAA-MM-DD``, the text that both engines keep."""

    def lector(self, formato: Formato) -> Lector:
        orden = "MM/DD/AAAA" if formato.fecha == "mda" else "DD/MM/AAAA"

        def leer(valor: str) -> str:
            sin_hora = HORA.sub("", valor)
            if hallado := ISO(sin_hora) or SEGUIDA(sin_hora):
                year, month, day = hallado.groups()
            elif hallado := CON_BARRAS(sin_hora):
                uno, _, otro, year = hallado.groups()
                day, month = (otro, uno) if formato.fecha == "mda" else (uno, otro)
                if int(month) > 12 >= int(day):
                    raise ValueError(al_reves(month, formato.fecha))
            else:
                raise ValueError(f"La fecha debe escribirse AAAA-MM-DD o {orden}, por ejemplo 2026-11-30.")
            if len(year) == 2:
                raise ValueError("El año debe tener cuatro cifras: con dos es ambiguo.")
            return dia_que_existe(int(year), int(month), int(day))

        return leer


def al_reves(month: str, orden: str) -> str:
    consejo = "mda (mes, día, año)" if orden == "dma" else "dma (día, mes, año)"
    return f"Esa fecha no existe: el mes sería {month}. Si su sistema escribe en otro orden, ponga ENTREGAS_FECHA en {consejo}."


def dia_que_existe(year: int, month: int, day: int) -> str:
    try:
        leido = date(year, month, day)
    except ValueError:
        raise ValueError("Esa fecha no existe.") from None
    if year not in YEARS:
        raise ValueError(f"El año debe estar entre {YEARS[0]} y {YEARS[-1]}.")
    return leido.isoformat()


@dataclass(frozen=True)
class Mes:
    """A period as ``AAAA-MM``."""

    def lector(self, formato: Formato) -> Lector:
        return self.leer

    def leer(self, valor: str) -> str:
        year, month = self.partes(HORA.sub("", valor))
        if int(year) not in YEARS or not 1 <= int(month) <= 12:
            raise ValueError("Ese periodo no existe: debe escribirse AAAA-MM, por ejemplo 2026-11.")
        return f"{year}-{int(month):02}"

    def partes(self, valor: str) -> tuple[str, str]:
        if hallado := PERIODO(valor):
            return hallado[1] or hallado[4], hallado[2] or hallado[3]
        # The first day of a month, which is how a spreadsheet keeps a month.
        if (hallado := ISO(valor)) and hallado[3] == "01":
            return hallado[1], hallado[2]
        if hallado := PERIODO_ESCRITO(plano(valor)):
            nombre = {"set": "sep", "setiembre": "septiembre", "sept": "sep"}.get(hallado[1], hallado[1])
            for number, mes in enumerate(MESES, 1):
                if mes == nombre or mes[:3] == nombre:
                    return hallado[2], str(number)
        raise ValueError("El periodo debe escribirse AAAA-MM, por ejemplo 2026-11.")
