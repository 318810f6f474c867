"""A delivery of Aguaclara, a town that does not exist, in the canonical form; and which of its codes to try.

The same seed and date give the same bytes. Rows are written as they are made: any number of predios fits.
"""

import csv
import random
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from ..db import fetch
from ..formats import hoy as hoy_en_colombia
from ..models import UltimaFactura
from .columnas import ARCHIVOS, CONCEPTOS, FACTURAS, MANDAMIENTOS, PAGOS, PREDIOS
from .demo_calendario import CICLOS, MESES, Mes, meses
from .demo_historia import CORTE, SUSPENSION, Ficha, Historia, historia
from .demo_nombres import MUNICIPIO, direccion, empresa, persona, telefono
from .demo_procesos import ETAPAS, PAGAN, fila

USOS = {"residencial": 910, "comercial": 65, "oficial": 11, "industrial": 6, "especial": 5, "provisional": 3}
ESTRATOS = {1: 28, 2: 38, 3: 24, 4: 7, 5: 2, 6: 1}
PERSONAS = {1: 12, 2: 20, 3: 25, 4: 22, 5: 12, 6: 6, 7: 3}
M3 = {"comercial": (4, 60), "industrial": (80, 600), "oficial": (20, 220), "especial": (8, 60), "provisional": (5, 40)}
PAGAN_ASI = {"puntual": 73, "tardio": 16, "irregular": 8, "deudor": 3}
NUEVOS, RETIRADOS, EN_COBRO = 0.01, 0.004, 0.5  # the last one, of those in debt
SIN_USAR = 100  # customer codes before the first one

# Dwellings without an account: some whose bill can still be paid in time, those in collection, any with a bill.
MUESTRA_SQL = """
SELECT DISTINCT p.codigo FROM predio p {juntas}
 WHERE NOT EXISTS (SELECT 1 FROM asociacion a WHERE a.codigo = p.codigo)
   AND p.uso = 'residencial' AND p.estado <> 'retirado' AND {condicion}
 ORDER BY p.codigo LIMIT 100"""
A_TIEMPO_SQL = MUESTRA_SQL.format(juntas="JOIN factura f ON f.codigo = p.codigo", condicion="f.vence >= ?")
EN_COBRO_SQL = MUESTRA_SQL.format(juntas="JOIN mandamiento m ON m.codigo = p.codigo", condicion="m.estado <> 'terminado'")
FACTURADOS_SQL = MUESTRA_SQL.format(juntas="JOIN factura f ON f.codigo = p.codigo", condicion="f.total > 0")


def escribir(carpeta: Path, predios: int, semilla: int = 1, hoy: date | None = None) -> dict[str, int]:
    """Write a delivery of so many connections with 24 months of bills issued before ``hoy``; rows per file.

    The folder is made where it is missing; files of an earlier delivery in it are replaced.
    """
    hoy = hoy or hoy_en_colombia()
    azar = random.Random(semilla)
    calendario = {ciclo: meses(ciclo, hoy) for ciclo in CICLOS}
    filas = dict.fromkeys((archivo.nombre for archivo in ARCHIVOS), 0)
    carpeta.mkdir(parents=True, exist_ok=True)
    with ExitStack() as abiertos:
        salidas = {archivo: abrir(archivo, carpeta, abiertos) for archivo in ARCHIVOS}
        for indice in range(predios):
            ficha = fichar(azar, indice, calendario)
            suya = historia(azar, ficha, calendario[ficha.ciclo], hoy.toordinal())
            corte = calendario[ficha.ciclo][-1].expedida
            procesos = [fila(ficha, suya, corte, hoy)] if ficha.proceso else []
            grupos = ([fila_predio(azar, ficha, suya)], suya.facturas, suya.conceptos, suya.pagos, procesos)
            for archivo, grupo in zip((PREDIOS, FACTURAS, CONCEPTOS, PAGOS, MANDAMIENTOS), grupos, strict=True):
                salidas[archivo].writerows(grupo)
                filas[archivo.nombre] += len(grupo)
    return filas


def abrir(archivo, carpeta: Path, abiertos: ExitStack):
    """A CSV writer of a file, its header written."""
    destino = abiertos.enter_context((carpeta / f"{archivo.nombre}.csv").open("w", encoding="utf-8", newline=""))
    salida = csv.writer(destino, delimiter=";", lineterminator="\n")
    salida.writerow(archivo.nombres)
    return salida


def fichar(azar: random.Random, indice: int, calendario: dict[str, list[Mes]]) -> Ficha:
    """What a connection is: the first ones cover every case, however few there are; the others are as they come."""
    uso = al_azar(azar, USOS)
    ficha = Ficha(indice, "", azar.choice(tuple(CICLOS)), uso, 0, 0.0, al_azar(azar, PAGAN_ASI))
    suerte = azar.random()
    if ficha.paga == "deudor":
        ficha.deja, ficha.proceso = azar.randint(2, 9), azar.choice(tuple(ETAPAS)) if suerte < EN_COBRO else ""
    elif suerte < NUEVOS:
        ficha.alta = MESES - azar.randint(1, 14)
    elif suerte < NUEVOS + RETIRADOS:
        ficha.paga, ficha.baja = "pagada", MESES - azar.randint(4, 12)
    por_fecha = sorted(calendario, key=lambda ciclo: calendario[ciclo][-1].dia)
    ficha = CASOS.get(indice, lambda ficha, *_: ficha)(ficha, por_fecha[0], por_fecha[-1])
    if ficha.proceso:
        ficha.paga, ficha.deja = PAGAN.get(ficha.proceso, "deudor"), ETAPAS[ficha.proceso][0]
    ficha.estrato = al_azar(azar, ESTRATOS) if ficha.uso == "residencial" else 0
    ficha.codigo = f"{ficha.ciclo}{(SIN_USAR + indice) * 5 + azar.randrange(5):06d}"
    ficha.media = media(azar, ficha.uso)
    return ficha


def caso(ciclo: str = "", **datos) -> Callable[[Ficha, str, str], Ficha]:
    """A connection that is always so; ``ciclo`` is "antiguo" or "reciente" by the day of its latest bill."""

    def hacer(ficha: Ficha, antiguo: str, reciente: str) -> Ficha:
        suyo = {"antiguo": antiguo, "reciente": reciente}.get(ciclo, ficha.ciclo)
        return Ficha(ficha.indice, "", suyo, "residencial", 0, 0.0, **{"paga": "deudor"} | datos)

    return hacer


CASOS = {
    0: caso("reciente", paga="pendiente"),
    1: caso("antiguo", proceso="notificado"),
    2: caso("antiguo", paga="pagada"),
    3: caso("reciente", paga="pendiente"),
    4: caso(paga="puntual", alta=MESES),  # not billed yet
    5: caso(deja=SUSPENSION),
    6: caso(deja=CORTE + 2),
    **{n: caso("antiguo", proceso=etapa) for n, etapa in enumerate(ETAPAS, 6) if n > 6},
}


def al_azar(azar: random.Random, pesos: dict[Any, int]) -> Any:
    return azar.choices(tuple(pesos), tuple(pesos.values()))[0]


def media(azar: random.Random, uso: str) -> float:
    """m³ that a connection uses in a common month."""
    if uso == "residencial":
        return al_azar(azar, PERSONAS) * azar.uniform(3.2, 4.8) + 1
    menos, mas = M3[uso]
    return menos + (mas - menos) * azar.random() ** 3


def fila_predio(azar: random.Random, ficha: Ficha, suya: Historia) -> tuple:
    nombre, tipo, documento, correo = persona(azar) if ficha.uso == "residencial" else empresa(azar, ficha.uso)
    donde, barrio = direccion(azar)
    ruta = f"{ficha.ciclo}-{ficha.indice // 400 + 1:03d}-{ficha.indice % 400 * 10 + 10:05d}"
    return (
        *(ficha.codigo, nombre, tipo, documento, donde, barrio, MUNICIPIO, telefono(azar), correo, ficha.uso),
        *(ficha.estrato or "", ficha.ciclo, ruta, f"AG-{azar.randrange(10_000_000):07d}", estado(ficha, suya)),
    )


def estado(ficha: Ficha, suya: Historia) -> str:
    if ficha.baja:
        return "retirado"
    if ficha.paga == "abona" or suya.vencidas < SUSPENSION:
        return "activo"
    return "cortado" if suya.vencidas >= CORTE else "suspendido"


def codigos_de_muestra(hoy: date | None = None) -> dict[str, str | None]:
    """Codes without an account that are good to try the portal with, None where the base has none such.

    ``principal`` has a bill to pay in time, ``vencida`` an overdue one and a coercive collection process,
    ``pagada`` a paid one, ``libre`` one more bill, best to pay in time too, whose number is ``factura_libre``.
    """
    casos = por_caso(hoy or hoy_en_colombia())
    primeros = {nombre: casos[nombre][0] if casos[nombre] else None for nombre in ("pendiente", "cobro", "pagada")}
    libres = [factura for nombre in ("pendiente", "vencida", "pagada") for factura in casos[nombre]]
    libre = next((factura for factura in libres if factura not in primeros.values()), None)
    return {
        "principal": codigo_de(primeros["pendiente"]),
        "vencida": codigo_de(primeros["cobro"]),
        "pagada": codigo_de(primeros["pagada"]),
        "libre": codigo_de(libre),
        "factura_libre": libre.numero if libre else None,
    }


def por_caso(hoy: date) -> dict[str, list[UltimaFactura]]:
    """Latest bills of codes without an account by state; ``cobro`` are overdue and in coercive collection."""
    en_cobro = [codigo for (codigo,) in fetch(EN_COBRO_SQL)]
    otros = [codigo for (codigo,) in fetch(A_TIEMPO_SQL, str(hoy)) + fetch(FACTURADOS_SQL)]
    casos: dict[str, list[UltimaFactura]] = {"pendiente": [], "vencida": [], "pagada": [], "cobro": []}
    for codigo in dict.fromkeys(en_cobro + otros):
        factura = UltimaFactura.de(codigo)
        if factura:
            caso = factura.estado(hoy)
            casos["cobro" if caso == "vencida" and codigo in en_cobro else caso].append(factura)
    return casos


def codigo_de(factura: UltimaFactura | None) -> str | None:
    return factura.codigo if factura else None
