"""``flask facturas prerenderizar``: the PDFs of a cycle before anybody asks for them."""

import os
import re
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from fabrica import un_predio, una_cuenta, una_factura

from oficina import cache, db
from oficina.cli import facturas
from oficina.documentos import pdf
from oficina.documentos import renderer as renderers

ROOT = Path(__file__).parent.parent
# Dies on the documents of this code, as a bad one might make it.
DIES = """
real = converter
def converter():
    convert = real()
    def fragile(html, seconds):
        if b"MALO" in html:
            os.kill(os.getpid(), signal.SIGKILL)
        return convert(html, seconds)
    return fragile
"""


@pytest.fixture(autouse=True)
def sin_copias(app):
    """Nothing made before."""
    subprocess.run(["rm", "-rf", cache.root()], check=True)
    yield
    while pdf.IDLE:
        pdf.IDLE.pop().close()


@pytest.fixture
def prerenderizar(runner):
    def comando(*opciones):
        return runner.invoke(args=["facturas", "prerenderizar", *opciones])

    return comando


def hechas() -> int:
    return sum(1 for path in (cache.root() / "pdf").rglob("*") if len(path.name) == 64)


def cuentas(salida) -> list[int]:
    """Made, there already, failed, as the last line tells."""
    linea = re.search(r"^Hechas: (\d+); ya estaban: (\d+); fallidas: (\d+); en .* s\.$", salida.output, re.MULTILINE)
    assert linea, salida.output
    return [int(cifra) for cifra in linea.groups()]


def test_the_latest_bill_of_each_code_is_made_and_the_second_time_nothing(prerenderizar):
    for codigo in ("100", "200", "300"):
        una_factura(codigo, periodo="2026-10", expedida=date(2026, 10, 16))
        una_factura(codigo)
    un_predio("400")  # without bills
    primera = prerenderizar()
    assert primera.exit_code == 0
    assert cuentas(primera) == [3, 0, 0]
    assert re.search(r"^\d\d:\d\d:\d\d  Haciendo…$", primera.output, re.MULTILINE)
    assert re.search(r"^\d\d:\d\d:\d\d  Hecho: 3 facturas en ", primera.output, re.MULTILINE)
    assert hechas() == 3
    segunda = prerenderizar()
    assert segunda.exit_code == 0
    assert cuentas(segunda) == [0, 3, 0]


def test_the_page_finds_what_was_made(prerenderizar, navegador, monkeypatch):
    navegador.ya_dentro(una_cuenta(codigos=["100"]))
    una_factura("100", numero="FV-1")
    assert cuentas(prerenderizar()) == [1, 0, 0]
    # Nobody renders any more.
    monkeypatch.setattr(pdf, "run", None)
    assert navegador.pide("GET", "/facturas/factura-FV-1.pdf").data.startswith(b"%PDF-")


def test_only_one_cycle(prerenderizar):
    for codigo, ciclo in (("100", "01"), ("200", "07"), ("300", "07"), ("400", None)):
        un_predio(codigo, ciclo=ciclo)
        una_factura(codigo)
    assert cuentas(prerenderizar("--ciclo", "07")) == [2, 0, 0]
    assert cuentas(prerenderizar()) == [2, 2, 0]


def test_a_cycle_that_nobody_has_is_a_mistake(prerenderizar):
    una_factura()
    salida = prerenderizar("--ciclo", "7")
    assert salida.exit_code == 2
    assert "Ningún código es del ciclo «7»." in salida.output


def test_only_bills_of_a_period_onwards(prerenderizar):
    una_factura("100", periodo="2026-09")
    una_factura("200", periodo="2026-10")
    una_factura("300", periodo="2026-11")
    assert cuentas(prerenderizar("--desde", "2026-10")) == [2, 0, 0]
    for malo in ("2026-13", "octubre", "10-2026"):
        salida = prerenderizar("--desde", malo)
        assert salida.exit_code == 2
        assert f"--desde es un periodo como 2026-11, no «{malo}»." in salida.output


def test_codes_are_read_in_parts_and_all_are_read(prerenderizar, monkeypatch):
    monkeypatch.setattr(facturas, "LOTE", 2)
    for codigo in ("1", "10", "2", "A", "20"):
        una_factura(codigo)
    assert cuentas(prerenderizar("--nucleos", "1")) == [5, 0, 0]


def test_a_bill_that_cannot_be_made_is_told_and_the_others_are_made(prerenderizar, tmp_path, monkeypatch):
    child = tmp_path / "fragil.py"
    child.write_text(
        f"import sys\nsys.path.insert(0, {str(renderers.CHILD.parent)!r})\nimport proceso\n"
        f"exec({DIES!r}, vars(proceso))\nsys.exit(proceso.main())\n"
    )
    monkeypatch.setattr(renderers, "CHILD", child)
    for number in range(4):
        una_factura(f"10{number}")
    un_predio("999", direccion="CALLE MALO 1")
    una_factura("999", numero="FV-999")
    salida = prerenderizar("--nucleos", "2")
    assert salida.exit_code == 1
    assert cuentas(salida) == [4, 0, 1]
    assert "No se pudieron hacer: FV-999\nEl motivo de la primera: FV-999: status -9" in salida.output
    assert hechas() == 4


@pytest.mark.ajustes(FACTURA_COPIAS_MB=10)
def test_a_space_that_will_not_hold_them_is_told_beforehand(prerenderizar, monkeypatch):
    una_factura("100")
    una_factura("200")
    monkeypatch.setattr(facturas, "TAMANO", 5_000_000)
    salida = prerenderizar()
    assert salida.exit_code == 0
    assert salida.output.startswith("AVISO: las de 2 códigos no caben en FACTURA_COPIAS_MB = 10: ")
    assert re.search(r"Para guardarlas todas: FACTURA_COPIAS_MB = \d+$", salida.output, re.MULTILINE)


def test_a_full_disk_ends_it_in_words(prerenderizar):
    una_factura("100")
    cache.root().parent.joinpath("cache").write_text("no es una carpeta")
    salida = prerenderizar()
    cache.root().unlink()
    assert salida.exit_code == 4
    assert "Hechas: 0; ya estaban: 0; fallidas: 0; en " in salida.output
    assert "repita la misma orden" in salida.output


@pytest.mark.parametrize("orden", [signal.SIGINT, signal.SIGTERM])
def test_an_order_to_end_is_obeyed_and_what_was_made_stays(app, ajustes, prerenderizar, orden):
    with db.write():
        for number in range(40):
            una_factura(f"{number:03}")
    command = [sys.executable, "-m", "flask", "--app", "app", "facturas", "prerenderizar", "--nucleos", "1"]
    environment = os.environ | {f"OFICINA_{name}": str(ajustes[name]) for name in ("INSTANCIA", "BASE_DE_DATOS")}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        until = time.monotonic() + 20
        while hechas() < 3:
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(orden)
        salida, errores = process.communicate(timeout=10)
    assert process.returncode == 4
    assert "Haciendo: no terminó" in salida
    assert re.match(r"Error: Se interrumpió\. Hechas: \d+; ya estaban: 0; fallidas: 0; en .*\.\n", errores)
    assert "Traceback" not in errores
    made = hechas()
    assert 3 <= made < 40
    assert cuentas(prerenderizar("--nucleos", "2")) == [40 - made, made, 0]
