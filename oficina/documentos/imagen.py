"""Pictures within a document: PNG as ``data:`` addresses."""

import base64
import io

import segno
from PIL import Image, ImageOps

MASK = 3
INK = bytes((255, 0)) + bytes(254)  # of a light module, of a dark one
QUIET = 4  # modules around a QR code
DOTS = 4  # of the picture for a module of it


def data(image: Image.Image) -> str:
    png = io.BytesIO()
    image.save(png, "PNG", optimize=False)
    return "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()


def qr(texto: str) -> str:
    """A QR code with its quiet zone, as big as it is wanted by whoever places it."""
    # Readers take any of the eight masks; to look for the best one takes five times as long.
    code = segno.make_qr(texto, error="m", mask=MASK)
    modules = Image.frombytes("L", (len(code.matrix),) * 2, b"".join(row.translate(INK) for row in code.matrix))
    whole = ImageOps.expand(modules, QUIET, fill=255)
    return data(whole.convert("1").resize((whole.width * DOTS,) * 2))
