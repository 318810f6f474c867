"""Payments made online that a delivery brings are the same payments, not second ones.

The billing system says so by the reference of the attempt, or the gateway's id of the transaction (``referencia_pasarela``).
In one that keeps neither they are met by code, value and day, among its payments by internet or of no known channel. A
payment of a delivery is one made online at most. Where it takes the place of one that a bank told of, it is that one still.
"""

from datetime import date, timedelta

from ..db import execute, fetch
from ..formats import local
from ..models.base import as_day, as_instant
from ..models.movimiento import SIN_APLICAR

# What was not applied by then is for a person to look at (flask pagos conciliar).
DIAS = 180
DEL_BANCO, POR_REFERENCIA, POR_VALOR = range(3)
# Of the same sign, for a payment that is given back has the same reference; those that no other stands for.
CANDIDATOS_SQL = f"""
SELECT CASE WHEN r.id IS NOT NULL THEN {DEL_BANCO} WHEN p.referencia_pasarela IS NOT NULL THEN {POR_REFERENCIA}
            ELSE {POR_VALOR} END AS como, m.id, p.id, p.fecha, m.fecha, i.creado
  FROM movimiento m JOIN intento i ON i.id = m.intento_id JOIN pago p ON p.codigo = m.codigo
       LEFT JOIN recaudo r ON r.id = m.pago AND r.pago = p.id
 WHERE m.fecha >= ? AND {SIN_APLICAR.format(m="m")} AND (p.valor > 0) = (m.valor > 0)
   AND NOT EXISTS (SELECT 1 FROM movimiento o WHERE o.pago = p.id)
   AND (r.id IS NOT NULL OR p.referencia_pasarela IN (i.referencia, m.transaccion)
        OR (p.referencia_pasarela IS NULL AND p.valor = m.valor AND (p.canal IS NULL OR p.canal = 'internet')))
 ORDER BY como, m.id, p.fecha, p.id
"""  # noqa: S608


def reconocer(hoy: date, dias: int) -> int:
    """Note which payments that customers see now were made online; how many are new.

    Belongs in the transaction that publishes a delivery or takes one back. ``dias``: how much later than here the billing
    system may date a payment, where no reference tells. It cannot be of before its attempt began.
    """
    movimientos, pagos = set(), set()
    for como, movimiento, pago, pagado, escrito, creado in fetch(CANDIDATOS_SQL, str(hoy - timedelta(DIAS))):
        first, last = local(as_instant(creado)).date(), as_day(escrito) + timedelta(dias)
        if movimiento in movimientos or pago in pagos or (como == POR_VALOR and not first <= as_day(pagado) <= last):
            continue
        execute("UPDATE movimiento SET pago = ? WHERE id = ?", pago, movimiento)
        movimientos.add(movimiento)
        pagos.add(pago)
    return len(movimientos)
