"""Writes the document of the ordinary bill of the tests, the one that ``factura_primera.html`` shows too.

It needs the tests in the path, and adds the bill to the database of the settings, which should be one of nobody.
"""

from facturas_tipo import ordinaria

from oficina import create_app, db, documentos
from oficina.models import Factura, Predio


def main() -> None:
    with create_app().app_context(), db.db.connection_context():
        numero = ordinaria().numero
        print(documentos.html_de(Factura.select(Factura, Predio).join(Predio).where(Factura.numero == numero).get()))


if __name__ == "__main__":
    main()
