"""What the simulator remembers: orders, their transactions, the notices sent, and how it was told to behave.

In memory and under one lock, for one process. Money is centavos; an order is whatever a merchant asked to charge under
one reference, and each try of the payer is a transaction of it.
"""

import secrets
import threading
import uuid
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

ACCIONES = {"aprobar": "aprobada", "rechazar": "rechazada", "vencer": "vencida", "reversar": "reversada"}
ESTADOS = ("pendiente", *ACCIONES.values())
MEDIOS = {"PSE": "PSE", "tarjeta": "Tarjeta", "efectivo": "Efectivo"}
BANCOS = ("Banco del Llano", "Banco Morichal", "Cooperativa La Vega")
CONSULTAS = ("normal", "caida", "lenta", "basura", "atrasada")


class YaPagadaError(Exception):
    """The reference has an approved transaction."""


@dataclass(frozen=True)
class Conducta:
    """How notices and queries behave from now on. Each notice keeps the one it was born under."""

    retraso: float = 0  # seconds before a notice leaves
    repeticiones: int = 1  # how many equal notices
    desorden: bool = False  # each one leaves up to a second later, by chance
    perdida: bool = False  # none leaves
    retener: bool = False  # they wait until /control/soltar
    firma: str = "buena"  # or mala
    monto: int | None = None  # this one instead of the true one, rightly signed
    moneda: str | None = None
    comercio: str | None = None  # PayU only: Wompi's events do not tell the merchant
    ambiente: str = "pruebas"  # or produccion
    reintentos: tuple[float, ...] = (1, 3, 10)  # seconds between tries; the last one again and again
    consulta: str = "normal"
    lentitud: float = 30  # seconds of a slow query
    permitir_doble: bool = False  # a reference can be paid again

    def con(self, cambios: dict[str, Any]) -> "Conducta":
        """The same with some changes. Raises ValueError, with a message in Spanish."""
        known = {item.name: type(item.default) for item in fields(self)}
        for name, value in cambios.items():
            if name not in known:
                raise ValueError(f"No hay una conducta «{name}». Hay: {', '.join(known)}.")
            choices = {"firma": ("buena", "mala"), "ambiente": ("pruebas", "produccion"), "consulta": CONSULTAS}.get(name)
            if choices and value not in choices:
                raise ValueError(f"«{name}» puede ser {', '.join(choices)}; no «{value}».")
        if "reintentos" in cambios:
            cambios = cambios | {"reintentos": tuple(cambios["reintentos"])}
        return replace(self, **cambios)


@dataclass
class Orden:
    numero: int
    protocolo: str
    referencia: str
    valor: int
    moneda: str = "COP"
    descripcion: str = ""
    regreso: str = ""  # where the payer goes back to
    aviso: str = ""  # where notices go to
    nombre: str = ""
    correo: str = ""
    cuenta: str = ""  # the merchant's account, where the protocol tells it
    pruebas: bool = True
    algoritmo: str = "MD5"
    medios: tuple[str, ...] = tuple(MEDIOS)
    extras: dict[str, str] = field(default_factory=dict)
    notas: list[str] = field(default_factory=list)
    transacciones: list["Transaccion"] = field(default_factory=list)

    @property
    def pagada(self) -> bool:
        return any(transaccion.estado == "aprobada" for transaccion in self.transacciones)


@dataclass
class Transaccion:
    orden: Orden
    id: str
    valor: int
    moneda: str
    medio: str
    banco: str
    creada: datetime
    cambiada: datetime
    estado: str = "pendiente"
    anterior: str = "pendiente"  # what a query that is late tells
    cus: str = ""
    autorizacion: str = ""

    def dicho(self, atrasada: bool) -> str:
        """The state that a query tells."""
        return self.anterior if atrasada else self.estado


@dataclass
class Aviso:
    """A notice and what became of it: por enviar, retenido, perdido, entregado, sin respuesta."""

    numero: int
    transaccion: Transaccion  # as it was when the notice was born
    conducta: Conducta
    url: str
    situacion: str = "por enviar"
    cuerpo: str = ""
    respuestas: list[str] = field(default_factory=list)  # of each try: the HTTP status, or why there was none

    def como_json(self) -> dict[str, Any]:
        transaccion = self.transaccion
        return {
            "numero": self.numero,
            "protocolo": transaccion.orden.protocolo,
            "referencia": transaccion.orden.referencia,
            "transaccion": transaccion.id,
            "estado": transaccion.estado,
            "url": self.url,
            "situacion": self.situacion,
            "cuerpo": self.cuerpo,
            "respuestas": list(self.respuestas),
        }


class Libro:
    """All of it. Everything that changes it goes through here, under the lock."""

    def __init__(self, eventos: str = "") -> None:
        self.candado = threading.RLock()
        self.eventos = eventos  # where notices go to if the order does not say
        self.reiniciar()

    def reiniciar(self) -> None:
        with self.candado:
            if hasattr(self, "fin"):
                self.fin.set()
            # Whatever waits for a time waits on this, and stops when the book is emptied.
            self.fin = threading.Event()
            self.ordenes: dict[tuple[str, str], Orden] = {}
            self.avisos: list[Aviso] = []
            self.conducta = Conducta()
            self.siguiente = 7_000_001

    def comportarse(self, cambios: dict[str, Any]) -> dict[str, Any]:
        with self.candado:
            self.conducta = self.conducta.con(cambios)
            return asdict(self.conducta)

    def pedir(self, protocolo: str, referencia: str, **datos: Any) -> Orden:
        """The order of a reference, made or brought up to date; one asked for again keeps its number and transactions."""
        with self.candado:
            orden = self.ordenes.get((protocolo, referencia))
            if orden is None:
                orden = Orden(self.siguiente, protocolo, referencia, **datos)
                self.siguiente += 1
                self.ordenes[protocolo, referencia] = orden
            for name, value in datos.items():
                setattr(orden, name, value)
            orden.aviso = orden.aviso or self.eventos
            return orden

    def numero(self, numero: int) -> Orden | None:
        with self.candado:
            return next((orden for orden in self.ordenes.values() if orden.numero == numero), None)

    def ultima(self, referencia: str) -> Transaccion | None:
        """The last transaction of a reference, whatever its protocol."""
        with self.candado:
            todas = [t for orden in self.ordenes.values() if orden.referencia == referencia for t in orden.transacciones]
            return max(todas, key=lambda transaccion: transaccion.creada, default=None)

    def transaccion(self, protocolo: str, identificador: str) -> Transaccion | None:
        with self.candado:
            todas = [t for orden in self.ordenes.values() if orden.protocolo == protocolo for t in orden.transacciones]
            return next((transaccion for transaccion in todas if transaccion.id == identificador), None)

    def pagar(self, orden: Orden, estado: str, medio: str, banco: str) -> Transaccion:
        """A try of the payer. Raises YaPagadaError."""
        with self.candado:
            if orden.pagada and not self.conducta.permitir_doble:
                raise YaPagadaError(orden.referencia)
            now = datetime.now(UTC)
            uid = (
                str(uuid.uuid4())
                if orden.protocolo == "payu"
                else f"1{orden.numero}-{now:%s}-{secrets.randbelow(90000) + 10000}"
            )
            nueva = Transaccion(orden, uid, orden.valor, orden.moneda, medio, banco if medio == "PSE" else "", now, now)
            nueva.cus = cifras(9) if medio == "PSE" else ""
            orden.transacciones.append(nueva)
            self.cambiar(nueva, estado)
            return nueva

    def cambiar(self, transaccion: Transaccion, estado: str) -> None:
        with self.candado:
            transaccion.anterior, transaccion.estado = transaccion.estado, estado
            transaccion.cambiada = datetime.now(UTC)
            if estado == "aprobada" and transaccion.medio == "tarjeta":
                transaccion.autorizacion = transaccion.autorizacion or cifras(6)


def cifras(cuantas: int) -> str:
    """Random digits, the first one not 0."""
    return str(secrets.randbelow(9 * 10 ** (cuantas - 1)) + 10 ** (cuantas - 1))


def pesos(centavos: int) -> str:
    """``$ 84.350`` or ``$ 84.350,25``, with a space that does not break."""
    enteros, resto = divmod(centavos, 100)
    return f"$\xa0{enteros:,}".replace(",", ".") + (f",{resto:02}" if resto else "")


def decimal(centavos: int) -> str:
    """``84350.00``, as both a form and a notice of PayU write money."""
    return f"{centavos // 100}.{centavos % 100:02}"
