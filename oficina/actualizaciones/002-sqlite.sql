-- Version 1 to 2 on SQLite: what is published is kept in versions (see schema.sql), behind views.
--
-- Everything is one transaction, with foreign keys off (see __init__.py). A primary key, a foreign key or NOT NULL
-- can only be changed by making the table anew: https://www.sqlite.org/lang_altertable.html, "Making Other Kinds Of
-- Table Schema Changes". Rows are copied in the order of their key and before the other indexes are made, which is
-- quicker; a table is dropped as soon as it is copied, for the next to use its room. "{ultima}" is the id of the last
-- delivery, or 0.

-- ------------------------------------------------------------------ deliveries
CREATE TABLE nueva_entrega (
    id INTEGER PRIMARY KEY,
    nombre VARCHAR(200) NOT NULL CHECK (substr(nombre, 201) = ''),
    huella CHAR(64) NOT NULL,
    quien VARCHAR(80) NOT NULL CHECK (substr(quien, 81) = ''),
    estado VARCHAR(12) NOT NULL
        CHECK (estado IN ('abierta', 'publicada', 'rechazada', 'interrumpida', 'deshecha')),
    iniciada DATETIME NOT NULL,
    publicada DATETIME,
    duracion_ms BIGINT NOT NULL CHECK (duracion_ms >= 0),
    restos SMALLINT NOT NULL CHECK (restos IN (0, 1)),
    resumen TEXT NOT NULL
);

INSERT INTO nueva_entrega (id, nombre, huella, quien, estado, iniciada, publicada, duracion_ms, restos, resumen)
SELECT id, nombre, huella, quien, 'publicada', iniciada, publicada, duracion_ms, 0, resumen FROM entrega;

DROP TABLE entrega;
ALTER TABLE nueva_entrega RENAME TO entrega;
CREATE INDEX entrega_estado ON entrega (estado, id);

CREATE TABLE reemplazo (
    entrega INTEGER NOT NULL,
    tabla VARCHAR(12) NOT NULL CHECK (substr(tabla, 13) = ''),
    clave VARCHAR(40) NOT NULL CHECK (substr(clave, 41) = ''),
    PRIMARY KEY (entrega, tabla, clave)
);

CREATE TABLE recaudo_version (
    id VARCHAR(40) NOT NULL CHECK (id <> '' AND substr(id, 41) = ''),
    fecha DATE NOT NULL,
    valor BIGINT NOT NULL CHECK (valor BETWEEN 0 AND 99999999999999),
    referencia VARCHAR(48) NOT NULL CHECK (substr(referencia, 49) = ''),
    banco CHAR(3) NOT NULL,
    canal VARCHAR(12) CHECK (canal IN ('banco', 'internet', 'oficina', 'corresponsal', 'débito')),
    entidad VARCHAR(60) CHECK (substr(entidad, 61) = ''),
    pago VARCHAR(40) CHECK (substr(pago, 41) = ''),
    alta INTEGER NOT NULL,
    baja INTEGER NOT NULL,
    PRIMARY KEY (id, baja)
);

CREATE INDEX recaudo_pago ON recaudo_version (pago, id);
CREATE INDEX recaudo_alta ON recaudo_version (alta);

-- ------------------------------------------------------------------ what is published
CREATE TABLE concepto_version (
    numero VARCHAR(30) NOT NULL,
    orden SMALLINT NOT NULL CHECK (orden BETWEEN 1 AND 9999),
    servicio VARCHAR(15) NOT NULL
        CHECK (servicio IN ('acueducto', 'alcantarillado', 'aseo', 'otros')),
    concepto VARCHAR(120) NOT NULL CHECK (substr(concepto, 121) = ''),
    cantidad BIGINT CHECK (cantidad BETWEEN -99999999999999 AND 99999999999999),
    unidad VARCHAR(12) CHECK (substr(unidad, 13) = ''),
    tarifa BIGINT CHECK (tarifa BETWEEN -99999999999999 AND 99999999999999),
    valor BIGINT NOT NULL CHECK (valor BETWEEN -99999999999999 AND 99999999999999),
    alta INTEGER NOT NULL,
    baja INTEGER NOT NULL,
    PRIMARY KEY (numero, orden, baja)
);

INSERT INTO concepto_version (
    numero, orden, servicio, concepto, cantidad, unidad, tarifa, valor, alta, baja)
SELECT numero, orden, servicio, concepto, cantidad, unidad, tarifa, valor, {ultima}, 2147483647
  FROM concepto ORDER BY numero, orden;

DROP TABLE concepto;

CREATE TABLE factura_version (
    numero VARCHAR(30) NOT NULL CHECK (numero <> '' AND substr(numero, 31) = ''),
    codigo VARCHAR(20) NOT NULL,
    periodo CHAR(7) NOT NULL CHECK (substr(periodo, 8) = '' AND substr(periodo, 5, 1) = '-'),
    desde DATE,
    hasta DATE,
    expedida DATE NOT NULL,
    vence DATE NOT NULL,
    suspension DATE,
    lectura_anterior BIGINT CHECK (lectura_anterior BETWEEN 0 AND 99999999999999),
    lectura_actual BIGINT CHECK (lectura_actual BETWEEN 0 AND 99999999999999),
    consumo BIGINT CHECK (consumo BETWEEN 0 AND 99999999999999),
    lectura_tipo VARCHAR(8) CHECK (lectura_tipo IN ('real', 'promedio')),
    saldo_anterior BIGINT NOT NULL CHECK (saldo_anterior BETWEEN -99999999999999 AND 99999999999999),
    facturas_vencidas SMALLINT NOT NULL CHECK (facturas_vencidas BETWEEN 0 AND 9999),
    intereses BIGINT NOT NULL CHECK (intereses BETWEEN -99999999999999 AND 99999999999999),
    total BIGINT NOT NULL CHECK (total BETWEEN -99999999999999 AND 99999999999999),
    referencia VARCHAR(48) NOT NULL CHECK (referencia <> '' AND substr(referencia, 49) = ''),
    cude VARCHAR(96) CHECK (substr(cude, 97) = ''),
    alta INTEGER NOT NULL,
    baja INTEGER NOT NULL,
    PRIMARY KEY (numero, baja)
);

INSERT INTO factura_version (
    numero, codigo, periodo, desde, hasta, expedida, vence, suspension, lectura_anterior, lectura_actual,
    consumo, lectura_tipo, saldo_anterior, facturas_vencidas, intereses, total, referencia, cude, alta, baja)
SELECT numero, codigo, periodo, desde, hasta, expedida, vence, suspension, lectura_anterior, lectura_actual,
       consumo, lectura_tipo, saldo_anterior, facturas_vencidas, intereses, total, referencia, cude, {ultima}, 2147483647
  FROM factura ORDER BY numero;

DROP TABLE factura;
CREATE INDEX factura_codigo ON factura_version (codigo, expedida, numero);
CREATE INDEX factura_referencia ON factura_version (referencia);
CREATE INDEX factura_alta ON factura_version (alta);

CREATE TABLE pago_version (
    id VARCHAR(40) NOT NULL CHECK (id <> '' AND substr(id, 41) = ''),
    codigo VARCHAR(20) NOT NULL,
    factura VARCHAR(30) CHECK (substr(factura, 31) = ''),
    fecha DATE NOT NULL,
    valor BIGINT NOT NULL CHECK (valor BETWEEN -99999999999999 AND 99999999999999),
    canal VARCHAR(12) CHECK (canal IN ('banco', 'internet', 'oficina', 'corresponsal', 'débito')),
    entidad VARCHAR(60) CHECK (substr(entidad, 61) = ''),
    referencia_pasarela VARCHAR(60) CHECK (substr(referencia_pasarela, 61) = ''),
    alta INTEGER NOT NULL,
    baja INTEGER NOT NULL,
    PRIMARY KEY (id, baja)
);

INSERT INTO pago_version (
    id, codigo, factura, fecha, valor, canal, entidad, referencia_pasarela, alta, baja)
SELECT id, codigo, factura, fecha, valor, canal, entidad, referencia_pasarela, {ultima}, 2147483647
  FROM pago ORDER BY id;

DROP TABLE pago;
CREATE INDEX pago_codigo ON pago_version (codigo, fecha, id);
CREATE INDEX pago_alta ON pago_version (alta);

CREATE TABLE mandamiento_version (
    proceso VARCHAR(30) NOT NULL CHECK (proceso <> '' AND substr(proceso, 31) = ''),
    codigo VARCHAR(20) NOT NULL,
    mandamiento VARCHAR(40) CHECK (substr(mandamiento, 41) = ''),
    fecha DATE NOT NULL,
    estado VARCHAR(12) NOT NULL CHECK (estado IN ('persuasivo', 'librado', 'notificado', 'excepciones',
                                                  'ejecucion', 'medidas', 'acuerdo', 'terminado')),
    notificado DATE,
    limite DATE,
    capital BIGINT NOT NULL CHECK (capital BETWEEN 0 AND 99999999999999),
    intereses BIGINT NOT NULL CHECK (intereses BETWEEN 0 AND 99999999999999),
    costas BIGINT NOT NULL CHECK (costas BETWEEN 0 AND 99999999999999),
    corte DATE NOT NULL,
    facturas VARCHAR(2000) CHECK (substr(facturas, 2001) = ''),
    medidas VARCHAR(1000) CHECK (substr(medidas, 1001) = ''),
    contacto VARCHAR(300) CHECK (substr(contacto, 301) = ''),
    alta INTEGER NOT NULL,
    baja INTEGER NOT NULL,
    PRIMARY KEY (proceso, baja)
);

INSERT INTO mandamiento_version (
    proceso, codigo, mandamiento, fecha, estado, notificado, limite, capital, intereses, costas, corte, facturas,
    medidas, contacto, alta, baja)
SELECT proceso, codigo, mandamiento, fecha, estado, notificado, limite, capital, intereses, costas, corte, facturas,
       medidas, contacto, {ultima}, 2147483647
  FROM mandamiento ORDER BY proceso;

DROP TABLE mandamiento;
CREATE INDEX mandamiento_codigo ON mandamiento_version (codigo, fecha);
CREATE INDEX mandamiento_alta ON mandamiento_version (alta);

CREATE TABLE predio_version (
    codigo VARCHAR(20) NOT NULL CHECK (codigo <> '' AND substr(codigo, 21) = ''),
    nombre VARCHAR(120) NOT NULL CHECK (substr(nombre, 121) = ''),
    documento_tipo VARCHAR(5) CHECK (substr(documento_tipo, 6) = ''),
    documento VARCHAR(20) CHECK (substr(documento, 21) = ''),
    direccion VARCHAR(160) NOT NULL CHECK (substr(direccion, 161) = ''),
    barrio VARCHAR(80) CHECK (substr(barrio, 81) = ''),
    municipio VARCHAR(60) CHECK (substr(municipio, 61) = ''),
    telefono VARCHAR(30) CHECK (substr(telefono, 31) = ''),
    correo VARCHAR(254) CHECK (substr(correo, 255) = ''),
    uso VARCHAR(12) NOT NULL
        CHECK (uso IN ('residencial', 'comercial', 'industrial', 'oficial', 'especial', 'provisional')),
    estrato SMALLINT CHECK (estrato BETWEEN 1 AND 6),
    ciclo VARCHAR(10) CHECK (substr(ciclo, 11) = ''),
    ruta VARCHAR(30) CHECK (substr(ruta, 31) = ''),
    medidor VARCHAR(30) CHECK (substr(medidor, 31) = ''),
    estado VARCHAR(12) NOT NULL CHECK (estado IN ('activo', 'suspendido', 'cortado', 'retirado')),
    alta INTEGER NOT NULL,
    baja INTEGER NOT NULL,
    PRIMARY KEY (codigo, baja),
    CHECK (estrato IS NULL OR uso = 'residencial')
);

INSERT INTO predio_version (
    codigo, nombre, documento_tipo, documento, direccion, barrio, municipio, telefono, correo, uso, estrato,
    ciclo, ruta, medidor, estado, alta, baja)
SELECT codigo, nombre, documento_tipo, documento, direccion, barrio, municipio, telefono, correo, uso, estrato,
       ciclo, ruta, medidor, estado, {ultima}, 2147483647
  FROM predio ORDER BY codigo;

DROP TABLE predio;
CREATE INDEX predio_alta ON predio_version (alta);

-- ------------------------------------------------------------------ codes of accounts
CREATE TABLE nueva_asociacion (
    codigo VARCHAR(20) NOT NULL PRIMARY KEY,
    cuenta_id INTEGER NOT NULL,
    principal SMALLINT CHECK (principal = 1),
    creada DATETIME NOT NULL,
    revisar DATETIME,
    ve_hasta DATE,
    FOREIGN KEY (cuenta_id) REFERENCES cuenta (id) ON DELETE CASCADE
);

INSERT INTO nueva_asociacion (codigo, cuenta_id, principal, creada, revisar)
SELECT codigo, cuenta_id, principal, creada, revisar FROM asociacion;

DROP TABLE asociacion;
ALTER TABLE nueva_asociacion RENAME TO asociacion;
CREATE UNIQUE INDEX asociacion_principal ON asociacion (cuenta_id, principal);

-- ------------------------------------------------------------------ what readers see
CREATE VIEW predio AS
    SELECT codigo, nombre, documento_tipo, documento, direccion, barrio, municipio, telefono, correo, uso,
           estrato, ciclo, ruta, medidor, estado
      FROM predio_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

CREATE VIEW factura AS
    SELECT numero, codigo, periodo, desde, hasta, expedida, vence, suspension, lectura_anterior,
           lectura_actual, consumo, lectura_tipo, saldo_anterior, facturas_vencidas, intereses, total,
           referencia, cude
      FROM factura_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

CREATE VIEW concepto AS
    SELECT numero, orden, servicio, concepto, cantidad, unidad, tarifa, valor
      FROM concepto_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

CREATE VIEW pago AS
    SELECT id, codigo, factura, fecha, valor, canal, entidad, referencia_pasarela
      FROM pago_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

CREATE VIEW recaudo AS
    SELECT id, fecha, valor, referencia, banco, canal, entidad, pago
      FROM recaudo_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

CREATE VIEW mandamiento AS
    SELECT proceso, codigo, mandamiento, fecha, estado, notificado, limite, capital, intereses, costas, corte,
           facturas, medidas, contacto
      FROM mandamiento_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;
