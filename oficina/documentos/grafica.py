"""The chart of a bill: consumption by period as bars, in SVG."""

import base64
from html import escape

WIDTH, HEIGHT = 462, 48  # points; the columns of the table under it are WIDTH / 7 wide
TOP = 11  # room for the figure over a bar
INK, PAST, PRESENT = "#22303c", "#9bc4ce", "#0a6780"
FONT = "DejaVu Sans Condensed"


def barras(barras: list[tuple[str, int | None]]) -> str:
    """A ``data:`` address of the chart. Each bar: figure over it, size (None where unknown); the last one stands out."""
    step = WIDTH / len(barras)
    largest = max(size or 0 for _, size in barras) or 1
    parts = [_bar(n, step, bar, largest, PRESENT if n == len(barras) - 1 else PAST) for n, bar in enumerate(barras)]
    axis = f'<rect x="0" y="{HEIGHT - 1}" width="{WIDTH}" height="1" fill="{INK}"/>'
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}{axis}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _bar(place: int, step: float, bar: tuple[str, int | None], largest: int, colour: str) -> str:
    figure, size = bar
    height = (HEIGHT - TOP) * max(size or 0, 0) / largest
    middle, top = step * (place + 0.5), HEIGHT - 1 - height
    width = min(step * 0.5, 34)
    return (
        f'<rect x="{middle - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
        f'<text x="{middle:.1f}" y="{top - 3:.1f}" text-anchor="middle" font-family="{FONT}" font-size="7" fill="{INK}">'
        f"{escape(figure)}</text>"
    )
