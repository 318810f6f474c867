"""``python -m oficina.secreto``: make the secret of the instance; ``flask`` itself does not start without one."""

import os
from pathlib import Path

import click

from .config import create_secret


def main() -> None:
    path = create_secret(Path(os.environ.get("OFICINA_INSTANCIA", "instance")).resolve())
    click.echo(f"El secreto está en {path}. Guárdelo también con los respaldos, cifrado.")


if __name__ == "__main__":
    main()
