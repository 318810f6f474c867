"""The feed: a delivery of the billing system is read, checked, compared and published. No Flask in it.

``origen`` opens the folder or .zip; ``lectura``, ``codificacion`` and ``libro`` read the files, ``traduccion`` and ``valores``
what is in them, ``lector`` in processes of their own where there is much; ``revision`` checks every row, ``comparacion``
tells new rows from changed and equal ones, ``publicacion`` writes them unseen and publishes them at once, ``limpieza``
removes what nobody may see any more; ``entrega`` puts them in order, ``cerrojo`` one at a time. ``columnas`` says what the
files are, ``opciones`` how a utility writes them. ``asobancaria``, ``bancos``, ``recaudos`` and ``identificacion`` are the
payments that banks tell of.
"""

from .cerrojo import OcupadoError
from .entrega import deshacer, importar
from .limpieza import NoSeDeshaceError
from .opciones import Opciones
from .origen import EntregaError
from .resultado import Conteo, Novedad, Resultado, escribir_novedades

__all__ = [
    "Conteo",
    "EntregaError",
    "NoSeDeshaceError",
    "Novedad",
    "OcupadoError",
    "Opciones",
    "Resultado",
    "deshacer",
    "escribir_novedades",
    "importar",
]
