"""Checks the payments of the banks' files that come with a delivery: which are new, which were taken before."""

from collections.abc import Callable

from .acopio import Acopio
from .asobancaria import Encabezado, LecturaRecaudos, canal, identificador
from .asobancaria import Recaudo as Linea
from .bancos import entidad
from .base import vivas
from .columnas import RECAUDOS
from .indice import Indice
from .lectura import ESTA_DANADO
from .opciones import Opciones
from .origen import DANADO, Origen
from .resultado import Conteo, Resultado
from .revision import Filas

BLOQUE = 1000
DE_ANTES = "Ese pago del banco ya se tomó, con otro valor o referencia. Pregunte al banco cuál de sus archivos es el bueno."
REPETIDO = "Está repetido: otro archivo de la entrega trae este mismo pago."
OTRO_NIT = "El archivo es de otra empresa: su NIT no es el de la configuración."


class Recaudos:
    """The banks' files of one delivery."""

    def __init__(self, resultado: Resultado, indice: Indice, opciones: Opciones):
        self.resultado, self.indice, self.opciones = resultado, indice, opciones

    def revisar(self, origen: Origen, acopio: Acopio, avance: Callable[[int], None]) -> bool:
        """Keep the new payments of a file; whether all of it is good, for a bank's file is taken whole or not at all."""
        conteo = self.resultado.archivos[origen.nombre] = Conteo()
        antes = self.resultado.rechazos.por_archivo[origen.nombre]
        try:
            self.leer(origen, acopio, avance, conteo)
        except (OSError, *DANADO):
            self.resultado.rechazar(origen.nombre, None, "", "", ESTA_DANADO)
        return self.resultado.rechazos.por_archivo[origen.nombre] == antes

    def leer(self, origen: Origen, acopio: Acopio, avance: Callable[[int], None], conteo: Conteo) -> None:
        with LecturaRecaudos(origen, self.resultado, avance) as lectura:
            for lineas in lectura.bloques(BLOQUE):
                filas = [fila(lectura.encabezado, linea) for linea in lineas]
                acopio.guardar(origen.nombre, self.nuevas(origen.nombre, lineas, filas, conteo))
                conteo.buenas += len(filas)
                conteo.suma += sum(linea.valor for linea in lineas)
            conteo.filas, conteo.sha256 = lectura.leidas, lectura.sha256()
            self.avisar_nit(origen.nombre, lectura.encabezado)

    def nuevas(self, nombre: str, lineas: list[Linea], filas: Filas, conteo: Conteo) -> Filas:
        """The payments that were not taken before. Those that contradict what was taken are rejected."""
        vistas = self.indice.vistas(RECAUDOS.nombre, (fila[0] for fila in filas))
        tomadas = {tomada[0]: tomada for tomada in vivas(RECAUDOS, (fila[0] for fila in filas), 0)}
        quedan = []
        for linea, nueva in zip(lineas, filas, strict=True):
            tomada = tomadas.get(nueva[0])
            if nueva[0] in vistas:
                self.resultado.rechazar(nombre, linea.linea, "secuencia", linea.secuencia, REPETIDO)
            elif tomada is None:
                quedan.append(nueva)
            elif tomada[:4] == nueva[:4]:
                conteo.iguales += 1
                conteo.antes += linea.valor
            else:
                self.resultado.rechazar(nombre, linea.linea, "valor", str(linea.valor), DE_ANTES)
        self.indice.anotar(RECAUDOS.nombre, (fila[0] for fila in filas))
        return quedan

    def avisar_nit(self, nombre: str, encabezado: Encabezado | None) -> None:
        if encabezado and self.opciones.nit and encabezado.nit != self.opciones.nit.zfill(10):
            self.resultado.avisar(nombre, 1, "nit", encabezado.nit, OTRO_NIT)


def fila(encabezado: Encabezado, linea: Linea) -> tuple:
    """A row of the table of recaudos, not identified yet."""
    quien = (encabezado.banco, canal(linea), entidad(encabezado.banco))
    return (identificador(encabezado, linea), encabezado.fecha, linea.valor, linea.referencia.strip(), *quien, None)
