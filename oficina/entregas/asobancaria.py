"""Reads the file of payments that a bank sends: Asobancaria 2001, lines of 162 characters (``docs/asobancaria.md``).

Only what the file itself tells is checked: its form, its order, its controls. Whose payment it is, and whether it
was known already, is for others.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import NamedTuple

from .bancos import CANALES
from .origen import Origen
from .resultado import Resultado
from .valores import YEARS

BUFFER = 1 << 16
ANCHO = 162
CUENTA_ANCHO = 17
BOM = "\xef\xbb\xbf"  # of UTF-8, read as Latin-1: an editor adds it when the file is saved again
MODIFICADORES = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
TIPOS_CUENTA = ("01", "02", "03")
# Where the last field that matters ends. What follows may be missing: banks and mail programs cut blanks at the end.
MINIMOS = {"01": 53, "05": 19, "06": 94, "08": 33, "09": 29}
ES_1998 = "Es un archivo Asobancaria 1998 (128 caracteres). El portal toma el de 2001 (162): pídalo al banco."
# Weights of the check digit of a NIT, from the right.
PESOS_NIT = (3, 7, 13, 17, 19, 23, 29, 37, 41)


@dataclass(frozen=True, slots=True)
class Encabezado:
    """The header of a file. Days are ``AAAA-MM-DD``; ``nit`` has 10 digits and ``cuenta`` 17, with their zeros."""

    nit: str
    fecha: str
    banco: str
    cuenta: str
    fecha_archivo: str
    hora: str
    modificador: str
    tipo_cuenta: str


class Recaudo(NamedTuple):
    """What matters of a payment, every text at its full width as the bank wrote it; ``valor`` in centavos, above zero."""

    linea: int
    lote: str
    referencia: str
    valor: int
    procedencia: str
    medio: str
    secuencia: str
    causal: str


def canal(recaudo: Recaudo) -> str:
    """One of the words of ``models.pago.CANALES``."""
    return CANALES.get((recaudo.procedencia, recaudo.medio), "banco")


def identificador(encabezado: Encabezado, recaudo: Recaudo) -> str:
    """The natural key of a payment: 40 characters, all that a payment's id holds.

    Every part has a fixed width, so no two lines share it. The modifier is in it because each file of a day
    numbers its lines anew; the day and hour of the file are not, for a file made again is the same payments.
    """
    dia = encabezado.fecha.replace("-", "")
    return f"{encabezado.banco}{dia}{encabezado.modificador}{encabezado.cuenta}{recaudo.lote}{recaudo.secuencia}"


# -- the file ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class Control:
    """What was read so far, to compare with a control record; not ``legible`` once a line could not be counted."""

    registros: int = 0
    valor: int = 0
    legible: bool = True

    def contar(self, valor: int | None) -> None:
        self.registros += 1
        self.valor += valor or 0
        self.legible = self.legible and valor is not None


class LecturaRecaudos:
    """A file opened, to be used in ``with``. Everything that is wrong with it is a rejection in ``resultado``."""

    def __init__(self, origen: Origen, resultado: Resultado, avance: Callable[[int], None]):
        self.origen, self.resultado, self.avance = origen, resultado, avance
        self.encabezado: Encabezado | None = None
        self.linea = 1
        # The number of the open batch: None outside of one, empty where it could not be read.
        self.lote: str | None = None
        self.del_lote, self.del_archivo = Control(), Control()
        self.secuencias: dict[str, str] = {}  # the last one of each batch number
        self.desconocidos: set[tuple[str, str]] = set()
        self.terminado = False
        self.huella = hashlib.sha256()
        self.archivo = origen.abrir()

    def __enter__(self) -> "LecturaRecaudos":
        return self

    def __exit__(self, *_) -> None:
        self.archivo.close()

    @property
    def leidas(self) -> int:
        """Details read, also the bad ones and those that are no payment, and lines that could not be read at all."""
        return self.del_archivo.registros

    @property
    def suma(self) -> int:
        """Of all details in centavos, as the bank adds them: also those that are no payment."""
        return self.del_archivo.valor

    def bloques(self, cuantas: int = 5000) -> Iterator[list[Recaudo]]:
        """The payments without fault, in the order of the file; ``encabezado`` is known from the first block on.

        The controls come last: only at the end is it known whether the file is good.
        """
        recaudos = self._recaudos()
        while bloque := list(islice(recaudos, cuantas)):
            yield bloque

    def sha256(self) -> str:
        """Of the whole file, also when reading stopped early."""
        while self._leer():
            pass
        return self.huella.hexdigest()

    def _leer(self) -> bytes:
        leido = self.archivo.read(BUFFER)
        self.huella.update(leido)
        self.avance(len(leido))
        return leido

    def _lineas(self) -> Iterator[bytes]:
        """Lines without their end. One that never ends, as a file of another kind may have, ends the reading."""
        resto = b""
        while leido := self._leer():
            *lineas, resto = (resto + leido).split(b"\n")
            yield from lineas
            if len(resto) > BUFFER:
                resto += b"\0"  # so that it is refused, even if it is a record with very many blanks
                break
        yield resto

    def _recaudos(self) -> Iterator[Recaudo]:
        for numero, cruda in enumerate(self._lineas(), 1):
            # DOS programs end a file with ^Z.
            texto = cruda.decode("latin-1").rstrip(" \r\x1a")
            if not texto:
                continue
            self.linea = numero
            if not self.encabezado:
                self.encabezado = self._encabezado(texto.removeprefix(BOM))
                if not self.encabezado:
                    return
            elif self.terminado:
                self._rechazar("", "", "Hay datos después del control del archivo (registro 09).")
                return
            elif texto.startswith("02"):
                self._rechazar("", "", ES_1998)
                return
            elif defecto := _defecto(texto):
                self._rechazar(*defecto)
                self._contar(None)
            elif recaudo := self.REGISTROS[texto[:2]](self, texto.ljust(ANCHO)):
                yield recaudo
        if not self.encabezado:
            self._rechazar("", "", "El archivo está vacío.")
        elif not self.terminado:
            self._rechazar("", "", "El archivo está incompleto: falta el control del archivo (registro 09).")

    # -- one method a record: 01, 05, 06, 08, 09

    def _encabezado(self, texto: str) -> Encabezado | None:
        """None where lines cannot be understood, or payments identified, without it."""
        if not texto.startswith("01"):
            motivo = "No es un archivo de recaudos Asobancaria 2001: no comienza por el encabezado (registro 01)."
            self._rechazar("", "", motivo)
            return None
        if not _dia(texto[12:20]) and _dia(texto[15:23]):
            self._rechazar("", "", ES_1998)
            return None
        if defecto := _defecto(texto):
            self._rechazar(*defecto)
            return None
        texto = texto.ljust(ANCHO)
        leido = Encabezado(
            nit=texto[2:12],
            fecha=_dia(texto[12:20]),
            banco=texto[20:23],
            cuenta=texto[23:40].strip(" ").rjust(CUENTA_ANCHO, "0"),
            fecha_archivo=_dia(texto[40:48]),
            hora=texto[48:52],
            modificador=texto[52].upper(),
            tipo_cuenta=texto[53:55],
        )
        fecha = "Debe ser una fecha que exista, escrita AAAAMMDD."
        pruebas = (
            (_son_digitos(leido.nit), "NIT", leido.nit, "Deben ser diez dígitos: el NIT y su dígito de verificación."),
            (leido.fecha, "fecha de recaudo", texto[12:20], fecha),
            (_son_digitos(leido.banco), "entidad recaudadora", leido.banco, "Deben ser los tres dígitos del código del banco."),
            (_son_digitos(leido.cuenta), "cuenta", texto[23:40], "Deben ser dígitos."),
            (leido.fecha_archivo, "fecha del archivo", texto[40:48], fecha),
            (leido.modificador in MODIFICADORES, "modificador", texto[52], "Debe ser una letra o un dígito."),
        )
        faltas = [prueba[1:] for prueba in pruebas if not prueba[0]]
        for falta in faltas:
            self._rechazar(*falta)
        if faltas:
            return None
        self._avisar_encabezado(leido)
        return leido

    def _avisar_encabezado(self, leido: Encabezado) -> None:
        """What is odd, but nothing depends on it."""
        if digito_de_verificacion(leido.nit[:9]) != int(leido.nit[9]):
            self._avisar("NIT", leido.nit, "El dígito de verificación no corresponde al NIT.")
        if not (_son_digitos(leido.hora) and leido.hora[:2] < "24" and leido.hora[2:] < "60"):
            self._avisar("hora del archivo", leido.hora, "No es una hora escrita HHMM.")
        if leido.tipo_cuenta not in TIPOS_CUENTA:
            motivo = "Debería ser 01 (ahorros), 02 (corriente) o 03 (tarjeta de crédito)."
            self._avisar("tipo de cuenta", leido.tipo_cuenta, motivo)

    def _otro_encabezado(self, _: str) -> None:
        self._rechazar("tipo de registro", "01", "El encabezado del archivo está dos veces.")

    def _abrir_lote(self, texto: str) -> None:
        if self.lote is not None:
            self._rechazar("tipo de registro", "05", "Falta el control (registro 08) del lote anterior.")
        lote = texto[15:19]
        self.lote = "" if self._numero("lote", lote) is None else lote
        self.del_lote = Control()
        self.secuencias.setdefault(self.lote, "")

    def _detalle(self, texto: str) -> Recaudo | None:
        if self.lote is None:
            self._rechazar("tipo de registro", "06", "El detalle está fuera de un lote: falta el registro 05.")
            # Said once: what follows is taken as a batch without number.
            self.lote, self.del_lote = "", Control(legible=False)
        valor = self._numero("valor", texto[50:64])
        self._contar(valor)
        recaudo = Recaudo(
            linea=self.linea,
            lote=self.lote,
            referencia=texto[2:50],
            valor=valor or 0,
            procedencia=texto[64:66],
            medio=texto[66:68],
            secuencia=texto[87:94],
            causal=texto[94:97],
        )
        # In a list, so that one reading tells all that is wrong with a line.
        bien = all([valor is not None, self.lote, self._referencia_bien(recaudo), self._secuencia_bien(recaudo)])
        return recaudo if bien and self._es_pago(recaudo) else None

    def _cerrar_lote(self, texto: str) -> None:
        if self.lote is None:
            self._rechazar("tipo de registro", "08", "El control no cierra ningún lote: falta el registro 05.")
            return
        if self.lote and texto[29:33] != self.lote:
            self._rechazar("lote", texto[29:33], f"El control debe tener el número del lote que cierra, {self.lote}.")
        self._comparar("lote", texto, self.del_lote)
        self.lote = None

    def _cerrar_archivo(self, texto: str) -> None:
        if self.lote is not None:
            self._rechazar("tipo de registro", "09", "Falta el control (registro 08) del lote anterior.")
        elif not self.secuencias and self.del_archivo.legible:
            self._rechazar("tipo de registro", "09", "El archivo no tiene ningún lote (registro 05).")
        self._comparar("archivo", texto, self.del_archivo)
        self.terminado = True

    REGISTROS = {
        "01": _otro_encabezado,
        "05": _abrir_lote,
        "06": _detalle,
        "08": _cerrar_lote,
        "09": _cerrar_archivo,
    }

    # -- what a record is judged by

    def _secuencia_bien(self, recaudo: Recaudo) -> bool:
        """Ascending in a batch number: so no two lines of a file have the same ``identificador``."""
        if self._numero("secuencia", recaudo.secuencia) is None:
            return False
        anterior = self.secuencias.get(recaudo.lote, "")
        if recaudo.secuencia <= anterior:
            repetida = recaudo.secuencia == anterior
            motivo = "Está repetida en el lote." if repetida else f"Debe ser mayor que la anterior del lote, {anterior}."
            self._rechazar("secuencia", recaudo.secuencia, motivo)
            return False
        self.secuencias[recaudo.lote] = recaudo.secuencia
        return True

    def _referencia_bien(self, recaudo: Recaudo) -> bool:
        if not recaudo.referencia.isascii():
            self._rechazar("referencia", recaudo.referencia, "Solo puede tener dígitos, letras sin tilde y signos corrientes.")
        return recaudo.referencia.isascii()

    def _es_pago(self, recaudo: Recaudo) -> bool:
        if recaudo.causal.strip(" 0"):
            motivo = "El banco devolvió este pago: no se toma, pero cuenta en los controles."
            self._avisar("causal de devolución", recaudo.causal, motivo)
            return False
        if not recaudo.valor:
            self._avisar("valor", "0", "El pago es de cero pesos: no se toma.")
            return False
        medio = recaudo.procedencia, recaudo.medio
        if medio not in CANALES and medio not in self.desconocidos:
            self.desconocidos.add(medio)
            motivo = "La procedencia o el medio de pago no son de la norma: el canal queda como banco. Se avisa una vez."
            self._avisar("procedencia y medio", "".join(medio), motivo)
        return True

    def _comparar(self, que: str, texto: str, leido: Control) -> None:
        """A control record with what was read; not where some line was rejected as unreadable: it would say nothing new."""
        registros, valor = self._numero("registros", texto[2:11]), self._numero("valor total", texto[11:29])
        if registros is not None and registros != leido.registros and leido.legible:
            motivo = f"El control del {que} dice {registros} pagos (registros 06) y vienen {leido.registros}."
            self._rechazar("registros", texto[2:11], motivo)
        if valor is not None and valor != leido.valor and leido.legible:
            motivo = f"El control del {que} dice {_pesos(valor)} y los pagos suman {_pesos(leido.valor)}."
            self._rechazar("valor total", texto[11:29], motivo)

    def _contar(self, valor: int | None) -> None:
        self.del_lote.contar(valor)
        self.del_archivo.contar(valor)

    def _numero(self, columna: str, texto: str) -> int | None:
        if _son_digitos(texto):
            return int(texto)
        self._rechazar(columna, texto, f"Deben ser {len(texto)} dígitos, sin signos ni espacios.")
        return None

    def _rechazar(self, columna: str, valor: str, motivo: str) -> None:
        self.resultado.rechazar(self.origen.nombre, self.linea, columna, valor, motivo)

    def _avisar(self, columna: str, valor: str, motivo: str) -> None:
        self.resultado.avisar(self.origen.nombre, self.linea, columna, valor, motivo)


def _defecto(texto: str) -> tuple[str, str, str] | None:
    """Column, value and reason why a line cannot be read by its positions; None where it can."""
    tipo, ancho = texto[:2], len(texto)
    if not texto.isprintable():
        return "", "", "La línea tiene caracteres que no son texto."
    if tipo not in MINIMOS:
        return "tipo de registro", tipo, "Debe ser 01, 05, 06, 08 o 09."
    if ancho > ANCHO:
        return "", "", f"La línea tiene {ancho} caracteres y debe tener {ANCHO}."
    if ancho < MINIMOS[tipo]:
        return "", "", f"La línea está cortada: tiene {ancho} caracteres y sus datos ocupan {MINIMOS[tipo]}."
    return None


def _son_digitos(texto: str) -> bool:
    return texto.isascii() and texto.isdigit()


def _dia(texto: str) -> str:
    """``AAAAMMDD`` as ``AAAA-MM-DD``; empty where it is no day."""
    try:
        leido = date(int(texto[:4]), int(texto[4:6]), int(texto[6:])) if _son_digitos(texto) else None
    except ValueError:
        return ""
    return leido.isoformat() if leido and leido.year in YEARS else ""


def digito_de_verificacion(nit: str) -> int:
    resto = sum(int(cifra) * peso for cifra, peso in zip(reversed(nit), PESOS_NIT, strict=True)) % 11
    return resto if resto < 2 else 11 - resto


def _pesos(centavos: int) -> str:
    return f"$ {centavos // 100:,}".replace(",", ".") + f",{centavos % 100:02}"
