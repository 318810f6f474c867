"""The feed: a delivery of the billing system is read, checked, compared and published. No Flask in it.

``lectura`` reads the files, ``revision`` checks every row, ``comparacion`` tells new rows from changed and
equal ones, ``publicacion`` writes them; ``entrega`` puts them in order. ``columnas`` says what the files are.
"""

from .entrega import EntregaError, importar
from .resultado import Conteo, Novedad, Resultado, escribir_novedades

__all__ = ["Conteo", "EntregaError", "Novedad", "Resultado", "escribir_novedades", "importar"]
