"""Payments made online that a delivery brings are the same payments, not second ones.

The billing system says so by the reference of the attempt (``referencia_pasarela``). In one that does not keep it they are
met by code, value and day, among its payments by internet. A payment of a delivery is one made online at most.
"""

from datetime import date, timedelta

from ..db import execute, fetch
from ..models.base import as_day
from ..models.movimiento import SIN_APLICAR

# What was not applied by then is for a person to look at (flask pagos conciliar).
DIAS = 180
PENDIENTES_SQL = f"""
SELECT m.id, m.codigo, m.valor, m.fecha, m.transaccion, i.referencia FROM movimiento m JOIN intento i ON i.id = m.intento_id
 WHERE m.fecha >= ? AND {SIN_APLICAR.format(m="m")} ORDER BY m.id
"""  # noqa: S608
# A payment that no other stands for; the same sign, for one that is given back has the same reference.
LIBRE = "(p.valor > 0) = (? > 0) AND NOT EXISTS (SELECT 1 FROM movimiento o WHERE o.pago = p.id)"
POR_REFERENCIA_SQL = f"""
SELECT p.id FROM pago p WHERE p.codigo = ? AND p.referencia_pasarela IN (?, ?) AND {LIBRE} ORDER BY p.fecha, p.id LIMIT 1
"""  # noqa: S608
POR_VALOR_SQL = f"""
SELECT p.id FROM pago p
 WHERE p.codigo = ? AND p.referencia_pasarela IS NULL AND p.valor = ? AND (p.canal IS NULL OR p.canal = 'internet')
   AND p.fecha BETWEEN ? AND ? AND {LIBRE} ORDER BY p.fecha, p.id LIMIT 1
"""  # noqa: S608


def reconocer(hoy: date, dias: int) -> int:
    """Note which payments of the published delivery were made online; how many. Belongs in the transaction that publishes it.

    ``dias``: between the day here and the one of the billing system, where no reference tells.
    """
    found = 0
    for id_, codigo, valor, fecha, transaccion, referencia in fetch(PENDIENTES_SQL, str(hoy - timedelta(DIAS))):
        day = as_day(fecha)
        near = (str(day - timedelta(1)), str(day + timedelta(dias)))
        rows = fetch(POR_REFERENCIA_SQL, codigo, referencia, transaccion, valor)
        rows = rows or fetch(POR_VALOR_SQL, codigo, valor, *near, valor)
        for (pago,) in rows:
            found += execute("UPDATE movimiento SET pago = ? WHERE id = ?", pago, id_)
    return found
