"""What the old holder of a code sees can be read and used by everybody."""

import datetime

import fabrica
from gestos import como_en_produccion, ingresa, titulo

from oficina import db
from oficina.models import Asociacion

pytestmark = como_en_produccion


def estados(page, cuenta):
    ingresa(page, cuenta)
    titulo(page, "Inicio")
    for url in ("/facturas", "/facturas/F1/pago", "/pagos", "/mandamientos", "/codigos", "/facturas?codigo=2002"):
        page.goto(url)
        yield f"another holder: {url}"


def test_what_an_old_holder_sees_is_accessible(repasa, app):
    cuenta = fabrica.una_cuenta(codigos=["1001", "2002"])
    fabrica.una_factura("1001", numero="F1", expedida=datetime.date(2020, 1, 3), vence=datetime.date(2099, 1, 3))
    fabrica.una_factura("1001", numero="F2", expedida=datetime.date(2020, 2, 3))
    fabrica.un_pago("1001", fecha=datetime.date(2020, 1, 2))
    for codigo, ve_hasta in (("1001", "2020-01-03"), ("2002", "1900-01-01")):
        Asociacion.update(revisar=db.utcnow(), ve_hasta=ve_hasta).where(Asociacion.predio == codigo).execute()
    repasa(estados, cuenta)
