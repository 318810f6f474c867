"""A delivery is a folder or a .zip; a .zip that could do harm is refused before anything in it is read."""

import io
import os
import random
import stat
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from oficina.entregas import origen
from oficina.entregas.columnas import PREDIOS
from oficina.entregas.lectura import Lectura
from oficina.entregas.opciones import Opciones
from oficina.entregas.origen import EntregaError, abrir_entrega
from oficina.entregas.resultado import Resultado

PREDIO = b"codigo;nombre;direccion;uso\n1;Ana;Calle 1;residencial\n"
RECAUDO = (Path(__file__).parent / "asobancaria/ejemplo.txt").read_bytes()


@pytest.fixture
def carpeta(tmp_path):
    """A folder with these files, or a .zip of them."""

    def crear(archivos):
        for nombre, contenido in archivos.items():
            (tmp_path / "noche" / nombre).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "noche" / nombre).write_bytes(contenido)
        return tmp_path / "noche"

    return crear


@pytest.fixture
def comprimido(tmp_path):
    def crear(archivos, compresion=zipfile.ZIP_DEFLATED):
        ruta = tmp_path / "noche.zip"
        with zipfile.ZipFile(ruta, "w", compresion) as salida:
            for nombre, contenido in archivos.items():
                salida.writestr(nombre, contenido)
        return ruta

    return crear


def ver(ruta, **opciones):
    """What is found: the names of the files, of the banks' ones, and what was warned of."""
    resultado = Resultado("prueba")
    with abrir_entrega(ruta, Opciones(**opciones), resultado) as (archivos, recaudos):
        tomados = {nombre: (uno.nombre, uno.tipo, todo(uno)) for nombre, uno in archivos.items()}
        tamanos = {nombre: uno.tamano for nombre, uno in archivos.items()}
        assert tamanos == {nombre: len(contenido) for nombre, (_, _, contenido) in tomados.items()}
        return tomados, [(uno.nombre, uno.tipo) for uno in recaudos], [(a.archivo, a.motivo) for a in resultado.avisos]


def todo(uno):
    with uno.abrir() as abierto:
        return abierto.read()


def rechazo(ruta, **opciones):
    with pytest.raises(EntregaError) as falla:
        ver(ruta, **opciones)
    return str(falla.value)


@pytest.mark.parametrize("hacer", ["carpeta", "comprimido"])
def test_files_are_known_by_their_name_or_by_what_they_are(hacer, request):
    ruta = request.getfixturevalue(hacer)(
        {
            "PREDIOS.CSV": PREDIO,
            "pagos.txt": b"id",
            "mandamientos.xlsx": b"PK",
            "RECAUDO1118": RECAUDO,
            "banco.dat": RECAUDO.replace(b"\n", b"\r\n"),
            "leame.md": b"nada",
            "otros.csv": b"a;b",
            "facturas.xls": b"x",
            "dentro.zip": b"PK",
            ".DS_Store": b"x",
        }
    )
    archivos, recaudos, avisos = ver(ruta)
    assert archivos == {
        "predios": ("PREDIOS.CSV", "csv", PREDIO),
        "pagos": ("pagos.txt", "csv", b"id"),
        "mandamientos": ("mandamientos.xlsx", "xlsx", b"PK"),
    }
    assert sorted(recaudos) == [("RECAUDO1118", "recaudo"), ("banco.dat", "recaudo")]
    assert dict(avisos).keys() == {"otros.csv", "facturas.xls", "dentro.zip"}
    assert "guárdelo como .xlsx" in dict(avisos)["facturas.xls"]
    assert "comprimido no se leyó" in dict(avisos)["dentro.zip"]


def test_names_of_the_utility_are_patterns(carpeta):
    ruta = carpeta({"FACT_202611.TXT": b"1", "usuarios.dat": b"2", "facturas_viejas.csv": b"3"})
    archivos, _, avisos = ver(ruta, archivos={"facturas": "fact_*.txt", "predios": "USUARIOS.*"})
    assert {nombre: uno[0] for nombre, uno in archivos.items()} == {"predios": "usuarios.dat", "facturas": "FACT_202611.TXT"}
    assert [archivo for archivo, _ in avisos] == ["facturas_viejas.csv"]


def test_two_files_for_one_name_are_refused(carpeta):
    assert "dos archivos de predios: predios.csv y predios.txt" in rechazo(carpeta({"predios.csv": b"", "predios.txt": b""}))


def test_one_file_for_two_names_is_refused(carpeta):
    motivo = rechazo(carpeta({"datos.csv": b""}), archivos={"predios": "*.csv", "pagos": "datos*"})
    assert "«datos.csv» puede ser predios o pagos" in motivo


def test_what_is_no_delivery_is_refused(carpeta, tmp_path):
    assert "predios.csv" in rechazo(carpeta({"otros.csv": b""}))
    (tmp_path / "predios.csv").write_bytes(PREDIO)
    assert "no es una carpeta ni un .zip" in rechazo(tmp_path / "predios.csv")
    (tmp_path / "malo.zip").write_bytes(b"PK nada")
    assert "malo.zip está dañado" in rechazo(tmp_path / "malo.zip")
    assert "no es una carpeta" in rechazo(tmp_path / "nada.zip")


@pytest.mark.parametrize("nombre", ["pagos", "facturas", "recaudos"])
def test_a_file_of_a_bank_may_not_have_the_name_of_another(carpeta, nombre):
    assert f"Cambie el nombre del archivo de recaudos «{nombre}»" in rechazo(carpeta({"predios.csv": PREDIO, nombre: RECAUDO}))


def test_names_that_are_not_utf8_are_shown_all_the_same(carpeta):
    noche = carpeta({"predios.csv": PREDIO})
    (noche / os.fsdecode(b"recaudo-a\xf1o")).write_bytes(RECAUDO)
    (noche / os.fsdecode(b"da\xf1o.csv")).write_bytes(b"x")
    _, recaudos, avisos = ver(noche)
    assert recaudos == [("recaudo-a\ufffdo", "recaudo")]
    assert [archivo for archivo, _ in avisos] == ["da\ufffdo.csv"]
    (noche / os.fsdecode(b"recaudo-a\xf2o")).write_bytes(RECAUDO)
    assert "Cambie el nombre" in rechazo(noche)
    rechazo(noche / os.fsdecode(b"\xf1")).encode()


@pytest.mark.parametrize(
    ("hacer", "motivo"),
    [
        (lambda ruta: ruta.symlink_to("no-existe.csv"), "es un enlace a algo que no existe"),
        (lambda ruta: ruta.symlink_to(ruta.name), "no se puede leer"),
        (os.mkfifo, "es una tubería o un dispositivo"),
        (lambda ruta: ruta.symlink_to("/dev/zero"), "es una tubería o un dispositivo"),
        (Path.mkdir, "es una carpeta"),
    ],
)
def test_what_is_no_file_is_not_left_out_in_silence(carpeta, hacer, motivo):
    noche = carpeta({"predios.csv": PREDIO})
    hacer(noche / "FACTURAS.CSV")
    assert f"«FACTURAS.CSV» {motivo}" in rechazo(noche)


def test_what_is_no_file_and_may_be_of_a_bank_is_warned_of(carpeta):
    noche = carpeta({"predios.csv": PREDIO, "facturas_viejas/a.csv": b"x"})
    (noche / "RECAUDO1118").symlink_to("no-existe")
    os.mkfifo(noche / "banco.txt")
    _, recaudos, avisos = ver(noche, archivos={"facturas": "facturas*"})
    assert recaudos == []
    assert avisos == [
        ("RECAUDO1118", "No se leyó: es un enlace a algo que no existe."),
        ("banco.txt", "No se leyó: es una tubería o un dispositivo."),
    ]


def test_a_link_to_a_file_is_that_file(carpeta, tmp_path):
    noche = carpeta({"otros.md": b""})
    (tmp_path / "de-verdad").write_bytes(PREDIO)
    (noche / "predios.csv").symlink_to(tmp_path / "de-verdad")
    assert ver(noche)[0] == {"predios": ("predios.csv", "csv", PREDIO)}


def test_a_folder_inside_the_zip_is_opened_when_it_is_the_only_one(comprimido):
    archivos, _, avisos = ver(comprimido({"noche/": b"", "noche/predios.csv": PREDIO, "__MACOSX/noche/._predios.csv": b"x"}))
    assert archivos["predios"][0] == "predios.csv"
    assert avisos == []


def test_files_in_other_folders_are_not_read(comprimido):
    archivos, _, avisos = ver(comprimido({"predios.csv": PREDIO, "viejos/predios.csv": PREDIO}))
    assert list(archivos) == ["predios"]
    assert avisos == [("viejos/predios.csv", "Este archivo está en una subcarpeta y no se leyó.")]


@pytest.mark.parametrize(
    "nombre", ["/etc/predios.csv", "../predios.csv", "a/../../b.csv", "C:predios.csv", "c:/b.csv", "a\\b.csv"]
)
def test_names_outside_of_the_zip_are_refused(comprimido, nombre):
    assert nombre in rechazo(comprimido({"predios.csv": PREDIO, nombre: PREDIO}))


def test_links_are_refused(comprimido):
    enlace = zipfile.ZipInfo("predios.csv")
    enlace.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "un enlace" in rechazo(comprimido({enlace: b"/etc/passwd"}))


def test_names_told_apart_only_by_case_are_refused(comprimido):
    assert "dos veces" in rechazo(comprimido({"predios.csv": PREDIO, "Predios.csv": PREDIO}))


def test_encrypted_files_are_refused(comprimido):
    ruta = comprimido({"predios.csv": PREDIO})
    contenido = bytearray(ruta.read_bytes())
    for firma, lugar in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        contenido[contenido.index(firma) + lugar] |= 1
    ruta.write_bytes(contenido)
    assert "contraseña" in rechazo(ruta)


def test_other_compressions_are_refused(comprimido):
    assert "use el normal" in rechazo(comprimido({"predios.csv": PREDIO}, zipfile.ZIP_LZMA))


def test_files_that_swell_are_refused(comprimido, monkeypatch):
    assert "más de 200 veces" in rechazo(comprimido({"predios.csv": bytes(5 << 20)}))
    monkeypatch.setattr(origen, "MAX_BYTES", 10)
    assert "pasa de" in rechazo(comprimido({"predios.csv": PREDIO}))
    monkeypatch.setattr(origen, "MAX_ENTRADAS", 1)
    assert "2 archivos y se admiten 1" in rechazo(comprimido({"predios.csv": PREDIO, "pagos.csv": b"x"}))


def leer_predios(ruta):
    resultado = Resultado("prueba")
    with (
        abrir_entrega(ruta, Opciones(), resultado) as (archivos, _),
        Lectura(PREDIOS, archivos["predios"], Opciones(), resultado, lambda _: None) as leyendo,
    ):
        filas = [fila for _, bloque in leyendo.bloques() for fila in bloque]
    return filas, [r.motivo for r in resultado.rechazos]


def test_a_zip_gives_no_more_than_it_declares(comprimido):
    """The declared size of the file is made smaller, as a bomb would."""
    ruta = comprimido({"predios.csv": PREDIO + b"2;B;C;oficial\n" * 100_000})
    contenido = bytearray(ruta.read_bytes())
    struct.pack_into("<I", contenido, contenido.index(b"PK\x01\x02") + 24, len(PREDIO))
    ruta.write_bytes(contenido)
    filas, motivos = leer_predios(ruta)
    assert filas == []
    assert ["dañado" in motivo for motivo in motivos] == [True]


def test_a_damaged_zip_is_a_rejection(comprimido):
    ruta = comprimido({"predios.csv": PREDIO + b"2;B;C;oficial\n" * 1000}, zipfile.ZIP_STORED)
    contenido = ruta.read_bytes().replace(b"oficial", b"0ficial", 1)
    ruta.write_bytes(contenido)
    assert ["dañado" in motivo for motivo in leer_predios(ruta)[1]] == [True]


def test_a_spreadsheet_is_read_inside_a_zip(comprimido):
    libro = (Path(__file__).parent / "entregas/libro.xlsx").read_bytes()
    archivos, _, _ = ver(comprimido({"pagos.xlsx": libro}))
    assert archivos["pagos"][1:] == ("xlsx", libro)
    assert zipfile.is_zipfile(io.BytesIO(archivos["pagos"][2]))


@pytest.mark.parametrize("semilla", range(100))
def test_whatever_the_zip_holds_it_is_read_or_refused(comprimido, semilla):
    azar = random.Random(semilla)
    ruta = comprimido({"predios.csv": PREDIO * 20, "banco.txt": RECAUDO, "otros.zip": b"PK"})
    contenido = bytearray(ruta.read_bytes())
    for _ in range(azar.randint(1, 5)):
        donde = azar.randrange(len(contenido))
        contenido[donde : donde + azar.choice((0, 1, 4))] = azar.choice((b"", b"\xff", azar.randbytes(2), b"PK\x01\x02"))
    ruta.write_bytes(contenido)
    with suppress(EntregaError, KeyError):
        leer_predios(ruta)
