"""Documents to download: the bill as a PDF."""

from .copias import documento_de
from .factura import html_de
from .pdf import prepare, render
from .renderer import RenderError

__all__ = ["RenderError", "documento_de", "html_de", "prepare", "render"]
