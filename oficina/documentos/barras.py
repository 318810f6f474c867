"""The barcode that a bank reads on the slip of a bill: GS1-128, as Colombian banks agree it with utilities.

Four application identifiers: 415 (GLN of the agreement), 8020 (reference), 3900 (whole pesos), 96 (last day to pay).
"""

from dataclasses import dataclass
from datetime import date

from PIL import Image

from .imagen import data

# Not a character of the data: the sign that the symbol is GS1, and what ends a field without a fixed length.
# It is the ñ because reportlab has it so.
FNC1 = "\xf1"
# Of the thinnest bar: what banks ask of bills is 0.25 mm at least. The longest code that the settings allow still fits.
MODULE = 0.33 * 72 / 25.4  # points
DOTS = 8  # of the picture for a module: some 600 to the inch


@dataclass(frozen=True, slots=True)
class Gs1:
    """The fields of a barcode, each its identifier and its digits, in their order."""

    campos: tuple[tuple[str, str], ...]

    @property
    def texto(self) -> str:
        """What is printed under the bars, for people."""
        return "".join(f"({identifier}){value}" for identifier, value in self.campos)

    @property
    def datos(self) -> str:
        """What the bars say, with FNC1 at the start and after each field but 415, which has a fixed length, and the last."""
        gln, *others = [identifier + value for identifier, value in self.campos]
        return FNC1 + gln + FNC1.join(others)

    @property
    def modulos(self) -> list[tuple[bool, int]]:
        """Bars (True) and spaces, each so many modules wide."""
        # Imported when it is wanted first: it takes 70 ms, and most commands and pages do without.
        from reportlab.graphics.barcode.code128 import Code128

        code = Code128(self.datos, quiet=0)
        code.validate()
        code.encode()
        return [(width.isupper(), "abcd".index(width.lower()) + 1) for width in code.decompose()]

    @property
    def ancho(self) -> float:
        """In points, without the quiet zones."""
        return sum(width for _, width in self.modulos) * MODULE

    @property
    def imagen(self) -> str:
        """A ``data:`` address of the bars, to be as wide as ``ancho`` and as high as wanted."""
        row = b"".join((b"\0" if bar else b"\xff") * (width * DOTS) for bar, width in self.modulos)
        return data(Image.frombytes("L", (len(row), 1), row).convert("1"))


def gs1(gln: str, referencia: str, centavos: int, vence: date, largo_referencia: int, largo_valor: int) -> Gs1 | None:
    """The barcode to pay ``centavos`` until ``vence``, None where a bank would refuse it or charge something else."""
    pesos = str(centavos // 100)
    if not gln or centavos <= 0 or centavos % 100 or len(pesos) > largo_valor:
        return None
    if not (referencia.isascii() and referencia.isdigit()) or len(referencia) > largo_referencia:
        return None
    return Gs1(
        (
            ("415", gln),
            ("8020", referencia.zfill(largo_referencia)),
            ("3900", pesos.zfill(largo_valor)),
            ("96", f"{vence:%Y%m%d}"),
        )
    )
