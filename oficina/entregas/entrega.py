"""A delivery from its folder to the portal: read, checked, compared, written unseen, published; whole or not at all."""

import gc
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic

from ..db import utcnow, write
from . import publicacion
from .acopio import Acopio
from .base import vacia
from .cerrojo import uno_a_la_vez
from .columnas import ARCHIVOS, PAGOS, RECAUDOS, Archivo
from .comparacion import Comparacion, Diferencia
from .identificacion import Identificacion
from .indice import Indice
from .lector import BASURA, leer
from .limpieza import deshacer as deshacer_entrega
from .limpieza import limpiar
from .opciones import POR_NOMBRE, Opciones
from .origen import EntregaError, Origen, abrir_entrega, legible
from .publicacion import Escritura
from .recaudos import Recaudos
from .resultado import Conteo, Resultado
from .revision import Filas, Revision, sumar

MAX_BANCOS = 150  # what the record of a delivery holds
# Step ("limpiar" in keys, "revisar" in bytes, "publicar" in rows), how much is done, how much there is (0: unknown), rows.
Avance = Callable[[str, int, int, int], None]


def importar(
    ruta: Path,
    quien: str,
    opciones: Opciones | None = None,
    avance: Avance | None = None,
    *,
    simular: bool = False,
    parcial: bool = False,
    ocultar: bool = True,
    espera: int = 0,
    trabajo: Path | None = None,
) -> Resultado:
    """Take in the delivery of a folder or .zip, on behalf of ``quien``.

    With any rejected row nothing is published, unless ``parcial``: then the good rows are. ``simular`` only compares.
    ``ocultar``: accounts of codes that changed holder see no newer bills. Another import at work is waited for
    ``espera`` seconds. ``trabajo`` is a folder with room for as much as the files weigh; the system's own by default.
    Raises EntregaError where it is no delivery, and OcupadoError.
    """
    with uno_a_la_vez(espera), sin_buscar_basura():
        carpeta = trabajo or Path(tempfile.gettempdir())
        return Carrera(ruta, quien, opciones or Opciones(), avance, carpeta, parcial, ocultar).correr(simular)


@contextmanager
def sin_buscar_basura() -> Iterator[None]:
    """See ``lector.BASURA``."""
    antes = gc.get_threshold()
    gc.set_threshold(BASURA)
    try:
        yield
    finally:
        gc.set_threshold(*antes)


def deshacer(
    entrega: int,
    quien: str,
    avance: Avance | None = None,
    *,
    espera: int = 0,
    dias_pago: int = Opciones.dias_pago,
) -> None:
    """Take back the last published delivery, on behalf of ``quien``. Raises NoSeDeshaceError and OcupadoError."""
    with uno_a_la_vez(espera):
        deshacer_entrega(entrega, quien, dias_pago)
        limpiar(Paso("limpiar", 0, avance))


class Paso:
    """How much of a step is done; calling it adds to that. ``filas`` are the rows seen in it."""

    def __init__(self, nombre: str, total: int, avance: Avance | None):
        self.nombre, self.total, self.avance = nombre, total, avance
        self.hecho = self.filas = 0

    def __call__(self, mas: int) -> None:
        self.hecho = min(self.hecho + mas, self.total) if self.total else self.hecho + mas
        if self.avance:
            self.avance(self.nombre, self.hecho, self.total, self.filas)

    def avanzar(self, filas: int) -> None:
        """Where what is done is counted in rows."""
        self.filas += filas
        self(filas)


class Carrera:
    """One import, step by step."""

    def __init__(
        self,
        ruta: Path,
        quien: str,
        opciones: Opciones,
        avance: Avance | None,
        carpeta: Path,
        parcial: bool,
        ocultar: bool,
    ):
        self.ruta, self.quien, self.opciones, self.avance = ruta, quien, opciones, avance
        self.parcial, self.ocultar = parcial, ocultar
        self.iniciada, self.reloj = utcnow(), monotonic()
        self.carpeta = carpeta
        self.resultado = Resultado(legible(ruta.resolve().name), carpeta)
        self.bancos: list[str] = []  # the banks' files that are good

    def correr(self, simular: bool) -> Resultado:
        with ExitStack() as abiertos:
            archivos, bancos = abiertos.enter_context(abrir_entrega(self.ruta, self.opciones, self.resultado))
            if len(bancos) > MAX_BANCOS:
                raise EntregaError(
                    f"La entrega trae {len(bancos)} archivos de bancos: repártalos de a {MAX_BANCOS} por entrega."
                )
            limpiar(Paso("limpiar", 0, self.avance), solo_lo_interrumpido=simular)
            acopio, indice = abiertos.enter_context(Acopio(self.carpeta)), abiertos.enter_context(Indice(self.carpeta))
            self.revisar(archivos, bancos, acopio, indice)
            if simular:
                self.resultado.simulada = True
                self.comparar(acopio, indice, entrega=0)
            elif self.resultado.rechazos and not self.resultado.por_partes:
                self.rechazar()
            else:
                self.publicar(acopio, indice)
        self.medir()
        return self.resultado

    def revisar(self, archivos: Mapping[str, Origen], bancos: list[Origen], acopio: Acopio, indice: Indice) -> None:
        """Check every row and keep the good ones."""
        revision = Revision(self.resultado, indice, self.parcial)
        # Payments of banks that wait are looked for in every delivery.
        de_bancos = bool(bancos) or not vacia(RECAUDOS.tabla)
        paso = Paso("revisar", sum(origen.tamano for origen in (*archivos.values(), *bancos)), self.avance)
        for lote in leer(self.ruta, archivos, self.opciones, acopio.carpeta):
            archivo = POR_NOMBRE[lote.archivo]
            conteo = self.resultado.archivos.setdefault(lote.archivo, Conteo())
            filas = revision.lote(archivo, lote)
            acopio.guardar(archivo.nombre, filas)
            if archivo is PAGOS and de_bancos:
                indice.anotar_pagos((codigo, id_, fecha, valor, factura) for id_, codigo, factura, fecha, valor, *_ in filas)
            conteo.buenas += len(filas)
            conteo.suma += sumar(archivo, filas)
            paso.filas += lote.leidas - conteo.filas
            conteo.filas, conteo.sha256 = lote.leidas, lote.sha256
            paso(lote.bytes)
        revision.cuadrar()
        self.resultado.por_partes = self.parcial and revision.por_partes
        self.revisar_bancos(bancos, acopio, indice, paso)
        self.resultado.huella = huella(self.resultado)
        for nombre, conteo in self.resultado.archivos.items():
            if not conteo.filas and not self.resultado.rechazos.por_archivo[nombre]:
                self.resultado.avisar(nombre, None, "", "", "El archivo no trae ninguna fila.")
            conteo.rechazadas = max(0, conteo.filas - conteo.buenas)

    def revisar_bancos(self, bancos: list[Origen], acopio: Acopio, indice: Indice, paso: Paso) -> None:
        """A bank's file is taken whole or not at all."""
        recaudos = Recaudos(self.resultado, indice, self.opciones)
        for origen in bancos:
            bueno = recaudos.revisar(origen, acopio, paso)
            conteo = self.resultado.archivos[origen.nombre]
            paso.filas += conteo.filas
            paso(0)
            if bueno:
                self.bancos.append(origen.nombre)
            else:
                conteo.omitidas, conteo.suma = conteo.buenas, 0

    def comparar(self, acopio: Acopio, indice: Indice, entrega: int) -> None:
        """Compare with what is published; as the delivery ``entrega``, unless it is 0, write what differs."""
        comparacion = Comparacion(indice, self.resultado, entrega)
        identificacion = Identificacion(indice, self.opciones, entrega)
        escritura = Escritura(entrega) if entrega else None
        paso = Paso("publicar", sum(conteo.buenas for conteo in self.resultado.archivos.values()), self.avance)
        for archivo in ARCHIVOS:
            for filas in acopio.bloques(archivo.nombre):
                diferencia = comparacion.comparar(archivo, filas)
                escribir(escritura, archivo, diferencia)
                diferencia.contar(self.resultado.archivos[archivo.nombre])
                self.resultado.titulares += len(diferencia.titulares)
                if archivo is PAGOS:
                    for de_banco in identificacion.llegan(diferencia.nuevas):
                        escribir(escritura, *de_banco)
                        self.resultado.archivos[PAGOS.nombre].conciliadas += len(de_banco[1].sobran)
                paso.avanzar(len(filas))
        self.identificar(identificacion, acopio, escritura, paso)

    def identificar(self, identificacion: Identificacion, acopio: Acopio, escritura: Escritura | None, paso: Paso) -> None:
        """Whose the payments of banks are: those of the delivery, and those that waited."""
        for nombre in self.bancos:
            conteo = self.resultado.archivos[nombre]
            for filas in acopio.bloques(nombre):
                for archivo, diferencia in identificacion.nuevos(filas):
                    escribir(escritura, archivo, diferencia)
                    if archivo is RECAUDOS:
                        contar_recaudos(conteo, diferencia.nuevas)
                paso.avanzar(len(filas))
        for archivo, diferencia in identificacion.pendientes():
            escribir(escritura, archivo, diferencia)
            self.resultado.identificados += len(diferencia.cambiadas)

    def publicar(self, acopio: Acopio, indice: Indice) -> None:
        entrega = self.resultado.entrega = publicacion.abrir(self.resultado.nombre, self.quien, self.iniciada)
        self.comparar(acopio, indice, entrega)
        self.medir()
        publicacion.publicar(entrega, self.resultado, self.ocultar, self.opciones.dias_pago)
        self.resultado.publicada = True

    def rechazar(self) -> None:
        """Leave a record of what was refused; nothing was written."""
        with write():
            entrega = self.resultado.entrega = publicacion.abrir(self.resultado.nombre, self.quien, self.iniciada)
            self.medir()
            publicacion.cerrar(entrega, "rechazada", self.resultado, restos=0)

    def medir(self) -> None:
        self.resultado.duracion_ms = int((monotonic() - self.reloj) * 1000)


def escribir(escritura: Escritura | None, archivo: Archivo, diferencia: Diferencia) -> None:
    if escritura:
        escritura.escribir(archivo, diferencia)


def contar_recaudos(conteo: Conteo, filas: Filas) -> None:
    conteo.nuevas += len(filas)
    conteo.por_identificar += sum(fila[-1] is None for fila in filas)
    conteo.conciliadas += sum(fila[-1] not in (None, fila[0]) for fila in filas)


def huella(resultado: Resultado) -> str:
    """SHA-256 over the names and SHA-256 of the files, in their order."""
    lineas = [f"{conteo.sha256}  {nombre}\n" for nombre, conteo in resultado.archivos.items()]
    return hashlib.sha256("".join(lineas).encode()).hexdigest()
