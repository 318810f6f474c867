"""Pictures within a document: PNG as ``data:`` addresses."""

import base64
import io

import segno
from PIL import Image


def data(image: Image.Image) -> str:
    png = io.BytesIO()
    image.save(png, "PNG", optimize=False)
    return "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()


def qr(texto: str) -> str:
    """A QR code with its quiet zone, as big as it is wanted by whoever places it."""
    return segno.make_qr(texto, error="m").png_data_uri(scale=4, border=4)
