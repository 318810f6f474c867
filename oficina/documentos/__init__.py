"""Documents to download: the bill as a PDF."""

from .factura import html_de
from .pdf import RenderError, render

__all__ = ["RenderError", "html_de", "render"]
