"""Turn the HTML of standard input into a PDF on standard output, in a process of its own.

Run by path (see pdf.py), never imported: so it holds neither Flask nor any secret of the portal, and whatever
a document does to xhtml2pdf ends with this process. Leaves with a status other than 0 when there is no PDF.
"""

import io
import resource
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
MEMORY = 1 << 30  # bytes
SECONDS = 20


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Imported under the limits.
    from svglib.fonts import register_font
    from xhtml2pdf import pisa
    from xhtml2pdf.config.resources import ResourceAccessPolicy

    # Otherwise svglib takes whatever font the machine has.
    register_font("DejaVu Sans Condensed", str(FOLDER / "fuentes" / "DejaVuSansCondensed.ttf"))
    pdf = io.BytesIO()
    result = pisa.CreatePDF(
        sys.stdin.buffer.read(),
        dest=pdf,
        encoding="utf-8",
        path=str(FOLDER / "documento.html"),
        resource_policy=ResourceAccessPolicy.server(FOLDER / "fuentes", allow_remote=False, max_render_seconds=SECONDS),
    )
    if result.err:
        return 1
    sys.stdout.buffer.write(pdf.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
