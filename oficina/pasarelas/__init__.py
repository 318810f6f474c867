"""Ways to pay online (setting PASARELA). So far only ``enlace``: the utility's own payment portal."""

from .enlace import Enlace, enlace

__all__ = ["Enlace", "enlace"]
