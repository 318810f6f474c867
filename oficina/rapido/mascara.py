"""What is shown of the holder to whoever only holds a bill: enough to know that it is the right one, and no more."""

import re

from ..db import fetch
from ..models import UltimaFactura
from ..models.entrega import PUBLISHED_SQL

HIDDEN = "•••"

# A street and its number, written together or not. A number of a house, a lot or a farm is none of these.
VIA = re.compile(
    r"""(?:AC|AK|AV|AVDA|AVENIDA|CALLE|CARRERA|CIR|CIRCULAR|CL|CLL|CR|CRA|DG|DIAG|DIAGONAL|KR|KRA|MANZANA|MZ|MZA|TRANSVERSAL
    |TRANSV|TV)(?![^\W\d_])\.?(?:\ *(?:[0-9]{1,3}[A-Z]?|[A-Z])(?!\w))?""",
    re.IGNORECASE | re.VERBOSE,
)

# The bill was issued to whom the code has now, as far as is known. Deliveries keep no former holder for long: any change of
# the code counts that came after a delivery which had the bill, or may have had it before it was corrected.
DEL_TITULAR_SQL = f"""
SELECT 1 FROM factura_version f JOIN predio_version p ON p.codigo = f.codigo
 WHERE f.numero = ? AND ({PUBLISHED_SQL}) BETWEEN f.alta AND f.baja - 1 AND ({PUBLISHED_SQL}) BETWEEN p.alta AND p.baja - 1
   AND NOT EXISTS (SELECT 1 FROM asociacion a
        WHERE a.codigo = f.codigo AND (a.revisar IS NOT NULL OR a.ve_hasta IS NOT NULL))
   AND NOT EXISTS (SELECT 1 FROM entrega e WHERE e.estado = 'publicada' AND e.id < p.alta
        AND (e.id >= f.alta OR e.publicada >= CONCAT(f.expedida, ' 05:00:00')))
"""  # noqa: S608


def iniciales(nombre: str) -> str:
    """``R. E. G. P.``"""
    return " ".join(f"{word[0]}." for word in nombre.split() if word[0].isalnum())


def direccion_oculta(direccion: str) -> str:
    """``CL 10 •••``: the street and its number where it surely begins with them, and nothing else."""
    via = VIA.match(direccion.strip())
    return f"{via[0]} {HIDDEN}" if via else HIDDEN


def es_de_su_titular(bill: UltimaFactura) -> bool:
    """Whether ``bill`` was surely issued to the holder of now: a former one keeps its link and must not see who came after."""
    return bool(fetch(DEL_TITULAR_SQL, bill.numero))
