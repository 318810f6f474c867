"""Runs an import as an operator does and watches it from outside: its time, its memory, the write-ahead log it makes."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from .motores import ROOT, Instancia

CADA_S = 0.05
PSS_CADA = 5  # samples: asking for it stops the process for 2 ms
PAGINA = os.sysconf("SC_PAGE_SIZE")
SIN_ARCHIVOS = 2  # what the import returns for a folder without a delivery


@dataclass
class Importacion:
    """``pss_mb`` and ``rss_mb`` are the peaks of the command and its children together, without the server of MariaDB.

    RSS counts what they share once for each process; PSS counts it once.
    """

    desde: float
    hasta: float
    pss_mb: float
    rss_mb: float
    wal_mb: float

    @property
    def segundos(self) -> float:
        return self.hasta - self.desde


def importar(instancia: Instancia, entrega: Path) -> Importacion:
    """The whole command, from before the interpreter starts until it has ended. Ends the benchmark where it fails."""
    salida = instancia.temporales / "importar.log"
    with salida.open("wb") as diario:
        desde = time.monotonic()
        proceso = subprocess.Popen(
            instancia.orden("importar", entrega), cwd=ROOT, env=instancia.entorno, stdout=diario, stderr=diario
        )
        medidor = Medidor(proceso.pid, instancia.carpeta)
        try:
            codigo = proceso.wait()
        finally:
            proceso.kill()
            medidor.terminar()
    hasta = time.monotonic()
    if codigo:
        sys.exit(f"La importación de {entrega} terminó con {codigo}:\n{salida.read_text(errors='replace')[-4000:]}")
    return Importacion(desde, hasta, medidor.pss / 1e6, medidor.rss / 1e6, medidor.wal / 1e6)


def arranque(instancia: Instancia) -> float:
    """The seconds that the command takes when there is nothing to import."""
    vacia = instancia.temporales / "vacia"
    vacia.mkdir(exist_ok=True)
    desde = time.monotonic()
    hecho = subprocess.run(instancia.orden("importar", vacia), cwd=ROOT, env=instancia.entorno, capture_output=True, text=True)
    if hecho.returncode != SIN_ARCHIVOS:
        sys.exit(f"Importar una carpeta vacía terminó con {hecho.returncode}:\n{hecho.stderr}")
    return time.monotonic() - desde


class Medidor(threading.Thread):
    """Keeps the greatest memory of a process with its children, and of the write-ahead logs in a folder; in bytes."""

    def __init__(self, pid: int, carpeta: Path):
        super().__init__(daemon=True)
        self.pid, self.carpeta = pid, carpeta
        self.pss = self.rss = self.wal = 0
        self.fin = threading.Event()
        self.start()

    def run(self) -> None:
        muestra = 0
        while not self.fin.wait(CADA_S):
            procesos = arbol(self.pid)
            self.rss = max(self.rss, sum(map(rss, procesos)))
            if muestra % PSS_CADA == 0:
                self.pss = max(self.pss, sum(map(pss, procesos)))
            self.wal = max(self.wal, sum(tamano(ruta) for ruta in self.carpeta.rglob("*-wal")))
            muestra += 1

    def terminar(self) -> None:
        self.fin.set()
        self.join()


def arbol(pid: int) -> list[int]:
    """A process and all that come from it."""
    hijos: list[int] = []
    for tarea in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            hijos += map(int, tarea.read_text().split())
        except OSError:
            continue  # it ended meanwhile
    return [pid, *(nieto for hijo in hijos for nieto in arbol(hijo))]


def rss(pid: int) -> int:
    """In bytes; nothing once the process has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGINA
    except OSError:
        return 0


def pss(pid: int) -> int:
    """In bytes; nothing once the process has ended."""
    try:
        lineas = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(linea.split()[1]) * 1024 for linea in lineas if linea.startswith("Pss:"))


def tamano(ruta: Path) -> int:
    try:
        return ruta.stat().st_size
    except FileNotFoundError:
        return 0
