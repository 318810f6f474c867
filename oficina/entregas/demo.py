"""A delivery of Aguaclara, a town that does not exist, in the canonical form; and which of its codes to try.

The same seed and date give the same bytes. Rows are written as they are made: any number of predios fits.
"""

import csv
import random
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from ..db import fetch
from ..formats import hoy as hoy_en_colombia
from ..models import UltimaFactura
from .columnas import ARCHIVOS, CONCEPTOS, FACTURAS, MANDAMIENTOS, PAGOS, PREDIOS
from .demo_calendario import CICLOS, MESES, meses
from .demo_historia import CORTE, SUSPENSION, Ficha, Historia, historia
from .demo_nombres import MUNICIPIO, direccion, empresa, persona, telefono
from .demo_procesos import ETAPAS, PAGAN, fila

USOS = {"residencial": 910, "comercial": 65, "oficial": 11, "industrial": 6, "especial": 5, "provisional": 3}
ESTRATOS = {1: 28, 2: 38, 3: 24, 4: 7, 5: 2, 6: 1}
PERSONAS = {1: 12, 2: 20, 3: 25, 4: 22, 5: 12, 6: 6, 7: 3}
M3 = {"comercial": (4, 60), "industrial": (80, 600), "oficial": (20, 220), "especial": (8, 60), "provisional": (5, 40)}
PAGAN_ASI = {"puntual": 73, "tardio": 16, "irregular": 8, "deudor": 3}
SIN_USAR = 100  # customer codes before the first one

MUESTRA_SQL = """
SELECT p.codigo FROM predio p
 WHERE NOT EXISTS (SELECT 1 FROM asociacion a WHERE a.codigo = p.codigo)
   AND EXISTS (SELECT 1 FROM factura f WHERE f.codigo = p.codigo)
 ORDER BY p.codigo LIMIT 1000"""
EN_COBRO_SQL = "SELECT codigo FROM mandamiento WHERE estado <> 'terminado'"


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


def fichar(azar: random.Random, indice: int, calendario: dict) -> Ficha:
    """What a connection is: the first ones cover every case, however few there are; the others are as they come."""
    recientes = sorted(calendario, key=lambda ciclo: calendario[ciclo][-1].dia)
    uso = azar.choices(tuple(USOS), tuple(USOS.values()))[0]
    ciclo = azar.choice(recientes)
    paga, deja, proceso, suyos = azar.choices(tuple(PAGAN_ASI), tuple(PAGAN_ASI.values()))[0], -1, "", slice(None)
    suerte = azar.random()
    if paga == "deudor":
        deja, proceso = azar.randint(2, 9), azar.choice(tuple(ETAPAS)) if suerte < 0.5 else ""
    elif suerte < 0.01:
        suyos = slice(-azar.randint(1, 14), None)  # a new connection
    elif suerte < 0.014:
        paga, suyos = "pagada", slice(None, MESES - azar.randint(4, 12))  # retired
    if indice in (0, 3):
        uso, ciclo, paga, deja, proceso, suyos = "residencial", recientes[-1], "pendiente", -1, "", slice(None)
    elif indice == 2:
        uso, ciclo, paga, deja, proceso, suyos = "residencial", recientes[0], "pagada", -1, "", slice(None)
    elif indice == 4:
        uso, paga, deja, proceso, suyos = "residencial", "puntual", -1, "", slice(0)  # no bill yet
    elif indice in (5, 6):
        uso, paga, deja, proceso, suyos = "residencial", "deudor", (3, 8)[indice - 5], "", slice(None)
    elif indice == 1 or indice - 6 in range(1, len(ETAPAS)):
        uso, ciclo, suyos, proceso = "residencial", recientes[0], slice(None), tuple(ETAPAS)[max(indice - 6, 0)]
    if proceso:
        paga, deja = PAGAN.get(proceso, "deudor"), ETAPAS[proceso][0]
    estrato = azar.choices(tuple(ESTRATOS), tuple(ESTRATOS.values()))[0] if uso == "residencial" else 0
    codigo = f"{ciclo}{(SIN_USAR + indice) * 5 + azar.randrange(5):06d}"
    return Ficha(indice, codigo, ciclo, uso, estrato, media(azar, uso), paga, deja, suyos, proceso)


def media(azar: random.Random, uso: str) -> float:
    """m³ that a connection uses in a common month."""
    if uso == "residencial":
        return azar.choices(tuple(PERSONAS), tuple(PERSONAS.values()))[0] * azar.uniform(3.2, 4.8) + 1
    menos, mas = M3[uso]
    return menos + (mas - menos) * azar.random() ** 3


def fila_predio(azar: random.Random, ficha: Ficha, suya: Historia) -> tuple:
    nombre, tipo, documento, correo = persona(azar) if ficha.uso == "residencial" else empresa(azar, ficha.uso)
    donde, barrio = direccion(azar)
    ruta = f"{ficha.ciclo}-{ficha.indice // 400 + 1:03d}-{ficha.indice % 400 * 10 + 10:05d}"
    return (ficha.codigo, nombre, tipo, documento, donde, barrio, MUNICIPIO, telefono(azar), correo, ficha.uso) + (
        ficha.estrato or "",
        ficha.ciclo,
        ruta,
        f"AG-{azar.randrange(10_000_000):07d}",
        estado(ficha, suya),
    )


def estado(ficha: Ficha, suya: Historia) -> str:
    if ficha.meses.stop:
        return "retirado"
    if ficha.paga == "abona" or suya.vencidas < SUSPENSION:
        return "activo"
    return "cortado" if suya.vencidas >= CORTE else "suspendido"


def codigos_de_muestra(hoy: date | None = None) -> dict[str, str | None]:
    """Codes without an account that are good to try the portal with, None where the base has none such.

    ``principal`` has a bill to pay in time, ``vencida`` an overdue one and a coercive collection process,
    ``pagada`` a paid one, ``libre`` a bill too, whose number is ``factura_libre``. Among the first thousand codes.
    """
    hoy = hoy or hoy_en_colombia()
    en_cobro = {codigo for (codigo,) in fetch(EN_COBRO_SQL)}
    muestra: dict[str, str | None] = dict.fromkeys(("principal", "vencida", "pagada", "libre", "factura_libre"))
    for (codigo,) in fetch(MUESTRA_SQL):
        factura = UltimaFactura.de(codigo)
        estado_factura = factura.estado(hoy)
        if estado_factura == "vencida" and codigo in en_cobro:
            caso = "vencida"
        elif estado_factura == "pagada":
            caso = "pagada"
        else:
            caso = "principal" if estado_factura == "pendiente" and not muestra["principal"] else "libre"
        if muestra[caso] is None and codigo not in muestra.values():
            muestra[caso] = codigo
            muestra["factura_libre"] = factura.numero if caso == "libre" else muestra["factura_libre"]
        if None not in muestra.values():
            break
    return muestra
