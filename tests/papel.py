"""What is on the paper of a PDF, read by programs that know nothing of how it was made: Poppler and ZXing."""

import io
import re
import shutil
import subprocess

import pypdf
import pytest
import zxingcpp
from PIL import Image


def hay_poppler() -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext no está instalado (poppler-utils)")


def run(program: str, pdf: bytes, *options: str) -> bytes:
    done = subprocess.run([program, *options, "-", *(["-"] if program == "pdftotext" else [])], input=pdf, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def texto(pdf: bytes, *options: str) -> str:
    """The text with its blanks made one, as a reader sees it; ``-raw``, in the order in which it is in the file."""
    return re.sub(r"\s+", " ", run("pdftotext", pdf, *(options or ("-layout",))).decode())


def paginas(pdf: bytes) -> int:
    return int(re.search(rb"^Pages:\s+(\d+)", run("pdfinfo", pdf), re.MULTILINE)[1])


def palabras(pdf: bytes) -> list[tuple[float, float]]:
    """From where to where each word goes, in points from the left."""
    boxes = re.findall(rb'xMin="([\d.]+)" .*?xMax="([\d.]+)"', run("pdftotext", pdf, "-bbox"))
    return [(float(left), float(right)) for left, right in boxes]


def letras(pdf: bytes) -> set[str]:
    """The fonts in which something is written."""
    used = set()

    def note(text, _matrix, _position, font, _size):
        if text.strip():
            used.add(font["/BaseFont"].partition("+")[2])

    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=note)
    return used


def imagen(pdf: bytes, resolution: int, page: int = 1) -> Image.Image:
    ends = ("-f", str(page), "-l", str(page))
    return Image.open(io.BytesIO(run("pdftoppm", pdf, "-r", str(resolution), "-gray", *ends))).convert("L")


def codigos(pdf: bytes, resolution: int = 200, page: int = 1) -> list[zxingcpp.Barcode]:
    """The barcodes and QR codes of a page."""
    return list(zxingcpp.read_barcodes(imagen(pdf, resolution, page)))


def barras(pdf: bytes, resolution: int = 200, page: int = 1) -> list[zxingcpp.Barcode]:
    """Only those of bars."""
    return [code for code in codigos(pdf, resolution, page) if code.format != zxingcpp.BarcodeFormat.QRCode]


def qr(pdf: bytes, resolution: int = 200, page: int = 1) -> set[str]:
    return {code.text for code in codigos(pdf, resolution, page) if code.format == zxingcpp.BarcodeFormat.QRCode}
