"""Deliveries against the raw limit of each engine in the same run, their memory, and what customers notice meanwhile.

    python -m bench.entregas [--json ARCHIVO]

Sizes and engines come from the environment; see ``Ajustes``. For each engine: a first delivery of ``MESES`` months, of a
tenth of the size and of the whole, and on top of each the delivery of one more month. Every measurement begins from a copy
of the same database. Each ratio is printed beside what is asked of it.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .carga import Muestra, carga, percentil
from .entrega_grande import LINEAS, escribir
from .medidor import Importacion, arranque, importar
from .motores import MOTORES, ROOT, Instancia, copia, nueva

ESTE_MES = 24  # of bench/entrega_grande.py: November 2026
PREDIOS, NUEVAS = "predios", ("facturas", "conceptos", "pagos")
CALENTAMIENTO_S = 3
LIMITE_MINIMO = {"sqlite": 0.5, "mariadb": 0.2}
MEMORIA_MB = 300
WAL_MB = 100
PAGINA_VECES = 3
ESCRITURA_MS = 250
VECES_POR_DIEZ = 11


@dataclass
class Ajustes:
    """Each one is an environment variable of the same name in capitals."""

    predios: int = 130_000
    meses: int = 24  # of the first delivery
    motores: str = "sqlite mariadb"
    repeticiones: int = 3
    sin_predios: int = 0  # 1: the monthly delivery brings no predios.csv
    desorden: int = 0  # 1: the bills of the monthly delivery come in no order
    paginas_s: int = 40
    escrituras_s: int = 10
    reposo_s: int = 20  # how long the portal is measured at rest
    grande: str = ""  # engines that take in, instead of all else, one month of a utility of a million predios
    predios_grande: int = 1_000_000

    @classmethod
    def del_entorno(cls) -> "Ajustes":
        dados = {nombre: os.environ[nombre.upper()] for nombre in cls.__dataclass_fields__ if os.environ.get(nombre.upper())}
        return cls(**{nombre: type(getattr(cls, nombre))(valor) for nombre, valor in dados.items()})


@dataclass
class Cifra:
    """A figure, and where something is asked of it the least or the most it may be."""

    motor: str
    grupo: str
    nombre: str
    valor: float
    unidad: str
    minimo: float | None = None
    maximo: float | None = None

    @property
    def cumple(self) -> bool | None:
        if self.minimo is None and self.maximo is None:
            return None
        return (self.minimo is None or self.valor >= self.minimo) and (self.maximo is None or self.valor <= self.maximo)


@dataclass
class Informe:
    """The figures of a run, shown as they come, in groups."""

    cifras: list[Cifra] = field(default_factory=list)
    motor: str = ""
    grupo: str = ""

    def empezar(self, motor: str, grupo: str) -> None:
        self.motor, self.grupo = motor, grupo
        print(f"\n{motor}: {grupo}")

    def anotar(self, nombre: str, valor: float, unidad: str, **cota: float) -> None:
        """``cota`` is ``minimo`` or ``maximo``, where something is asked of the figure."""
        cifra = Cifra(self.motor, self.grupo, nombre, valor, unidad, **cota)
        meta = f"{'≥' if cifra.maximo is None else '≤'} {numero(next(iter(cota.values())), unidad)}" if cota else ""
        print(f"  {nombre:<50}{numero(valor, unidad):>18}  {meta:<18}{JUICIO[cifra.cumple]}".rstrip(), flush=True)
        self.cifras.append(cifra)

    def tiempo(self, nombre: str, segundos: float, filas: int) -> None:
        self.anotar(nombre, segundos, "s")
        self.anotar("  por segundo", filas / segundos, "filas/s")

    def memoria(self, *hechas: Importacion) -> None:
        """The greatest of some imports."""
        pss, rss, wal = (max(getattr(hecha, pico) for hecha in hechas) for pico in ("pss_mb", "rss_mb", "wal_mb"))
        self.anotar("memoria máxima (PSS, con los procesos hijos)", pss, "MB", maximo=MEMORIA_MB)
        self.anotar("memoria máxima (suma de RSS)", rss, "MB")
        if self.motor == "sqlite":
            self.anotar("diario WAL máximo", wal, "MB", maximo=WAL_MB)

    def resumen(self) -> str:
        juzgadas = [cifra for cifra in self.cifras if cifra.cumple is not None]
        fallas = [cifra for cifra in juzgadas if not cifra.cumple]
        lineas = [f"\nCumple {len(juzgadas) - len(fallas)} de {len(juzgadas)} metas."]
        return "\n".join(lineas + [f"  No cumple: {cifra.motor}, {cifra.grupo}: {cifra.nombre}" for cifra in fallas])


TIPOS = {"pagina": "página Factura", "datos": "cambio de datos", "ingreso": "ingreso"}
JUICIO = {None: "", True: "cumple", False: "NO CUMPLE"}


def main() -> None:
    opciones = argparse.ArgumentParser(prog="bench.entregas", description="Mide las entregas.")
    opciones.add_argument("--json", type=Path, help="archivo para las cifras")
    archivo = opciones.parse_args().json
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that folders and servers are removed then too
    ajustes, informe = Ajustes.del_entorno(), Informe()
    with tempfile.TemporaryDirectory(prefix="oficina-entregas-") as temporal:
        print(f"Todo se hace en {temporal}, que se borra al final.", flush=True)
        if ajustes.grande:
            medir_grande(ajustes, Path(temporal), informe)
        else:
            medir(ajustes, Path(temporal), informe)
    print(informe.resumen())
    if archivo:
        cifras = [asdict(cifra) | {"cumple": cifra.cumple} for cifra in informe.cifras]
        maquina = {"sistema": platform.platform(), "nucleos": os.cpu_count(), "python": platform.python_version()}
        maquina["sqlite3"] = sqlite3.sqlite_version  # the bare one; the portal brings its own
        datos = {"maquina": maquina, "ajustes": asdict(ajustes), "cifras": cifras}
        archivo.write_text(json.dumps(datos, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def elegidos(nombres: str) -> list[str]:
    if ajenos := set(nombres.split()) - set(MOTORES):
        sys.exit(f"No se conoce el motor {', '.join(ajenos)}; los hay {', '.join(MOTORES)}.")
    return nombres.split()


# -- what is measured -----------------------------------------------------------------------------------


@dataclass
class Entrega:
    """Files to take in, and the rows of them that are new in the base."""

    carpeta: Path
    filas: int


def medir(ajustes: Ajustes, carpeta: Path, informe: Informe) -> None:
    """Each engine with a tenth of the size and with the whole."""
    tamanos = (ajustes.predios // 10, ajustes.predios)
    entregas = {predios: (primera(ajustes, carpeta, predios), mensual(ajustes, carpeta, predios)) for predios in tamanos}
    for motor in elegidos(ajustes.motores):
        primeras, mensuales, vacios = [], [], []
        for predios, (historia, mes) in entregas.items():
            medicion = Medicion(motor, predios, carpeta / motor, ajustes, informe)
            primeras.append(medicion.primera(historia))
            mediana, vacio = medicion.mensual(mes)
            mensuales.append(mediana)
            vacios.append(vacio)
            if predios == ajustes.predios:
                medicion.con_carga(mes)
            shutil.rmtree(medicion.base)
        informe.empezar(motor, f"de {numero(tamanos[0])} a {numero(tamanos[1])} predios")
        for nombre, (chica, grande) in (("primera", primeras), ("mensual", mensuales)):
            informe.anotar(f"tiempo de la {nombre}", grande / chica, "veces", maximo=VECES_POR_DIEZ)
            neto = (grande - vacios[1]) / (chica - vacios[0])
            informe.anotar("  sin lo que tarda cuando nada hay que importar", neto, "veces")


def primera(ajustes: Ajustes, carpeta: Path, predios: int) -> Entrega:
    print(f"Escribiendo la primera entrega de {numero(predios)} predios…", flush=True)
    destino = carpeta / f"primera-{predios}"
    return Entrega(destino, sum(escribir(destino, predios, range(ESTE_MES - ajustes.meses, ESTE_MES)).values()))


def mensual(ajustes: Ajustes, carpeta: Path, predios: int) -> Entrega:
    """Its predios are there already and stay as they are: read and compared, not inserted, hence not counted."""
    destino, mes = carpeta / f"mensual-{predios}", range(ESTE_MES, ESTE_MES + 1)
    filas = escribir(destino, predios, mes, con_predios=not ajustes.sin_predios, desorden=bool(ajustes.desorden))
    return Entrega(destino, sum(filas[nombre] for nombre in NUEVAS))


@dataclass
class Medicion:
    """One engine and one size; ``base`` is the folder of the instance with the first delivery in it."""

    motor: str
    predios: int
    base: Path
    ajustes: Ajustes
    informe: Informe

    def primera(self, entrega: Entrega) -> float:
        """Take in the first delivery; its seconds."""
        with nueva(self.motor, self.base) as instancia:
            hecha = importar(instancia, entrega.carpeta)
            comprobar(instancia, self.predios * self.ajustes.meses, entrega.carpeta)
            tamano = instancia.tamano_mb()
        titulo = f"primera entrega, {numero(self.predios)} predios, {self.ajustes.meses} meses"
        self.informe.empezar(self.motor, f"{titulo} ({numero(entrega.filas)} filas)")
        self.informe.tiempo("importación, todo el comando", hecha.segundos, entrega.filas)
        self.informe.memoria(hecha)
        self.informe.anotar("tamaño de la base", tamano, "MB")
        return hecha.segundos

    def mensual(self, entrega: Entrega) -> tuple[float, float]:
        """The raw limit and the import of a month, by turns, each on a copy of the base.

        The median seconds of the import, and of the command when there is nothing to import.
        """
        limites, hechas, vacios = [], [], []
        for _ in range(self.ajustes.repeticiones):
            with copia(self.motor, self.base) as instancia:
                limites.append(limite(instancia, entrega.carpeta, *NUEVAS))
            with copia(self.motor, self.base) as instancia:
                vacios.append(arranque(instancia))
                hechas.append(self.importar_mes(instancia, entrega))
        razones = [crudo / hecha.segundos for crudo, hecha in zip(limites, hechas, strict=True)]
        mediana, vacio = statistics.median(hecha.segundos for hecha in hechas), statistics.median(vacios)
        # A tenth of the size is there to compare times: on it, starting the command weighs too much.
        cota = {"minimo": LIMITE_MINIMO[self.motor]} if self.predios == self.ajustes.predios else {}
        self.informe.empezar(
            self.motor, f"entrega mensual, {numero(self.predios)} predios ({numero(entrega.filas)} filas nuevas)"
        )
        self.informe.tiempo("límite del motor, mediana", statistics.median(limites), entrega.filas)
        self.informe.tiempo("importación, todo el comando, mediana", mediana, entrega.filas)
        self.informe.anotar("  lo que tarda cuando nada hay que importar", vacio, "s")
        self.informe.anotar("proporción del límite, mediana", statistics.median(razones), "del límite", **cota)
        self.informe.memoria(*hechas)
        return mediana, vacio

    def con_carga(self, entrega: Entrega) -> None:
        """The import of a month while customers look at pages, sign in and change their data."""
        ritmos = self.ajustes.paginas_s, self.ajustes.escrituras_s
        with copia(self.motor, self.base) as instancia, carga(instancia, self.predios, *ritmos) as clientes:
            time.sleep(CALENTAMIENTO_S)
            reposo = time.monotonic()
            time.sleep(self.ajustes.reposo_s)
            hecha = self.importar_mes(instancia, entrega)
            muestras = clientes.terminar()
        quieto = [muestra for muestra in muestras if reposo <= muestra.debida < hecha.desde]
        durante = [muestra for muestra in muestras if hecha.desde <= muestra.debida < hecha.hasta]
        titulo = (
            f"entrega mensual, {numero(self.predios)} predios, con {ritmos[0]} páginas y {ritmos[1]} escrituras por segundo"
        )
        self.informe.empezar(self.motor, titulo)
        self.informe.tiempo("importación, todo el comando", hecha.segundos, entrega.filas)
        self.informe.memoria(hecha)
        for tipo, nombre in TIPOS.items():
            latencias(nombre, [[m for m in momento if m.tipo == tipo] for momento in (quieto, durante)], self.informe)
        errores = sum(not muestra.bien for muestra in durante)
        self.informe.anotar("peticiones sin la respuesta debida", errores, "", maximo=0)

    def importar_mes(self, instancia: Instancia, entrega: Entrega) -> Importacion:
        hecha = importar(instancia, entrega.carpeta)
        comprobar(instancia, self.predios * (self.ajustes.meses + 1), entrega.carpeta)
        return hecha


def latencias(nombre: str, momentos: list[list[Muestra]], informe: Informe) -> None:
    """p50, p99 and greatest time of one kind of request, at rest and during the import; and what is asked of it."""
    p99 = []
    es_pagina = nombre == TIPOS["pagina"]
    for momento, muestras in zip(("en reposo", "durante"), momentos, strict=True):
        segundos = [muestra.segundos for muestra in muestras]
        if not segundos:
            sys.exit(f"No hubo peticiones de «{nombre}» {momento}: use REPOSO_S o PREDIOS mayores.")
        p99.append(percentil(segundos, 99))
        cota = {} if es_pagina or momento == "en reposo" else {"maximo": ESCRITURA_MS}
        informe.anotar(f"{nombre} {momento}, p50 de {len(segundos)}", percentil(segundos, 50), "ms")
        informe.anotar(f"{nombre} {momento}, p99", p99[-1], "ms", **cota)
        informe.anotar(f"{nombre} {momento}, máximo", percentil(segundos, 100), "ms")
    cota = {"maximo": PAGINA_VECES} if es_pagina else {}
    informe.anotar(f"{nombre}: p99 durante / p99 en reposo", p99[1] / p99[0], "veces", **cota)


def medir_grande(ajustes: Ajustes, carpeta: Path, informe: Informe) -> None:
    """One month of a great utility, with all its predios, into empty tables; and the raw limit of the same."""
    predios, entrega = ajustes.predios_grande, carpeta / "grande"
    print(f"Escribiendo una entrega de {numero(predios)} predios…", flush=True)
    filas = sum(escribir(entrega, predios, range(ESTE_MES, ESTE_MES + 1)).values())
    for motor in elegidos(ajustes.grande):
        base = carpeta / motor
        with nueva(motor, base) as instancia:
            crudo = limite(instancia, entrega, PREDIOS, *NUEVAS)
        shutil.rmtree(base)
        with nueva(motor, base) as instancia:
            hecha = importar(instancia, entrega)
            comprobar(instancia, predios, entrega)
            tamano = instancia.tamano_mb()
        shutil.rmtree(base)
        informe.empezar(motor, f"{numero(predios)} predios y un mes ({numero(filas)} filas)")
        informe.tiempo("límite del motor", crudo, filas)
        informe.tiempo("importación, todo el comando", hecha.segundos, filas)
        informe.anotar("proporción del límite", crudo / hecha.segundos, "del límite")
        informe.memoria(hecha)
        informe.anotar("tamaño de la base", tamano, "MB")


# -- how ------------------------------------------------------------------------------------------------


def limite(instancia: Instancia, entrega: Path, *archivos: str) -> float:
    """The seconds that the engine alone takes for the rows of these files; the instance is of no use afterwards."""
    orden = [sys.executable, "-m", "bench.limite", instancia.url, str(entrega), *archivos]
    hecho = subprocess.run(orden, cwd=ROOT, env=instancia.entorno, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(hecho.stdout)["segundos"]


def comprobar(instancia: Instancia, facturas: int, entrega: Path) -> None:
    """End the benchmark unless customers see so many bills, and the last one of the delivery with its lines."""
    with (entrega / "conceptos.csv").open("rb") as archivo:
        archivo.seek(-200, os.SEEK_END)
        ultima = archivo.read().decode(errors="replace").splitlines()[-1].partition(";")[0]
    vistas = instancia.consultar("SELECT COUNT(*) FROM factura")
    lineas = instancia.consultar(f"SELECT COUNT(*) FROM concepto WHERE numero = '{ultima}'")
    if (vistas, lineas) != (facturas, LINEAS):
        sys.exit(f"La importación no publicó lo entregado: {vistas} facturas de {facturas}; la {ultima}, con {lineas} líneas.")


def numero(valor: float, unidad: str = "") -> str:
    """As Colombia writes it: points of thousands, a decimal comma; decimals where they tell something."""
    decimales = 0 if isinstance(valor, int) or unidad == "filas/s" else 2 if unidad in ("veces", "del límite") else 1
    texto = f"{valor:,.{decimales}f}".translate(str.maketrans(",.", ".,"))
    return f"{texto} {unidad}".strip()


if __name__ == "__main__":
    main()
