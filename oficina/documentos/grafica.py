"""The chart of a bill: consumption by period as bars. A picture of few colours costs a PDF much less than a drawing."""

from PIL import Image, ImageDraw

from .imagen import data

SCALE = 2  # points of the picture for one of the page
WIDTH, HEIGHT = 462 * SCALE, 24 * SCALE
PALETTE = (0xFF, 0xFF, 0xFF, 0x9B, 0xC4, 0xCE, 0x0A, 0x67, 0x80, 0x22, 0x30, 0x3C)
PAPER, PAST, PRESENT, INK = range(4)


def barras(tamanos: list[int | None]) -> str:
    """A ``data:`` address of the chart, a bar for each size (None where unknown); the last one stands out."""
    image = Image.new("P", (WIDTH, HEIGHT), PAPER)
    image.putpalette(PALETTE)
    draw = ImageDraw.Draw(image)
    step = WIDTH / len(tamanos)
    largest = max(size or 0 for size in tamanos) or 1
    for place, size in enumerate(tamanos):
        middle, width = step * (place + 0.5), min(step * 0.5, 34 * SCALE)
        top = HEIGHT - HEIGHT * max(size or 0, 0) // largest
        colour = PRESENT if place == len(tamanos) - 1 else PAST
        if top < HEIGHT:
            draw.rectangle((round(middle - width / 2), top, round(middle + width / 2), HEIGHT), colour)
    draw.rectangle((0, HEIGHT - SCALE, WIDTH, HEIGHT), INK)
    return data(image)
