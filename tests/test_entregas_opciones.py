"""The settings of deliveries: what each table may say, and the example that the documentation gives."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from oficina import config
from oficina.config import ConfigError
from oficina.entregas.columnas import ARCHIVOS, FACTURAS
from oficina.entregas.lectura import Lectura
from oficina.entregas.opciones import Opciones, lectores
from oficina.entregas.origen import abrir_entrega
from oficina.entregas.resultado import Resultado

DOCUMENTO = (Path(__file__).parent.parent / "docs/entregas.md").read_text(encoding="utf-8")


@pytest.fixture
def opciones(tmp_path):
    """The options of an ``oficina.toml`` and an environment."""

    def de(toml, **environ):
        (tmp_path / "oficina.toml").write_text(toml, encoding="utf-8")
        return Opciones.de(config.read(environ, INSTANCIA=str(tmp_path)))

    return de


def test_without_settings_they_are_the_defaults(opciones):
    de_nada, por_defecto = opciones(""), Opciones()
    for archivo in ARCHIVOS:
        for columna in archivo.columnas:
            assert de_nada.formato(archivo, columna) == por_defecto.formato(archivo, columna)
    assert (de_nada.codificacion, de_nada.archivos, de_nada.columnas, de_nada.vacios) == ("", {}, {}, frozenset())


def test_every_table_is_read(opciones):
    sin_ajustes = opciones("")
    leidas = opciones("""
        [entregas]
        ancho_codigo = 8
        decimal = "coma"
        fecha = "mda"
        codificacion = "windows-1252"
        vacios = ["NULL", "N/A"]
        [entregas.archivos]
        facturas = "FACT_*.TXT"
        [entregas.columnas.facturas]
        "No. Factura" = "numero"
        "Observación" = ""
        [entregas.valores.predios.uso]
        "R" = "residencial"
        [entregas.anchos]
        numero = 10
        [entregas.decimales]
        pagos = "punto"
        [entregas.fechas]
        pagos = "dma"
        [entregas.bancos.007]
        lo_que_sea = [1, 2]
    """)
    assert leidas == replace(
        sin_ajustes,
        codificacion="windows-1252",
        decimal="coma",
        fecha="mda",
        archivos={"facturas": "FACT_*.TXT"},
        columnas={"facturas": {"nofactura": "numero", "observacion": ""}},
        valores={"predios": {"uso": {"R": "residencial"}}},
        anchos={"codigo": 8, "numero": 10},
        decimales={"pagos": "punto"},
        fechas={"pagos": "dma"},
        vacios=frozenset(["null", "n/a"]),
        bancos={"007": {"lo_que_sea": [1, 2]}},
    )
    pagos = next(archivo for archivo in ARCHIVOS if archivo.nombre == "pagos")
    de_pagos, de_facturas = leidas.formato(pagos, pagos.columnas[4]), leidas.formato(FACTURAS, FACTURAS.columnas[0])
    assert (de_pagos.decimal, de_pagos.fecha) == ("punto", "dma")
    assert (de_facturas.decimal, de_facturas.fecha, de_facturas.ancho) == ("coma", "mda", 10)


def test_simple_settings_come_from_the_environment_too(opciones):
    leidas = opciones("", OFICINA_ENTREGAS_DECIMAL="punto", OFICINA_ENTREGAS_ANCHO_CODIGO="6")
    assert (leidas.decimal, leidas.anchos) == ("punto", {"codigo": 6})


@pytest.mark.parametrize(
    ("toml", "motivo"),
    [
        ("[entregas.archivo]\nfacturas = 'x'", "tiene archivo. Puede tener: archivos"),
        ("[entregas]\nseparador = ';'", "ENTREGAS_SEPARADOR"),
        (
            "[entregas.archivos]\nfactura = 'x'",
            "[entregas.archivos] de oficina.toml tiene «factura», que no existe. Puede ser: predios",
        ),
        ("[entregas.archivos]\nfacturas = ['x']", "archivos.facturas de oficina.toml debe ser un texto"),
        ("[entregas.columnas.facturas]\nX = 'número'", "[entregas.columnas.facturas] de oficina.toml tiene «número»"),
        ("[entregas.columnas]\nfacturas = 'x'", "[entregas.columnas.facturas] de oficina.toml debe ser una tabla"),
        ("[entregas.valores.predios.nombre]\nR = 'x'", "tiene «nombre», que no existe. Puede ser: uso, estado"),
        (
            "[entregas.valores.predios.uso]\nR = 'Residencial'",
            "[entregas.valores.predios.uso] de oficina.toml tiene «Residencial»",
        ),
        ("[entregas.valores.predios]\nuso = 'x'", "[entregas.valores.predios.uso] de oficina.toml debe ser una tabla"),
        ("[entregas.anchos]\nbarrio = 3", "tiene «barrio», que no existe. Puede ser: codigo, numero"),
        ("[entregas.anchos]\ncodigo = 21", "codigo debe ser un número de 0 a 20"),
        ("[entregas.anchos]\ncodigo = true", "codigo debe ser un número de 0 a 20"),
        ('[entregas.decimales.facturas]\nvence = "coma"', "[entregas.decimales.facturas] de oficina.toml tiene «vence»"),
        ('[entregas.decimales.facturas]\nconsumo = "x"', "decimales.facturas.consumo de oficina.toml debe ser coma o punto"),
        ("[entregas.decimales]\npagos = ','", "decimales.pagos de oficina.toml debe ser coma o punto, no «,»"),
        ("[entregas.fechas]\npagos = 'amd'", "fechas.pagos de oficina.toml debe ser dma o mda"),
        ("[entregas]\nvacios = [1]", "vacios"),
        ("[entregas]\ndecimal = ','", "OFICINA_ENTREGAS_DECIMAL debe ser uno de estos: vacío, coma, punto; no «,»"),
        ("[entregas]\nancho_codigo = 30", "OFICINA_ENTREGAS_ANCHO_CODIGO debe ser un número entre 0 y 20"),
        ("entregas = 'x'", "ENTREGAS son tablas de oficina.toml"),
    ],
)
def test_what_is_not_understood_is_told(opciones, toml, motivo):
    with pytest.raises(ConfigError) as falla:
        opciones(toml)
    assert motivo in str(falla.value)


def test_tables_do_not_come_from_the_environment(opciones):
    with pytest.raises(ConfigError, match=r"ENTREGAS son tablas de oficina\.toml"):
        opciones("", OFICINA_ENTREGAS="x")


# -- what the documentation promises ----------------------------------------------------------------


def test_the_example_of_the_documentation_is_taken(opciones, tmp_path):
    """The files and settings of the invented system, as they stand in the document."""
    ejemplo = DOCUMENTO.split("## Un ejemplo completo")[1].split("\n## ")[0]
    (toml,) = re.findall(r"```toml\n(.*?)```", ejemplo, re.DOTALL)
    archivos = dict(re.findall(r"^`(\S+)`:\n\n```\n(.*?)```", ejemplo, re.DOTALL | re.MULTILINE))
    assert set(tomllib.loads(toml)) == {"entregas"}
    noche = tmp_path / "noche"
    noche.mkdir()
    for nombre, texto in archivos.items():
        (noche / nombre).write_bytes(texto.replace("\n", "\r\n").encode("cp1252"))
    leidas, resultado, valores = opciones(toml), Resultado("prueba"), {}
    with abrir_entrega(noche, leidas, resultado) as (origenes, _):
        for archivo in ARCHIVOS:
            if archivo.nombre not in origenes:
                continue
            leer = lectores(archivo, leidas)
            with Lectura(archivo, origenes[archivo.nombre], leidas, resultado, lambda _: None) as leyendo:
                filas = [fila for _, bloque in leyendo.bloques() for fila in bloque]
            valores[archivo.nombre] = [
                {c.nombre: uno(texto) for c, uno, texto in zip(archivo.columnas, leer, fila, strict=True)} for fila in filas
            ]
    assert list(resultado.rechazos) == []
    assert [aviso.motivo for aviso in resultado.avisos] == ["Es una fila de totales: no se tomó como dato."]
    predios, facturas = valores["predios"], valores["facturas"]
    assert [(p["codigo"], p["uso"], p["estado"]) for p in predios] == [
        ("01000532", "residencial", "activo"),
        ("10000509", "comercial", "suspendido"),
    ]
    assert [(f["numero"], f["codigo"], f["periodo"], f["vence"], f["consumo"], f["total"]) for f in facturas] == [
        ("2611000006", "01000532", "2026-11", "2026-11-21", 19000, 57232_00),
        ("2611000007", "10000509", "2026-11", "2026-11-21", 41500, 1284350_50),
    ]
    assert [f["suspension"] for f in facturas] == ["2026-12-01", None]


def test_amounts_and_quantities_of_a_file_may_have_other_marks(opciones):
    propias = opciones('[entregas.decimales.facturas]\nconsumo = "punto"\n')
    leer = dict(zip(FACTURAS.nombres, lectores(FACTURAS, propias), strict=True))
    assert (leer["consumo"]("19.000"), leer["total"]("$ 84.350")) == (19_000, 84_350_00)
