"""Pictures within a document: PNG as ``data:`` addresses."""

import base64
import io

import segno
from PIL import Image

MASK = 3
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
    rows = [bytes(0 if dark else 255 for dark in row) for row in code.matrix_iter(border=QUIET)]
    return data(Image.frombytes("L", (len(rows), len(rows)), b"".join(rows)).convert("1").resize((len(rows) * DOTS,) * 2))
