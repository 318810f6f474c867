"""``flask facturas prerenderizar``: the PDFs of a cycle before anybody asks for them."""

import functools
import os
import pwd
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from fabrica import un_pago, un_predio, una_cuenta, una_factura

from oficina import cache, db
from oficina.cli import facturas, fallas
from oficina.documentos import pdf, proceso
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
    niceness = os.getpriority(os.PRIO_PROCESS, 0)
    yield
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
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
    linea = re.search(
        r"^Hechas: (\d+)(?: \(.*\))?; ya estaban: (\d+); fallidas: (\d+);(?: códigos sin .*;)? en .* s\.$",
        salida.output,
        re.MULTILINE,
    )
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
    assert "; códigos sin factura: 1; " in primera.output
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


def test_several_cycles(prerenderizar):
    for codigo, ciclo in (("100", "01"), ("200", "02"), ("300", "03")):
        un_predio(codigo, ciclo=ciclo)
        una_factura(codigo)
    assert cuentas(prerenderizar("--ciclo", "01", "--ciclo", "03")) == [2, 0, 0]


def test_a_cycle_that_nobody_has_is_a_mistake(prerenderizar):
    una_factura(codigo="100")
    un_predio("200", ciclo="12")
    un_predio("300", ciclo=None)
    for mal in (["--ciclo", "1"], ["--ciclo", "01", "--ciclo", "1"]):
        salida = prerenderizar(*mal)
        assert salida.exit_code == 2
        assert "Ningún código es del ciclo «1». Los que hay: 01, 12\n" in salida.output
    for numero in range(20):
        un_predio(f"5{numero:02}", ciclo=f"A{numero:02}")
    assert "Los que hay: 01, 12, A00, A01, " in (salida := prerenderizar("--ciclo", "1").output)
    assert salida.endswith(", A17, …\n")


def test_a_town_without_cycles_says_so(prerenderizar):
    un_predio("100", ciclo=None)
    salida = prerenderizar("--ciclo", "01")
    assert salida.exit_code == 2
    assert "Ningún código es del ciclo «01». Ninguno tiene ciclo.\n" in salida.output


@pytest.mark.parametrize("vacio", ["", "  "])
def test_an_empty_cycle_does_not_mean_all(prerenderizar, vacio):
    una_factura()
    salida = prerenderizar("--ciclo", vacio)
    assert salida.exit_code == 2
    assert "--ciclo está vacío. Para todos los ciclos, no lo escriba." in salida.output
    assert not hechas()


def test_only_bills_of_a_period_onwards(prerenderizar):
    una_factura("100", periodo="2026-09")
    una_factura("200", periodo="2026-10")
    una_factura("300", periodo="2026-11")
    salida = prerenderizar("--desde", "2026-10")
    assert cuentas(salida) == [2, 0, 0]
    assert "; códigos sin factura de 2026-10 en adelante: 1; " in salida.output
    for malo in ("2026-13", "octubre", "10-2026", ""):
        salida = prerenderizar("--desde", malo)
        assert salida.exit_code == 2
        assert f"--desde es un periodo como 2026-11, no «{malo}»." in salida.output


def test_the_latest_is_by_its_date_and_not_by_its_period(prerenderizar):
    una_factura("100", periodo="2026-11", expedida=date(2026, 11, 16))
    una_factura("100", periodo="2026-10", expedida=date(2026, 11, 20))  # issued again, late
    salida = prerenderizar("--desde", "2026-11")
    assert cuentas(salida) == [0, 0, 0]
    assert "; códigos sin factura de 2026-11 en adelante: 1; " in salida.output


def test_nothing_to_do_says_so(prerenderizar):
    un_predio("100")
    un_predio("200", ciclo="02")
    salida = prerenderizar()
    assert salida.exit_code == 0
    assert salida.output == "Ninguna factura para hacer: esos códigos no tienen ninguna publicada.\n"
    una_factura("100", periodo="2026-10")
    una_factura("200", periodo="2026-11")
    salida = prerenderizar("--desde", "2027-01")
    assert salida.exit_code == 0
    assert salida.output == "Ninguna factura para hacer: no hay de 2027-01 en adelante (la última es de 2026-11).\n"
    salida = prerenderizar("--desde", "2027-01", "--ciclo", "01")
    assert "(la última es de 2026-10)" in salida.output


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
    why = "el proceso que la hacía terminó de golpe (señal 9: ¿falta memoria?)"
    assert f"No se pudieron hacer: FV-999\nEl motivo de la primera: FV-999: {why}\n" in salida.output
    assert hechas() == 4


def test_why_one_could_not_be_made_is_told_in_spanish(prerenderizar, tmp_path, monkeypatch):
    una_factura("100", numero="FV-1")
    child = tmp_path / "hijo.py"
    monkeypatch.setattr(renderers, "CHILD", child)
    monkeypatch.setattr(pdf, "SECONDS", 1)
    for does, motivo in {
        "import time; time.sleep(9)": "no quedó hecha en 1 segundos",
        "import signal; signal.raise_signal(signal.SIGALRM)": "no quedó hecha en 1 segundos",
        "raise SystemExit(1)": "el proceso que la hacía terminó de golpe (código 1)",
        "import signal; signal.raise_signal(signal.SIGABRT)": "el proceso que la hacía terminó de golpe (señal 6)",
        "import os; os.write(0, b'-' + bytes([0, 0, 0, 7]) + b'E: why?')": "el documento no se pudo convertir (E: why?)",
        "import os; os.write(0, b'+' + bytes([99, 0, 0, 0]))": "su PDF es demasiado grande (1584 MB)",
    }.items():
        child.write_text(does)
        salida = prerenderizar()
        assert salida.exit_code == 1
        assert salida.output.endswith(f"No se pudieron hacer: FV-1\nEl motivo de la primera: FV-1: {motivo}\n")


def test_a_process_whose_parent_is_gone_ends_without_a_word():
    parent, theirs = socket.socketpair()
    with theirs:
        child = subprocess.Popen([sys.executable, "-I", renderers.CHILD], stdin=theirs, stderr=subprocess.PIPE)
    document = b"<p>x"
    parent.sendall(proceso.REQUEST.pack(20, len(document)) + document)
    parent.close()
    assert child.communicate(timeout=20)[1] == b""
    assert child.returncode == 0


# -- room -------------------------------------------------------------------------------------------


@pytest.mark.ajustes(FACTURA_COPIAS_MB=10)
def test_what_will_not_fit_is_not_begun(prerenderizar, monkeypatch):
    for codigo, ciclo in (("100", "01"), ("200", "02"), ("300", "02")):
        un_predio(codigo, ciclo=ciclo)
        una_factura(codigo)
    un_predio("400")  # without bills
    monkeypatch.setattr(facturas, "TAMANO", 5_000_000)
    salida = prerenderizar()
    assert salida.exit_code == 2
    assert salida.output == (
        "Error: Las facturas de 3 códigos necesitan FACTURA_COPIAS_MB = 600 y hay 10: se borrarían unas a otras.\n"
        "Súbalo en oficina.toml y reinicie el portal, o haga solo un ciclo: --ciclo 01.\n"
    )
    assert prerenderizar("--ciclo", "02", "--ciclo", "01").output.endswith("o haga solo un ciclo: --ciclo 02.\n")
    uno = prerenderizar("--ciclo", "02")
    assert uno.exit_code == 2
    assert uno.output.endswith("Súbalo en oficina.toml y reinicie el portal.\n")
    assert not hechas()


@pytest.mark.ajustes(FACTURA_COPIAS_MB=7700)
def test_a_city_fits_where_the_documentation_says(app):
    facturas.exigir_espacio(130_000, ())
    with pytest.raises(
        fallas.NotBegun, match=r"Las facturas de 140\.000 códigos necesitan FACTURA_COPIAS_MB = 8200 y hay 7700"
    ):
        facturas.exigir_espacio(140_000, ())


@pytest.fixture
def llena(app):
    """Every folder is full, of what was asked for so many hours ago."""

    def llena(horas: int) -> None:
        for number in range(cache.FOLDERS):
            digest = f"{number:02x}" + "0" * 62
            cache.keep("pdf", digest, bytes(39_000))
            os.utime(cache.folder_of("pdf", digest) / digest, (time.time() - horas * 3600,) * 2)

    return llena


@pytest.mark.ajustes(FACTURA_COPIAS_MB=10)
def test_wanted_ones_that_made_room_are_told(prerenderizar, llena):
    una_factura("100")
    una_factura("200")
    llena(horas=2)
    salida = prerenderizar()
    assert salida.exit_code == 1
    assert re.search(
        r"^Hechas: 2 \(se borraron 2 por falta de espacio\); ya estaban: 0; fallidas: 0; en ", salida.output, re.MULTILINE
    )
    assert "No cupieron todas en FACTURA_COPIAS_MB = 10: súbalo en oficina.toml y reinicie el portal.\n" in salida.output
    assert hechas() in (cache.FOLDERS, cache.FOLDERS - 1)


@pytest.mark.ajustes(FACTURA_COPIAS_MB=10)
def test_those_of_other_months_make_room_and_nothing_is_said(prerenderizar, llena):
    una_factura("100")
    llena(horas=30 * 24)
    salida = prerenderizar()
    assert salida.exit_code == 0
    assert cuentas(salida) == [1, 0, 0]
    assert "borr" not in salida.output


def test_where_the_copies_have_a_disk_of_their_own_it_is_looked_at(instancia):
    assert fallas.en_otro_disco(Path("/proc"), instancia)
    assert not fallas.en_otro_disco(instancia, instancia)
    assert not fallas.en_otro_disco(instancia / "no-existe", instancia)


# -- bills that a bank cannot read ------------------------------------------------------------------


@pytest.mark.ajustes(PAGO_GLN="7709998000018")
def test_those_to_be_paid_without_a_barcode_are_counted(prerenderizar):
    una_factura("100")
    una_factura("200", referencia="A-200")
    una_factura("300", total=84_350_50)
    una_factura("400", referencia="A-400", total=0)
    una_factura("500", referencia="A-500", vence=date(2026, 11, 1))
    una_factura("600", referencia="A-600")
    un_pago("600")
    salida = prerenderizar()
    assert salida.exit_code == 0
    assert salida.output.endswith("AVISO: Sin código de barras, por pagar: 2. Véase docs/factura.md, El desprendible.\n")


def test_without_an_agreement_none_lacks_a_barcode(prerenderizar):
    una_factura("100", referencia="A-100")
    assert "AVISO" not in prerenderizar().output


# -- who, and how many at once ----------------------------------------------------------------------


@pytest.mark.parametrize(("uid", "name"), [(65534, "nobody"), (4_000_000, "4000000")])
def test_another_user_than_the_portals_is_refused(prerenderizar, instancia, monkeypatch, uid, name):
    una_factura("100")
    owner = pwd.getpwuid(os.geteuid()).pw_name
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    salida = prerenderizar()
    assert salida.exit_code == 2
    assert salida.output == (
        f"Error: Esta orden es para el usuario «{owner}», dueño de {instancia}, y usted es «{name}».\n"
        "Use: oficina facturas prerenderizar\n"
    )
    assert not cache.root().exists()


def test_two_at_once_do_not_do_the_work_twice(prerenderizar):
    una_factura("100")
    with cache.alone("prerenderizar"):
        salida = prerenderizar()
    assert salida.exit_code == 3
    assert salida.output == "Error: Otra orden ya está haciendo las facturas.\n"
    assert cuentas(prerenderizar()) == [1, 0, 0]


def test_the_help_tells_where_they_are_and_the_exit_codes(prerenderizar):
    ayuda = " ".join(prerenderizar("--help").output.split())
    assert "Quedan en cache/pdf de la instancia, unos 45 KB cada una; véase FACTURA_COPIAS_MB." in ayuda
    assert "3 otra orden ya las está haciendo" in ayuda


# -- ends -------------------------------------------------------------------------------------------


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
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # What is started in the background of a shell is born deaf to Ctrl-C.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as process:
        until = time.monotonic() + 20
        while hechas() < 3:
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.05)
        # The documents are written in its first thread.
        assert os.getpriority(os.PRIO_PROCESS, process.pid) >= facturas.CORTESIA
        process.send_signal(orden)
        salida, errores = process.communicate(timeout=10)
    assert process.returncode == 4
    assert "Haciendo: no terminó" in salida
    assert re.match(r"Error: Se interrumpió\. Hechas: \d+; ya estaban: 0; fallidas: 0; en .*\.\n", errores)
    assert "Traceback" not in errores
    made = hechas()
    assert 3 <= made < 40
    assert cuentas(prerenderizar("--nucleos", "2")) == [40 - made, made, 0]
