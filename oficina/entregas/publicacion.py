"""Writes a checked delivery where nobody sees it, in many small transactions, and publishes it in one that is short.

Customers' writes wait for one of the small transactions at most, readers for none. What was written of a delivery
that did not come to its end stays unseen, and ``limpieza`` removes it.
"""

import json
import time
from collections.abc import Iterator
from datetime import datetime

from ..db import db, execute, fetch, is_sqlite, transactional, utcnow
from ..formats import hoy
from ..models import SIN_BAJA, Entrega
from .base import agregar, reemplazadas, terminar
from .columnas import CONCEPTOS, Archivo
from .comparacion import Diferencia
from .en_linea import reconocer
from .resultado import Resultado

# As long as a customer's write may wait, in seconds, and the rows that a transaction may have.
ESPERA = 0.03
MENOS, MAS = 200, 5000
# Between two transactions, for customers' writes to go first: they ask for their turn every millisecond (see db.py).
PASO = 0.002
CACHE_KB = 48_000

# Where the staff has not decided on a former change, that one stays, also when this delivery is undone.
YA_LIMITADAS_SQL = """
DELETE FROM reemplazo WHERE entrega = ? AND tabla = 'titular'
   AND clave IN (SELECT codigo FROM asociacion WHERE ve_hasta IS NOT NULL)
"""
YA_MARCADAS_SQL = YA_LIMITADAS_SQL.replace("ve_hasta", "revisar")
# Up to the last bill of before that is older than every new one, whatever their dates.
TITULAR_SQL = f"""
UPDATE asociacion SET revisar = ?, ve_hasta = COALESCE(
    (SELECT MAX(f.expedida) FROM factura_version f
      WHERE f.codigo = asociacion.codigo AND f.alta < ? AND (f.baja = {SIN_BAJA} OR f.baja = ?)
        AND f.expedida < COALESCE(
            (SELECT MIN(n.expedida) FROM factura_version n
              WHERE n.codigo = asociacion.codigo AND n.alta = ?
                AND NOT EXISTS (SELECT 1 FROM factura_version v WHERE v.numero = n.numero AND v.baja = n.alta)),
            '9999-12-31')), '1900-01-01')
 WHERE codigo IN (SELECT clave FROM reemplazo WHERE entrega = ? AND tabla = 'titular')
"""  # noqa: S608
SOLO_MARCAR_SQL = """
UPDATE asociacion SET revisar = ? WHERE codigo IN (SELECT clave FROM reemplazo WHERE entrega = ? AND tabla = 'titular')
"""
ABIERTA_SQL = "SELECT 1 FROM entrega WHERE id = ? AND estado = 'abierta'"
ANOTAR_SQL = """
INSERT INTO bitacora (momento, evento, actor, cuenta_id, codigo)
SELECT ?, 'titular_cambiado', 'entrega', cuenta_id, codigo FROM asociacion
 WHERE codigo IN (SELECT clave FROM reemplazo WHERE entrega = ? AND tabla = 'titular')
"""


class Escritura:
    """Writes the rows of one delivery, as many at a time as fit in ESPERA."""

    def __init__(self, entrega: int):
        self.entrega = entrega
        self.filas = MENOS if is_sqlite() else MAS
        if is_sqlite():
            db.pragma("cache_size", -CACHE_KB)

    def escribir(self, archivo: Archivo, diferencia: Diferencia) -> None:
        for trozo in self.trozos(diferencia):
            inicio = time.perf_counter()
            escribir(archivo, trozo, self.entrega)
            if is_sqlite():
                self.medir(time.perf_counter() - inicio, len(trozo.nuevas) + len(trozo.cambiadas))
                time.sleep(PASO)

    def trozos(self, diferencia: Diferencia) -> Iterator[Diferencia]:
        """The difference in parts that are written at once."""
        partes = ("nuevas", "cambiadas", "sobran", "titulares")
        lugar = dict.fromkeys(partes, 0)
        while any(lugar[parte] < len(getattr(diferencia, parte)) for parte in partes):
            trozo = Diferencia(conocidas=diferencia.conocidas)
            for parte in partes:
                filas = getattr(diferencia, parte)[lugar[parte] : lugar[parte] + self.filas]
                lugar[parte] += len(filas)
                setattr(trozo, parte, filas)
            yield trozo

    def medir(self, segundos: float, filas: int) -> None:
        """Fewer rows after a slow transaction, more after a quick one that was full."""
        if segundos > ESPERA:
            self.filas = max(MENOS, self.filas // 2)
        elif filas >= self.filas and segundos < ESPERA / 2:
            self.filas = min(MAS, self.filas * 3 // 2)


@transactional
def escribir(archivo: Archivo, trozo: Diferencia, entrega: int) -> None:
    """Raises RuntimeError where somebody ended the delivery meanwhile: what is written after it was cleaned would stay."""
    if not fetch(ABIERTA_SQL if is_sqlite() else f"{ABIERTA_SQL} LOCK IN SHARE MODE", entrega):
        raise RuntimeError(f"delivery {entrega} is not open any more")
    ancho = len(archivo.clave)
    cambiadas = [fila[:ancho] for fila in trozo.cambiadas]
    terminar(archivo, cambiadas + trozo.sobran, entrega)
    agregar(archivo, trozo.nuevas + trozo.cambiadas, entrega)
    if archivo is CONCEPTOS:
        # By bill: its lines are removed or brought back together, whichever part of them this is.
        reemplazadas(
            entrega, archivo.tabla, {clave[0] for clave in (*trozo.nuevas, *cambiadas, *trozo.sobran)} & trozo.conocidas
        )
    else:
        reemplazadas(entrega, archivo.tabla, [clave for (clave,) in (*cambiadas, *trozo.sobran)])
    reemplazadas(entrega, "titular", trozo.titulares)


def abrir(nombre: str, quien: str, iniciada: datetime) -> int:
    """The record of a delivery that begins to be written; its id."""
    fields = {"nombre": nombre[:200], "quien": quien[:80], "iniciada": iniciada, "huella": "", "resumen": "{}"}
    return Entrega.create(**fields, estado="abierta", duracion_ms=0, restos=1).id


@transactional
def publicar(entrega: int, resultado: Resultado, ocultar: bool, dias_pago: int) -> None:
    """Make the delivery visible, whole, with what follows for the accounts of codes that changed holder.

    With ``ocultar`` they see no bill issued after the last one that was there; ``dias_pago`` as in en_linea. Raises
    RuntimeError where somebody ended the delivery meanwhile.
    """
    ahora = utcnow()
    if not cerrar(entrega, "publicada", resultado, publicada=ahora):
        raise RuntimeError(f"delivery {entrega} is not open any more")
    execute(ANOTAR_SQL, str(ahora), entrega)
    if ocultar:
        execute(YA_LIMITADAS_SQL, entrega)
        execute(TITULAR_SQL, str(ahora), entrega, entrega, entrega, entrega)
    else:
        execute(YA_MARCADAS_SQL, entrega)
        execute(SOLO_MARCAR_SQL, str(ahora), entrega)
    reconocer(hoy(), dias_pago)


def cerrar(entrega: int, estado: str, resultado: Resultado, **fields) -> bool:
    """Write what came of an open delivery into its record; False where it is not open."""
    fields |= {"huella": resultado.huella, "duracion_ms": resultado.duracion_ms}
    fields["resumen"] = json.dumps(resultado.resumen(), ensure_ascii=False)
    abierta = (Entrega.id == entrega) & (Entrega.estado == "abierta")
    return Entrega.update(estado=estado, **fields).where(abierta).execute() == 1
