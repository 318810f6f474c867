"""The life of one connection: what it consumed, was billed and paid, month by month. Money in centavos."""

import random
from dataclasses import dataclass, field
from hashlib import sha384
from typing import NamedTuple

from .demo_calendario import Mes, texto
from .demo_tarifas import pesos, porcentaje, servicios

ESTACION = (1.12, 1.12, 1.08, 1.0, 0.96, 0.95, 0.97, 0.98, 0.98, 0.97, 0.98, 1.06)  # the dry season drinks more
MORA = {"residencial": 5}  # thousandths a month
MORA_OTROS = 20
CORTE, SUSPENSION = 6, 3  # overdue bills
MEDIDOR = 1_845_000  # a month, for those who pay a new meter in instalments
CUOTAS, ESTRENAN = 36, 12  # one connection in so many
RECONEXION = 3_250_000
CANALES = ("corresponsal", "banco", "internet", "oficina", "débito")
PESOS_CANALES = (36, 25, 20, 12, 7)
BANCOS = ("Banco del Llano", "Banco Morichal", "Cooperativa La Vega")
ENTIDADES = {
    "banco": BANCOS,
    "débito": BANCOS,
    "corresponsal": ("Punto Ceiba", "Giros del Caño"),
    "internet": ("Portal de pagos de Aguaclara",),
    "oficina": ("Oficina de Aguaclara",),
}


@dataclass(slots=True)
class Ficha:
    """What a connection is. ``paga`` is puntual, tardio, irregular, deudor, abona, termina, pendiente or pagada."""

    indice: int
    codigo: str
    ciclo: str
    uso: str
    estrato: int
    media: float  # m³ a month
    paga: str
    deja: int = -1  # the last so many bills, and the latest, are unpaid
    alta: int = 0  # its first month of the calendar
    baja: int | None = None  # the month it was retired
    proceso: str = ""  # state of its coercive collection


class Pendiente(NamedTuple):
    numero: str
    dia: int
    cargo: int


@dataclass(slots=True)
class Historia:
    """Rows for the files, and what is owed at the end."""

    facturas: list[tuple] = field(default_factory=list)
    conceptos: list[tuple] = field(default_factory=list)
    pagos: list[tuple] = field(default_factory=list)
    capital: int = 0
    mora: int = 0
    vencidas: int = 0
    reconecta: bool = False  # the service comes back with the next bill
    pendientes: list[Pendiente] = field(default_factory=list)
    saldadas: list[Pendiente] = field(default_factory=list)

    @property
    def debe(self) -> int:
        return self.capital + self.mora


def historia(azar: random.Random, ficha: Ficha, meses: list[Mes], hoy: int) -> Historia:
    """The history of a connection over its months, with the payments made until the ordinal day ``hoy``."""
    suya = Historia()
    lectura, media = azar.randrange(3000), ficha.media
    suyos = meses[ficha.alta : ficha.baja]
    for restan, mes in zip(range(len(suyos) - 1, -1, -1), suyos, strict=True):
        promedio = azar.random() < 0.03
        consumo = round(media) if promedio else consumido(azar, ficha.media * ESTACION[mes.mes - 1])
        if suya.vencidas >= CORTE:
            consumo, promedio = 0, False
        numero = f"{mes.prefijo}{ficha.indice:06d}"
        facturar(suya, ficha, mes, numero, (lectura, consumo, "promedio" if promedio else "real"))
        lectura += consumo
        media += (consumo - media) / 6
        pagar(suya, azar, ficha, mes, numero, restan, hoy)
    return suya


def consumido(azar: random.Random, esperado: float) -> int:
    """m³ of a month: seldom a leak, sometimes nobody at home."""
    suerte = azar.random()
    factor = azar.uniform(2, 4.5) if suerte < 0.006 else 0.2 if suerte < 0.025 else azar.gauss(1, 0.12)
    return max(round(esperado * factor), 0)


def facturar(suya: Historia, ficha: Ficha, mes: Mes, numero: str, medida: tuple[int, int, str]) -> None:
    """One more bill and its lines, which add up to the total exactly."""
    lectura, consumo, tipo = medida
    lineas, suma = servicios(mes.anio, ficha.uso, ficha.estrato, consumo)
    saldo, intereses = suya.debe, porcentaje(suya.capital, MORA.get(ficha.uso, MORA_OTROS))
    nuevas = cobros(suya, ficha)
    suma += sum(valor for _, valor in nuevas)
    otras = nuevas + ([("Deuda anterior", saldo), ("Intereses de mora", intereses)] if saldo else [])
    ajuste = -(suma + saldo + intereses) % 100
    ajuste -= 100 if ajuste > 50 else 0
    if ajuste:
        otras.append(("Ajuste al peso", ajuste))
    for orden, linea in enumerate(lineas, 1):
        suya.conceptos.append((numero, orden, *linea))
    for orden, (concepto, valor) in enumerate(otras, len(lineas) + 1):
        suya.conceptos.append((numero, orden, "otros", concepto, "", "", "", pesos(valor)))
    suya.capital += suma + ajuste
    suya.mora += intereses
    suya.facturas.append(
        (
            *(numero, ficha.codigo, mes.periodo, mes.desde, mes.hasta, mes.expedida, mes.vence, mes.suspension),
            *(lectura, lectura + consumo, consumo, tipo, pesos(saldo), suya.vencidas, pesos(intereses), pesos(suya.debe)),
            *(f"{numero}{98 - int(numero) * 100 % 97:02d}", "" if ficha.uso == "residencial" else cude(numero)),
        )
    )
    suya.pendientes.append(Pendiente(numero, mes.dia, suma + ajuste))


def cobros(suya: Historia, ficha: Ficha) -> list[tuple[str, int]]:
    """What is charged now and then, with its amount."""
    otros = []
    if ficha.indice % ESTRENAN == 0:
        otros.append((f"Medidor nuevo, cuota {len(suya.facturas) + 3} de {CUOTAS}", MEDIDOR))
    if suya.reconecta:
        otros.append(("Reconexión del servicio", RECONEXION))
        suya.reconecta = False
    return otros


def cude(numero: str) -> str:
    """The key of an electronic document: businesses get one. As invented as the rest."""
    return sha384(numero.encode()).hexdigest()


def pagar(suya: Historia, azar: random.Random, ficha: Ficha, mes: Mes, numero: str, restan: int, hoy: int) -> None:
    """Perhaps a payment, always before the next bill is issued; otherwise one more bill is overdue."""
    espera, parte = decision(azar, ficha, suya.vencidas, restan)
    dia = mes.dia + espera
    if not espera or dia > hoy:
        suya.vencidas += 1 if restan else 0
        return
    valor = suya.debe if parte == 100 else suya.debe * parte // 10000 * 100
    # A customer keeps to one channel, but not always.
    canal = azar.choices(CANALES, PESOS_CANALES)[0] if azar.random() < 0.2 else CANALES[ficha.indice * 7 % 11 % 5]
    entidad = azar.choice(ENTIDADES[canal])
    identificador = f"{texto(dia).replace('-', '')}{ficha.indice:06d}"
    suya.pagos.append((identificador, ficha.codigo, numero, texto(dia), pesos(valor), canal, entidad, ""))
    a_mora = min(valor, suya.mora)
    suya.mora -= a_mora
    suya.capital -= valor - a_mora
    if suya.debe:
        suya.vencidas += 1 if restan else 0
    else:
        suya.reconecta = suya.vencidas >= SUSPENSION
        suya.saldadas = suya.pendientes if suya.reconecta else suya.saldadas
        suya.pendientes, suya.vencidas = [], 0


def decision(azar: random.Random, ficha: Ficha, vencidas: int, restan: int) -> tuple[int, int]:
    """After how many days this bill is paid (0: not at all), and what part of it, in hundredths."""
    paga = ficha.paga
    if restan <= ficha.deja:
        if paga == "abona" and restan < 3:
            return azar.randint(2, 14), 15
        return (azar.randint(2, 14), 100) if paga == "termina" and restan < 2 else (0, 0)
    if paga == "pendiente" and not restan:
        return 0, 0
    suerte = azar.random()
    if paga == "tardio":
        return (0, 0) if suerte < 0.12 and vencidas < 2 else (azar.randint(12, 27), 100)
    if paga == "irregular" and suerte < 0.6 and vencidas < SUSPENSION - 1:
        return (azar.randint(3, 27), 50) if suerte < 0.1 else (0, 0)
    if paga == "pagada":
        return azar.randint(2, 6), 100
    return (azar.randint(16, 27) if suerte < 0.03 else azar.randint(1, 15)), 100
