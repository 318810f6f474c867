-- Version 1 to 2 on MariaDB and MySQL: what is published is kept in versions (see schema.sql), behind views.
--
-- Here each statement that defines a table commits by itself, so that all of this can be repeated from the start after
-- an interruption anywhere. An ALTER TABLE is done whole or not at all, and is skipped where the table that it RENAMEs TO,
-- or the first column or constraint that it ADDs, is there (see __init__.py). What else stands here does no harm twice.
-- "{ultima}" is the id of the last delivery, or 0. Defaults fill the rows that exist and are taken away again.

-- ------------------------------------------------------------------ deliveries
ALTER TABLE entrega
    ADD COLUMN estado VARCHAR(12) NOT NULL DEFAULT 'publicada'
        CHECK (estado IN ('abierta', 'publicada', 'rechazada', 'interrumpida', 'deshecha')) AFTER quien,
    ADD COLUMN restos SMALLINT NOT NULL DEFAULT 0 CHECK (restos IN (0, 1)) AFTER duracion_ms,
    MODIFY COLUMN publicada DATETIME,
    DROP INDEX entrega_publicada,
    ADD INDEX entrega_estado (estado, id);

ALTER TABLE entrega ALTER COLUMN estado DROP DEFAULT, ALTER COLUMN restos DROP DEFAULT;

CREATE TABLE IF NOT EXISTS reemplazo (
    entrega INTEGER NOT NULL,
    tabla VARCHAR(12) NOT NULL CHECK (substr(tabla, 13) = ''),
    clave VARCHAR(40) NOT NULL CHECK (substr(clave, 41) = ''),
    PRIMARY KEY (entrega, tabla, clave)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS recaudo_version (
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
    PRIMARY KEY (id, baja),
    INDEX recaudo_pago (pago, id),
    INDEX recaudo_alta (alta)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- ------------------------------------------------------------------ what is published, what refers to another first
ALTER TABLE concepto
    RENAME TO concepto_version,
    DROP FOREIGN KEY concepto_ibfk_1,
    ADD COLUMN alta INTEGER NOT NULL DEFAULT {ultima},
    ADD COLUMN baja INTEGER NOT NULL DEFAULT 2147483647,
    DROP PRIMARY KEY,
    ADD PRIMARY KEY (numero, orden, baja);

ALTER TABLE concepto_version ALTER COLUMN alta DROP DEFAULT, ALTER COLUMN baja DROP DEFAULT;

ALTER TABLE factura
    RENAME TO factura_version,
    DROP FOREIGN KEY factura_ibfk_1,
    ADD COLUMN alta INTEGER NOT NULL DEFAULT {ultima},
    ADD COLUMN baja INTEGER NOT NULL DEFAULT 2147483647,
    DROP PRIMARY KEY,
    ADD PRIMARY KEY (numero, baja),
    ADD INDEX factura_referencia (referencia),
    ADD INDEX factura_alta (alta);

ALTER TABLE factura_version ALTER COLUMN alta DROP DEFAULT, ALTER COLUMN baja DROP DEFAULT;

ALTER TABLE pago
    RENAME TO pago_version,
    DROP FOREIGN KEY pago_ibfk_1,
    ADD COLUMN alta INTEGER NOT NULL DEFAULT {ultima},
    ADD COLUMN baja INTEGER NOT NULL DEFAULT 2147483647,
    DROP PRIMARY KEY,
    ADD PRIMARY KEY (id, baja),
    ADD INDEX pago_alta (alta);

ALTER TABLE pago_version ALTER COLUMN alta DROP DEFAULT, ALTER COLUMN baja DROP DEFAULT;

ALTER TABLE mandamiento
    RENAME TO mandamiento_version,
    DROP FOREIGN KEY mandamiento_ibfk_1,
    ADD COLUMN alta INTEGER NOT NULL DEFAULT {ultima},
    ADD COLUMN baja INTEGER NOT NULL DEFAULT 2147483647,
    DROP PRIMARY KEY,
    ADD PRIMARY KEY (proceso, baja),
    ADD INDEX mandamiento_alta (alta);

ALTER TABLE mandamiento_version ALTER COLUMN alta DROP DEFAULT, ALTER COLUMN baja DROP DEFAULT;

-- ------------------------------------------------------------------ codes of accounts
ALTER TABLE asociacion
    ADD COLUMN ve_hasta DATE,
    DROP FOREIGN KEY asociacion_ibfk_1,
    DROP FOREIGN KEY asociacion_ibfk_2;

-- A statement of its own, for the name was taken: it is the one that a new database gives.
ALTER TABLE asociacion
    ADD CONSTRAINT asociacion_ibfk_1 FOREIGN KEY (cuenta_id) REFERENCES cuenta (id) ON DELETE CASCADE;

-- ------------------------------------------------------------------ what all of these referred to
ALTER TABLE predio
    RENAME TO predio_version,
    ADD COLUMN alta INTEGER NOT NULL DEFAULT {ultima},
    ADD COLUMN baja INTEGER NOT NULL DEFAULT 2147483647,
    DROP PRIMARY KEY,
    ADD PRIMARY KEY (codigo, baja),
    ADD INDEX predio_alta (alta);

ALTER TABLE predio_version ALTER COLUMN alta DROP DEFAULT, ALTER COLUMN baja DROP DEFAULT;

-- ------------------------------------------------------------------ what readers see
CREATE OR REPLACE SQL SECURITY INVOKER VIEW predio AS
    SELECT codigo, nombre, documento_tipo, documento, direccion, barrio, municipio, telefono, correo, uso,
           estrato, ciclo, ruta, medidor, estado
      FROM predio_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW factura AS
    SELECT numero, codigo, periodo, desde, hasta, expedida, vence, suspension, lectura_anterior,
           lectura_actual, consumo, lectura_tipo, saldo_anterior, facturas_vencidas, intereses, total,
           referencia, cude
      FROM factura_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW concepto AS
    SELECT numero, orden, servicio, concepto, cantidad, unidad, tarifa, valor
      FROM concepto_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW pago AS
    SELECT id, codigo, factura, fecha, valor, canal, entidad, referencia_pasarela
      FROM pago_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW recaudo AS
    SELECT id, fecha, valor, referencia, banco, canal, entidad, pago
      FROM recaudo_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

CREATE OR REPLACE SQL SECURITY INVOKER VIEW mandamiento AS
    SELECT proceso, codigo, mandamiento, fecha, estado, notificado, limite, capital, intereses, costas, corte,
           facturas, medidas, contacto
      FROM mandamiento_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;
