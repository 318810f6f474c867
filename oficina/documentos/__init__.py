"""Documents to download: the bill as a PDF."""

from .factura import pdf_de
from .pdf import RenderError

__all__ = ["RenderError", "pdf_de"]
