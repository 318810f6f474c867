"""``flask importar`` and ``flask entregas``: what the person who imports sees, and what cron gets to know."""

import csv
import errno
import getpass
import os
import pty
import re
import resource
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from contextlib import contextmanager
from fcntl import ioctl
from functools import partial

import fabrica
import peewee
import pytest
import servidores
from fabrica import una_cuenta
from test_entregas import COMPLETA, FACTURA, PREDIO, escribir
from test_recaudos import archivo as archivo_de_banco

from oficina import db
from oficina.cli import fallas
from oficina.cli.archivo import privado
from oficina.cli.avance import Avance, Paso, barra
from oficina.cli.cifras import cuantas, duracion
from oficina.cli.novedades import con_nombre_posible, sin_formula
from oficina.entregas import demo
from oficina.entregas.cerrojo import OcupadoError, uno_a_la_vez
from oficina.models import Asociacion, Bitacora, Entrega, Factura, Predio

YO = f"sistemas:{getpass.getuser()}"
MALO = PREDIO | {"codigo": "00013", "uso": "x"}
MALA = {"predios": [PREDIO, MALO], "facturas": [FACTURA]}
# The same bill with another total, which its line adds up to.
OTRO_TOTAL = {
    "facturas": [FACTURA | {"total": "90000"}],
    "conceptos": [{"numero": "F1", "orden": "1", "servicio": "acueducto", "concepto": "Consumo", "valor": "90000"}],
}
ESPERA = 60


@pytest.fixture
def importar(runner, tmp_path):
    """``flask importar`` of rows by file, with these options."""

    def comando(*opciones, carpeta="noche", **archivos):
        escribir(tmp_path / carpeta, archivos)
        return runner.invoke(args=["importar", str(tmp_path / carpeta), *opciones])

    return comando


@pytest.fixture
def entregas(runner):
    def comando(*palabras, escribe=None):
        return runner.invoke(args=["entregas", *palabras], input=escribe)

    return comando


def filas(salida, titulo):
    """The cells of the lines that begin so."""
    return [linea.split() for linea in salida.output.splitlines() if linea.startswith(titulo)]


def leer(ruta):
    with ruta.open(encoding="utf-8-sig", newline="") as abierto:
        return list(csv.DictReader(abierto, delimiter=";"))


# -- taking one in ------------------------------------------------------------------------------------


def test_it_tells_what_it_published_and_the_money_before_and_after(importar):
    salida = importar(**COMPLETA)
    assert salida.exit_code == 0
    assert filas(salida, "archivo") == [["archivo", "filas", "nuevas", "cambiadas", "iguales", "rechazadas"]]
    assert filas(salida, "pagos") == [
        ["pagos", "1", "1", "0", "0", "0"],
        ["pagos", "$", "0", "→", "$", "84.350", "$", "84.350"],
    ]
    assert re.search(r"^Entrega \d+ publicada en \S+ s\.$", salida.output, re.MULTILINE)
    assert "\u00a0" not in salida.output
    salida = importar(**OTRO_TOTAL)
    assert filas(salida, "facturas") == [
        ["facturas", "1", "0", "1", "0", "0"],
        ["facturas", "$", "84.350", "→", "$", "90.000", "$", "5.650"],
    ]


def test_elsewhere_than_on_a_terminal_each_step_is_two_plain_lines(importar):
    lineas = [linea for linea in importar(**COMPLETA).output.splitlines() if re.match(r"\d\d:\d\d:\d\d  ", linea)]
    assert [linea[10:].split(" en ")[0] for linea in lineas] == [
        "Revisando…",
        "Revisado: 5 filas",
        "Publicando…",
        "Publicado: 5 filas",
    ]


def test_a_bad_row_rejects_it_all_and_says_so(importar):
    salida = importar(**MALA)
    assert salida.exit_code == 1
    assert filas(salida, "predios ")[0] == ["predios", "2", "1"]
    assert "  predios línea 3: uso «x»: Debe ser uno de estos" in salida.output
    assert "RECHAZADA: no se publicó nada" in salida.output
    assert Predio.select().count() == 0


def test_every_rejection_is_in_a_file_until_there_are_none(importar, instancia):
    salida = importar(predios=[PREDIO | {"codigo": str(n), "uso": "x"} for n in range(30)])
    assert "Rechazos: 30" in salida.output
    assert "… y 10 más" in salida.output
    archivo = instancia / "rechazos-noche.csv"
    assert f"Lista completa: {archivo}" in salida.output
    assert archivo.stat().st_mode & 0o077 == 0
    novedades = leer(archivo)
    assert [fila["línea"] for fila in novedades] == [str(n) for n in range(2, 32)]
    assert (novedades[0]["archivo"], novedades[0]["columna"], novedades[0]["valor"]) == ("predios", "uso", "x")
    importar(predios=[PREDIO])
    assert not archivo.exists()
    assert not list(instancia.glob(".rechazos-*"))


def test_a_file_of_rejections_that_cannot_be_written_or_removed_is_told(importar, instancia):
    (instancia / "rechazos-noche.csv").mkdir()
    try:
        mala, buena = importar(**MALA), importar(predios=[PREDIO])
    finally:
        (instancia / "rechazos-noche.csv").rmdir()
    assert mala.exit_code == 1
    assert "No se pudo escribir" in mala.output
    assert "RECHAZADA" in mala.output
    assert buena.exit_code == 0
    assert "No se pudo quitar" in buena.output
    assert not list(instancia.glob(".rechazos-*"))


def test_a_long_name_is_cut_in_that_of_its_files(tmp_path):
    rutas = [con_nombre_posible(tmp_path / f"rechazos-{'ñ' * 125}{n}.csv") for n in range(2)]
    assert rutas[0] != rutas[1]
    for ruta in rutas:
        assert re.fullmatch("rechazos-ñ+-[0-9a-f]{8}.csv", ruta.name)
        with privado(ruta) as archivo:
            archivo.write("x")
        assert ruta.read_text(encoding="utf-8-sig") == "x"
    corta = tmp_path / "rechazos-noche.csv"
    assert con_nombre_posible(corta) == corta


@pytest.mark.parametrize(
    ("valor", "escrito"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-5+cmd|x", "'-5+cmd|x"),
        ("+57 310", "'+57 310"),
        ("\t=1", "'\t=1"),
        ("-5", "-5"),
        ("-18.413,96", "-18.413,96"),
        ("+3", "+3"),
        ("Calle 10", "Calle 10"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_run_is_told_as_text(valor, escrito):
    assert sin_formula(valor) == escrito


def test_no_value_runs_as_a_formula_or_disturbs_the_terminal(importar, instancia):
    salida = importar(predios=[PREDIO | {"uso": "=cmd|calc"}, PREDIO | {"codigo": "2", "uso": "\u202ered\u00a0x"}])
    assert [fila["valor"] for fila in leer(instancia / "rechazos-noche.csv")] == ["'=cmd|calc", "\u202ered\u00a0x"]
    assert "«?red x»" in salida.output


def test_what_is_no_delivery_is_a_wrong_use(importar, runner, tmp_path):
    suelto = tmp_path / "predios.csv"
    suelto.write_text("codigo\n", encoding="utf-8")
    for salida, motivo in (
        (importar(), "No hay ningún archivo de una entrega"),
        (runner.invoke(args=["importar", str(tmp_path / "nada")]), f"No existe {tmp_path / 'nada'}."),
        (runner.invoke(args=["importar", str(suelto)]), f"{suelto} es un archivo: dé la carpeta que lo contiene, o un .zip."),
        (runner.invoke(args=["importar"]), "Falta RUTA"),
        (importar("--esperar", "mucho", **COMPLETA), "--esperar"),
    ):
        assert motivo in salida.output
        assert salida.exit_code == 2
        assert "Traceback" not in salida.output
    assert not Entrega.select().exists()


def test_the_help_tells_the_exit_codes(runner):
    salida = runner.invoke(args=["importar", "--help"]).output
    assert re.findall(r"^ +(\d)  ", salida, re.MULTILINE) == list("012345")


# -- only looking, and in part --------------------------------------------------------------------------


def test_simulating_writes_nothing_and_tells_what_would_happen(importar, instancia):
    importar(**COMPLETA)
    salida = importar("--simular", carpeta="prueba", **OTRO_TOTAL)
    assert salida.exit_code == 0
    assert filas(salida, "facturas")[0] == ["facturas", "1", "0", "1", "0", "0"]
    assert "SIMULACIÓN: no se escribió nada. La entrega se publicaría completa." in salida.output
    assert "Comparado: " in salida.output
    assert "Publica" not in salida.output
    assert (Factura.get().total, Entrega.select().count()) == (84_350_00, 1)
    assert not (instancia / "rechazos-prueba.csv").exists()


@pytest.mark.parametrize(
    ("opciones", "codigo", "veredicto"),
    [((), 1, "se rechazaría, y no se publicaría nada"), (("--parcial",), 5, "se publicaría en parte: quedarían fuera")],
)
def test_simulating_a_bad_one_tells_its_fate(importar, instancia, opciones, codigo, veredicto):
    salida = importar("--simular", *opciones, **MALA)
    assert salida.exit_code == codigo
    assert veredicto in salida.output
    assert leer(instancia / "rechazos-noche.csv")[0]["línea"] == "3"
    assert not Entrega.select().exists()


def test_in_part_publishes_the_good_rows_and_says_what_was_left_out(importar, entregas):
    salida = importar("--parcial", **MALA)
    assert salida.exit_code == 5
    assert "publicada EN PARTE" in salida.output
    assert "1 fila rechazada." in salida.output
    assert [predio.codigo for predio in Predio.select()] == ["00012"]
    assert filas(entregas(), str(Entrega.get().id))[0][-2:] == ["en", "parte"]


@pytest.mark.ajustes(ENTREGAS_PARCIAL=True)
def test_a_setting_publishes_in_part_always(importar):
    assert importar(**MALA).exit_code == 5


def test_good_rows_left_out_with_a_bad_one_are_told_apart(importar):
    conceptos = [*COMPLETA["conceptos"], COMPLETA["conceptos"][0] | {"orden": "2", "valor": "x"}]
    salida = importar("--parcial", **COMPLETA | {"conceptos": conceptos})
    assert salida.exit_code == 5
    assert filas(salida, "archivo")[0][-1] == "omitidas"
    assert filas(salida, "conceptos")[0] == ["conceptos", "2", "0", "0", "0", "1", "1"]
    assert "que dependen de ellas" in salida.output


# -- payments of banks ----------------------------------------------------------------------------------


def test_payments_of_banks_are_told_with_those_that_nobody_knows(runner, entregas, tmp_path):
    escribir(tmp_path / "noche", COMPLETA)
    nombre = "recaudo_bancolombia_noviembre_10.txt"
    (tmp_path / "noche" / nombre).write_text(archivo_de_banco([("999", 50_000_00), ("F1", 84_350_00)]), encoding="ascii")
    salida = runner.invoke(args=["importar", str(tmp_path / "noche")])
    assert salida.exit_code == 0
    assert filas(salida, "recaudo_bancolombia_nov… ")[0] == ["recaudo_bancolombia_nov…", "2", "2", "0", "0", "0"]
    assert "Pagos por identificar: 1, recaudo_bancolombia_nov…" in salida.output
    assert max(map(len, salida.output.splitlines()[1:])) <= 80
    visto = entregas("ver", str(Entrega.get().id)).output
    assert "Pagos por identificar: 1" in visto
    assert f"  {nombre}\n" in visto


def test_files_of_banks_that_were_left_out_are_told_as_files(runner, tmp_path):
    escribir(tmp_path / "noche", COMPLETA)
    for banco in ("uno.txt", "dos.txt"):
        malo = archivo_de_banco([("F1", 84_350_00)]).replace("\n06", "\n07", 1)
        (tmp_path / "noche" / banco).write_text(malo, encoding="ascii")
    salida = runner.invoke(args=["importar", str(tmp_path / "noche"), "--parcial"])
    assert salida.exit_code == 5
    assert "quedaron fuera\n2 archivos de bancos." in salida.output


# -- change of holder -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ajuste", "oculta"),
    [
        pytest.param("ocultar", True, marks=pytest.mark.ajustes(ENTREGAS_TITULAR="ocultar")),
        pytest.param("mostrar", False, marks=pytest.mark.ajustes(ENTREGAS_TITULAR="mostrar")),
    ],
)
def test_a_change_of_holder_is_told_and_follows_the_setting(importar, ajuste, oculta):
    importar(predios=[PREDIO | {"documento": "1"}])
    una_cuenta(codigos=["00012"])
    nuevo = [PREDIO | {"documento": "2"}]
    simulada = importar("--simular", predios=nuevo).output
    assert "Por ver:\n  1 código cambia de titular; si alguna cuenta lo tiene, quedaría por revisar\n" in simulada
    assert importar(predios=nuevo).output.endswith(
        "\nPor ver:\n  1 código cambia de titular; 1 cuenta queda por revisar: flask cuentas buscar --por-revisar\n"
    )
    asociacion = Asociacion.get()
    assert asociacion.revisar
    assert (asociacion.ve_hasta is not None) == oculta


def test_a_change_of_holder_of_codes_without_account_is_nothing_to_look_at(importar):
    importar(predios=[PREDIO | {"documento": "1"}])
    salida = importar(predios=[PREDIO | {"documento": "2"}]).output
    assert "1 código cambia de titular; ninguna cuenta queda por revisar por eso." in salida
    assert "Por ver:" not in salida


# -- to look at -----------------------------------------------------------------------------------------


def test_a_delivery_without_anything_to_look_at_has_no_such_block(importar):
    assert "Por ver:" not in importar(**COMPLETA).output


@pytest.mark.parametrize("opciones", [(), ("--simular",)])
def test_files_that_were_not_read_or_have_no_rows_are_told_last(runner, tmp_path, opciones):
    escribir(tmp_path / "noche", {"predios": [PREDIO]})
    (tmp_path / "noche" / "FACT_20261124.TXT").write_text("numero;total\n", encoding="utf-8")
    (tmp_path / "noche" / "pagos.csv").write_text("id;codigo;fecha;valor\n", encoding="utf-8")
    salida = runner.invoke(args=["importar", str(tmp_path / "noche"), *opciones])
    assert salida.exit_code == 0
    assert salida.output.endswith("\nPor ver:\n  1 archivo sin leer: FACT_20261124.TXT\n  1 archivo sin ninguna fila: pagos\n")


# -- the record -----------------------------------------------------------------------------------------

una_entrega = partial(fabrica.una_entrega, nombre="noche", quien=YO, huella="a" * 64, duracion_ms=1234)


def test_without_deliveries_the_list_says_so(entregas):
    salida = entregas()
    assert salida.exit_code == 0
    assert "Todavía no se ha importado ninguna entrega" in salida.output


def test_the_list_tells_each_delivery_in_80_columns(importar, entregas):
    importar(**COMPLETA)
    importar(carpeta="mañana", **MALA)
    una_entrega(estado="abierta", publicada=None, duracion_ms=0, nombre="a" * 30)
    una_entrega(estado="interrumpida", publicada=None)
    una_entrega(estado="deshecha", resumen='{"facturas": {"filas": 31200000, "suma": 999999999999900, "sha256": "a"}}')
    salida = entregas()
    assert salida.exit_code == 0
    lineas = salida.output.splitlines()
    numeros = [registro.id for registro in Entrega.select().order_by(Entrega.id.desc())]
    assert [linea.split()[0] for linea in lineas[1:10:2]] == [str(numero) for numero in numeros]
    estados = ["deshecha", "interrumpida", "en curso (*)", "rechazada", "publicada"]
    assert [linea.rstrip().endswith(estado) for linea, estado in zip(lineas[1:10:2], estados, strict=True)] == [True] * 5
    assert f"mañana, por {YO}" in lineas[8]
    assert "$ 84.350" in lineas[9]
    assert "En curso, o interrumpida" in salida.output
    assert max(map(len, lineas[:11])) < 80


def test_the_list_is_of_the_last_ones_unless_all_are_asked_for(entregas):
    for _ in range(22):
        una_entrega()
    assert entregas().output.count(f"noche, por {YO}") == 20
    assert "Son las últimas 20 de 22" in entregas().output
    assert entregas("--todas").output.count(f"noche, por {YO}") == 22


def test_all_of_the_record_of_one_can_be_seen(importar, entregas):
    importar(**COMPLETA)
    registro = Entrega.get()
    salida = entregas("ver", str(registro.id)).output
    assert "publicada; es la última" in salida
    assert registro.huella in salida
    assert all(f"{conteo['sha256']}  {nombre}\n" in salida for nombre, conteo in registro.archivos.items())
    assert "$ 84.350" in salida
    importar(**OTRO_TOTAL)
    assert "hay otra posterior" in entregas("ver", str(registro.id)).output


@pytest.mark.parametrize(
    ("estado", "palabras"),
    [
        ("abierta", "en curso, o interrumpida: si ninguna importación está corriendo"),
        ("interrumpida", "interrumpida; no se publicó nada"),
        ("deshecha", "deshecha; lo que trajo ya no se ve"),
    ],
)
def test_the_state_is_told_in_words(app, entregas, estado, palabras):
    salida = entregas("ver", str(una_entrega(estado=estado, publicada=None)))
    assert salida.exit_code == 0
    assert palabras in salida.output


def test_the_record_of_a_rejected_one_tells_how_many_rows(importar, entregas):
    importar(**MALA)
    salida = entregas("ver", str(Entrega.get().id))
    assert "rechazada; no se publicó nada" in salida.output
    assert filas(salida, "predios")[0] == ["predios", "2", "1"]


def test_a_number_that_is_not_there_is_told(entregas):
    for orden in ("ver", "deshacer"):
        salida = entregas(orden, "77")
        assert salida.exit_code == 1
        assert "No hay una entrega 77" in salida.output


# -- the way back ---------------------------------------------------------------------------------------


@pytest.fixture
def dos(importar):
    """Two deliveries, the second of which changes the bill of the first; the numbers of both."""
    importar(**COMPLETA)
    importar(carpeta="correccion", **OTRO_TOTAL)
    return [registro.id for registro in Entrega.select().order_by(Entrega.id)]


@pytest.mark.parametrize("respuesta", ["n\n", "\n", ""])
def test_without_a_yes_nothing_is_undone(dos, entregas, respuesta):
    salida = entregas("deshacer", str(dos[1]), escribe=respuesta)
    assert salida.exit_code == 1
    assert f"¿Deshacer la entrega {dos[1]}?" in salida.output
    assert filas(salida, "facturas") == [["facturas", "0", "1"]]
    assert Factura.get().total == 90_000_00
    assert not Bitacora.select().exists()
    assert "No se hizo nada." in salida.output
    assert "Aborted" not in salida.output


def test_the_last_one_is_taken_back_and_that_is_written_down(dos, entregas):
    primera, segunda = dos
    salida = entregas("deshacer", str(segunda), escribe="s\n")
    assert salida.exit_code == 0
    assert f"La entrega {segunda} quedó deshecha. La última es ahora la {primera} (noche)" in salida.output
    assert Factura.get().total == 84_350_00
    anotada = Bitacora.get()
    assert (anotada.evento, anotada.actor, anotada.detalle) == ("entrega_deshecha", YO, f"entrega {segunda}")


def test_the_only_one_can_be_taken_back(importar, entregas):
    importar(**COMPLETA)
    salida = entregas("deshacer", str(Entrega.get().id), "--si")
    assert salida.exit_code == 0
    assert "No queda ninguna publicada." in salida.output
    assert not Predio.select().exists()


def test_what_cannot_be_undone_is_told_before_asking(dos, importar, entregas):
    importar(**MALA)
    rechazada = Entrega.select().order_by(Entrega.id.desc()).get().id
    for numero, motivo in ((rechazada, "no está publicada (rechazada)"), (dos[0], "Solo se puede deshacer la última")):
        salida = entregas("deshacer", str(numero), "--si")
        assert salida.exit_code == 1
        assert motivo in salida.output
    assert Factura.get().total == 90_000_00


# -- two at once ----------------------------------------------------------------------------------------


@contextmanager
def otra_importacion(segundos):
    """Somebody else holds the lock for so long."""
    tomado, suelta = threading.Event(), threading.Event()

    def tener():
        db.open_connection()
        with uno_a_la_vez():
            tomado.set()
            suelta.wait(segundos)
        db.db.close()

    hilo = threading.Thread(target=tener)
    hilo.start()
    tomado.wait(ESPERA)
    try:
        yield
    finally:
        suelta.set()
        hilo.join()


def test_while_another_import_runs_there_is_an_exit_code_for_it(importar, entregas):
    importar(**COMPLETA)
    with otra_importacion(ESPERA):
        assert importar(**OTRO_TOTAL).exit_code == 3
        salida = entregas("deshacer", str(Entrega.get().id), "--si")
        assert salida.exit_code == 3
        assert "Otra importación está en curso" in salida.output
    assert Factura.get().total == 84_350_00


@pytest.mark.parametrize("motor", ["sqlite"], indirect=True, scope="session")
def test_a_link_to_the_same_database_is_the_same_database(app, tmp_path, monkeypatch):
    (tmp_path / "enlace.db").symlink_to(db.db.obj.database)
    with otra_importacion(ESPERA):
        monkeypatch.setattr(db.db.obj, "database", tmp_path / "enlace.db")
        with pytest.raises(OcupadoError), uno_a_la_vez():
            pass


def test_it_waits_for_the_other_import_when_told_to(importar):
    with otra_importacion(0.6):
        salida = importar("--esperar", "30", **COMPLETA)
    assert salida.exit_code == 0
    assert "se espera a que termine, hasta 30 s" in salida.output


# -- in a process of its own ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def grande(carpeta):
    """A delivery that takes a while."""
    demo.escribir(carpeta / "grande", 600)
    return carpeta / "grande"


@pytest.fixture
def proceso(app, ajustes):
    """Start ``flask`` in a process of its own."""
    entorno = {nombre: valor for nombre, valor in os.environ.items() if not nombre.startswith("OFICINA_")}
    entorno |= {f"OFICINA_{nombre}": str(int(v) if isinstance(v, bool) else v) for nombre, v in ajustes.items()}
    # Whoever runs the tests in the background (nohup, CI) ignores signals, and so would what they start.
    orden = ["env", "--default-signal=HUP,INT,TERM", sys.executable, "-m", "flask", "--app", "app"]

    def empezar(*palabras, **como):
        return subprocess.Popen([*orden, *map(str, palabras)], cwd=servidores.ROOT, env=entorno, **como)

    return empezar


def en_terminal(proceso, *palabras, al_ver="", hacer=None):
    """What it writes on a terminal of 80 columns, and its exit code; ``hacer(process)`` once it wrote ``al_ver``."""
    terminal, suyo = pty.openpty()
    ioctl(suyo, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    hecho = proceso(*palabras, stdin=suyo, stdout=suyo, stderr=suyo, start_new_session=True)
    os.close(suyo)
    salida = b""
    try:
        while True:
            try:
                trozo = os.read(terminal, 65536)
            except OSError:  # the other end was closed
                break
            salida += trozo
            if hacer and al_ver in salida.decode(errors="ignore"):
                hacer(hecho)
                hacer = None
        return salida.decode().replace("\r\n", "\n"), hecho.wait(ESPERA)
    finally:
        hecho.kill()
        hecho.wait()
        os.close(terminal)


def test_on_a_terminal_a_line_is_drawn_for_each_step(proceso, grande):
    salida, codigo = en_terminal(proceso, "importar", grande)
    assert codigo == 0
    dibujos = salida.split("\r")[1:]
    pasos = ["Revisando", "Revisado", "Publicando", "Publicado"]
    assert [paso for paso in pasos if any(dibujo.startswith(paso) for dibujo in dibujos)] == pasos
    assert any(re.match(r"Publicando  \[#+·*\] +\d+ %", dibujo) for dibujo in dibujos)
    assert {len(dibujo.split("\n")[0]) for dibujo in dibujos} == {79}
    assert re.search(r"\rRevisado +[\d.]+ filas en \S+ s", salida)
    assert max(map(len, re.sub(r".*\r", "", salida).splitlines())) < 80


@pytest.mark.parametrize("numero", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_order_to_end_leaves_the_old_data_whole(proceso, grande, importar, instancia, numero):
    importar(**COMPLETA)
    salida, codigo = en_terminal(
        proceso, "importar", grande, al_ver="Publicando", hacer=lambda proceso: proceso.send_signal(numero)
    )
    assert codigo == 4
    assert "Se interrumpió: no se publicó nada." in salida
    assert "Los clientes siguen viendo los datos anteriores" in salida
    assert "Traceback" not in salida
    assert Predio.select().count() == 1
    assert not list(instancia.glob("importar-*"))
    assert importar(**OTRO_TOTAL).exit_code == 0
    assert [registro.estado for registro in Entrega.select().order_by(Entrega.id)] == ["publicada", "interrumpida", "publicada"]


def test_it_can_be_ended_while_it_waits_for_another(proceso, grande):
    with otra_importacion(ESPERA):
        salida, codigo = en_terminal(
            proceso, "importar", grande, "--esperar", "50", al_ver="se espera", hacer=lambda proceso: proceso.terminate()
        )
    assert codigo == 4
    assert "Se interrumpió" in salida


def test_a_full_disk_is_told_in_words(proceso, grande, importar):
    importar(**COMPLETA)

    def poco_espacio():
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    salida = proceso("importar", grande, preexec_fn=poco_espacio, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    texto = salida.communicate(timeout=ESPERA)[0]
    assert salida.returncode == 4
    assert "no se publicó nada" in texto
    assert "Traceback" not in texto
    assert Predio.select().count() == 1


@pytest.mark.parametrize("motor", ["mariadb"], indirect=True, scope="session")
def test_a_database_that_goes_away_is_told_in_words(proceso, grande, importar):
    importar(**COMPLETA)

    def cortar(_):
        for (numero,) in db.fetch("SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND user <> ''"):
            db.execute(f"KILL {numero}")

    fabrica.desconecta()
    db.open_connection()
    salida, codigo = en_terminal(proceso, "importar", grande, al_ver="Publicando", hacer=cortar)
    assert codigo == 4
    assert "La base de datos no responde: no se publicó nada." in salida
    assert "Traceback" not in salida
    assert Predio.select().count() == 1
    assert importar(**OTRO_TOTAL).exit_code == 0


def test_it_goes_on_when_nobody_reads(proceso, grande):
    lectura, escritura = os.pipe()
    hecho = proceso("importar", grande, stdout=escritura, stderr=subprocess.PIPE, text=True)
    os.close(escritura)
    while b"Revisando" not in os.read(lectura, 4096):
        pass
    os.close(lectura)
    errores = hecho.communicate(timeout=ESPERA)[1]
    assert (hecho.returncode, errores) == (0, "")
    assert Entrega.get().estado == "publicada"


# -- parts ----------------------------------------------------------------------------------------------


def test_a_programming_error_is_not_put_in_words(app):
    db.open_connection()
    with pytest.raises(peewee.PeeweeException) as suceso:
        db.fetch("SELECT nada FROM predio")
    assert fallas.explicar(suceso.value) is None
    meanwhile = ZeroDivisionError()
    meanwhile.__context__ = PermissionError(13, "Permission denied")
    assert fallas.explicar(meanwhile) is None
    assert fallas.explicar(peewee.IntegrityError(1062, "Duplicate entry")) is None


def test_a_long_step_tells_how_far_it_is_now_and_then(capsys):
    with Avance(cada=0.3) as avance:
        for vuelta in range(1, 101):
            avance("revisar", vuelta * 10, 1000, vuelta * 50)
            time.sleep(0.01)
    lineas = [linea[10:] for linea in capsys.readouterr().out.splitlines()]
    assert lineas[0] == "Revisando…"
    assert 2 <= len(lineas[1:-1]) <= 4
    assert all(re.fullmatch(r"Revisando: \d+ %, [\d.]+ filas.*", linea) for linea in lineas[1:-1])
    assert lineas[-1].startswith("Revisado: 5.000 filas en 1")


def test_cleaning_has_no_total(capsys):
    with Avance() as avance:
        avance("limpiar", 1500, 0, 0)
    assert [linea[10:] for linea in capsys.readouterr().out.splitlines()] == [
        "Limpiando…",
        "Limpiado: 1.500 filas sobrantes en 0,1 s",
    ]


def test_a_step_that_counts_no_rows_tells_none(capsys):
    with Avance() as avance:
        avance("revisar", 500, 1000, 0)
    assert capsys.readouterr().out.endswith("Revisado en 0,1 s\n")


def test_a_full_disk_is_told_with_its_folder_and_what_is_free(app):
    with app.app_context():
        falla = fallas.explicar(OSError(errno.ENOSPC, "No space left on device"))
    assert re.match(r"No queda espacio en el disco de /\S+ \(libres ahora, .*: [\d.]+ MB\)$", falla.motivo)


def test_a_full_disk_is_that_of_the_file_where_it_is_known(app):
    falla = fallas.explicar(OSError(errno.ENOSPC, "No space left on device", "/proc/no-hay"))
    assert falla.motivo.startswith("No queda espacio en el disco de /proc (")


def test_an_output_that_nobody_reads_is_not_the_database(app):
    assert fallas.explicar(BrokenPipeError(errno.EPIPE, "Broken pipe")).motivo == "Se interrumpió"
    lost = peewee.OperationalError(2006, "MySQL server has gone away (BrokenPipeError)")
    lost.__context__ = BrokenPipeError(errno.EPIPE, "Broken pipe")
    assert fallas.explicar(lost).motivo == "La base de datos no responde"


def test_the_longest_line_fits_in_80_columns():
    paso = Paso("publicar", time.monotonic() - 10)
    paso.anotar(99_000_000, 39_900_000_000, 99_999_990)
    linea = barra(paso, 79)
    assert re.fullmatch(r"Publicando  \[·{20}\]  0 %  \d\.\d{3}\.\d{3} filas/s  faltan \d h \d+ min", linea)
    assert len(linea) <= 79
    assert len(barra(paso, 40)) <= len(linea)


@pytest.mark.parametrize(
    ("segundos", "texto"),
    [
        (0, "0,1 s"),
        (0.42, "0,4 s"),
        (4, "4 s"),
        (9.97, "10 s"),
        (59.6, "1 min 0 s"),
        (123, "2 min 3 s"),
        (3840, "1 h 4 min"),
    ],
)
def test_durations_are_read_at_a_glance(segundos, texto):
    assert duracion(segundos) == texto


def test_one_is_singular():
    assert (cuantas(1, "fila"), cuantas(2000, "fila")) == ("1 fila", "2.000 filas")
