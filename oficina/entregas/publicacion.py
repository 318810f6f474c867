"""Publishes a checked delivery, whole, in one transaction, with its record."""

import json
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from ..db import transactional, utcnow
from ..models import Entrega
from .acopio import Acopio
from .base import ejecutar, guardar, vacia
from .columnas import ARCHIVOS, Archivo
from .comparacion import Diferencia, comparar
from .resultado import Conteo, Resultado
from .revision import Revision

REVISAR_SQL = "UPDATE asociacion SET revisar = ? WHERE codigo = ?"
ANOTAR_SQL = """
INSERT INTO bitacora (momento, evento, actor, cuenta_id, codigo)
SELECT ?, 'titular_cambiado', 'entrega', cuenta_id, codigo FROM asociacion WHERE codigo = ?
"""
QUITAR_SQL = "DELETE FROM concepto WHERE numero = ? AND orden = ?"


@transactional
def publicar(acopio: Acopio, revision: Revision, quien: str, iniciada: datetime, reloj: float, avance: Callable) -> None:
    """Write what is new or changed and the record; ``reloj`` is the monotonic second at which the delivery began."""
    resultado = revision.resultado
    reiniciar(resultado)
    avisos = len(resultado.avisos)
    try:
        for archivo in ARCHIVOS:
            if archivo.nombre in resultado.archivos:
                publicar_archivo(archivo, acopio, revision, avance)
        resultado.duracion_ms = int((monotonic() - reloj) * 1000)
        resultado.entrega = registrar(resultado, quien, iniciada)
    except BaseException:
        # The transaction is undone and perhaps tried again: so are the warnings of comparing.
        del resultado.avisos[avisos:]
        raise


def reiniciar(resultado: Resultado) -> None:
    resultado.titulares = 0
    for conteo in resultado.archivos.values():
        conteo.nuevas = conteo.cambiadas = conteo.iguales = conteo.quitadas = 0


def publicar_archivo(archivo: Archivo, acopio: Acopio, revision: Revision, avance: Callable) -> None:
    primera_vez = vacia(archivo.tabla)
    conteo = revision.resultado.archivos[archivo.nombre]
    for filas in acopio.bloques(archivo.nombre):
        diferencia = Diferencia(nuevas=filas) if primera_vez else comparar(archivo, filas, revision)
        guardar(archivo, diferencia.nuevas + diferencia.cambiadas)
        ejecutar(QUITAR_SQL, diferencia.sobran)
        ahora = str(utcnow())
        ejecutar(REVISAR_SQL, [(ahora, codigo) for codigo in diferencia.titulares])
        ejecutar(ANOTAR_SQL, [(ahora, codigo) for codigo in diferencia.titulares])
        contar(conteo, diferencia)
        revision.resultado.titulares += len(diferencia.titulares)
        avance(len(filas))


def contar(conteo: Conteo, diferencia: Diferencia) -> None:
    conteo.nuevas += len(diferencia.nuevas)
    conteo.cambiadas += len(diferencia.cambiadas)
    conteo.iguales += diferencia.iguales
    conteo.quitadas += len(diferencia.sobran)


def registrar(resultado: Resultado, quien: str, iniciada: datetime) -> int:
    """The record of the delivery; its id."""
    entrega = Entrega.create(
        nombre=resultado.nombre[:200],
        huella=resultado.huella,
        quien=quien[:80],
        iniciada=iniciada,
        publicada=utcnow(),
        duracion_ms=resultado.duracion_ms,
        resumen=json.dumps(resultado.resumen(), ensure_ascii=False),
    )
    return entrega.id
