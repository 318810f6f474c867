-- Oficina Virtual: every table of the portal.
--
-- One text for SQLite and MariaDB/MySQL. What stands in /*! ... */ is run by MariaDB and MySQL
-- and is a comment to SQLite. The Peewee models in oficina/models equal this file; a test compares
-- them on both engines.
--
-- Conventions
--   money         BIGINT, integer centavos (1 peso = 100)
--   volume        BIGINT, litres (1 m3 = 1000); quantity of a line: thousandths of its unit
--   tariff        BIGINT, ten-thousandths of a peso
--   DATETIME      UTC, without fraction; DATE is a calendar day in Colombia
--   text lengths  VARCHAR(n) binds MariaDB; CHECK (substr(x, n + 1) = '') makes SQLite keep it too
--   IF NOT EXISTS is not used: a schema is created once, whole, by "flask base crear".

-- ------------------------------------------------------------------ version of this schema
CREATE TABLE esquema (
    version INTEGER NOT NULL PRIMARY KEY
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

-- ================================================================== PUBLISHED
-- What the billing system delivered. Natural keys; replaced by deliveries, never edited here.
--
-- A delivery writes its rows into the ..._version tables while readers see nothing of them, and becomes visible
-- at once when its row in "entrega" is marked published. Readers use the views predio, factura, ...:
--   alta   the delivery that brought the row
--   baja   the delivery that replaced or removed it; 2147483647 while none did
-- One version of a key is alive at most: the primary key says so. There are no foreign keys among these tables, for
-- a key has several versions; the delivery checks what its rows refer to before it writes any.

-- A delivery. "resumen" is JSON: counts and sums per file. "restos" is 1 while versions may have to be removed.
CREATE TABLE entrega (
    id INTEGER PRIMARY KEY /*! AUTO_INCREMENT */,
    nombre VARCHAR(200) NOT NULL CHECK (substr(nombre, 201) = ''),
    huella CHAR(64) NOT NULL,                        -- SHA-256 over the files of the delivery
    quien VARCHAR(80) NOT NULL CHECK (substr(quien, 81) = ''),
    estado VARCHAR(12) NOT NULL
        CHECK (estado IN ('abierta', 'publicada', 'rechazada', 'interrumpida', 'deshecha')),
    iniciada DATETIME NOT NULL,
    publicada DATETIME,
    duracion_ms BIGINT NOT NULL CHECK (duracion_ms >= 0),
    restos SMALLINT NOT NULL CHECK (restos IN (0, 1)),
    resumen TEXT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX entrega_estado ON entrega (estado, id);

-- The keys of which a delivery replaced a version: to undo it, and to remove that version later.
-- "tabla" is predio, factura, pago, mandamiento, recaudo; concepto (the number of the bill); titular (a code of another holder).
CREATE TABLE reemplazo (
    entrega INTEGER NOT NULL,
    tabla VARCHAR(12) NOT NULL CHECK (substr(tabla, 13) = ''),
    clave VARCHAR(40) NOT NULL CHECK (substr(clave, 41) = ''),
    PRIMARY KEY (entrega, tabla, clave)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

-- A customer code (codigo de usuario): a connection that is billed.
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
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX predio_alta ON predio_version (alta);

CREATE /*! SQL SECURITY INVOKER */ VIEW predio AS
    SELECT codigo, nombre, documento_tipo, documento, direccion, barrio, municipio, telefono, correo, uso,
           estrato, ciclo, ruta, medidor, estado
      FROM predio_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

-- A bill. The latest one of a code is the greatest (expedida, numero).
CREATE TABLE factura_version (
    numero VARCHAR(30) NOT NULL CHECK (numero <> '' AND substr(numero, 31) = ''),
    codigo VARCHAR(20) NOT NULL,
    periodo CHAR(7) NOT NULL CHECK (substr(periodo, 8) = '' AND substr(periodo, 5, 1) = '-'),
    desde DATE,
    hasta DATE,
    expedida DATE NOT NULL,
    vence DATE NOT NULL,                             -- last day to pay
    suspension DATE,                                 -- from this day the service may be suspended
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
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX factura_codigo ON factura_version (codigo, expedida, numero);
CREATE INDEX factura_referencia ON factura_version (referencia);
CREATE INDEX factura_alta ON factura_version (alta);

CREATE /*! SQL SECURITY INVOKER */ VIEW factura AS
    SELECT numero, codigo, periodo, desde, hasta, expedida, vence, suspension, lectura_anterior,
           lectura_actual, consumo, lectura_tipo, saldo_anterior, facturas_vencidas, intereses, total,
           referencia, cude
      FROM factura_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

-- A line of a bill.
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
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE /*! SQL SECURITY INVOKER */ VIEW concepto AS
    SELECT numero, orden, servicio, concepto, cantidad, unidad, tarifa, valor
      FROM concepto_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

-- A payment as the billing system knows it. "factura" may name a bill that was never delivered.
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
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX pago_codigo ON pago_version (codigo, fecha, id);
CREATE INDEX pago_alta ON pago_version (alta);

CREATE /*! SQL SECURITY INVOKER */ VIEW pago AS
    SELECT id, codigo, factura, fecha, valor, canal, entidad, referencia_pasarela
      FROM pago_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

-- A payment in a file of a bank (Asobancaria 2001). "pago" is the payment it is, once that is known: the bank's own
-- row of pago, with the same id, or the one of the billing system. Without it, it waits to be identified.
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
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX recaudo_pago ON recaudo_version (pago, id);
CREATE INDEX recaudo_alta ON recaudo_version (alta);

CREATE /*! SQL SECURITY INVOKER */ VIEW recaudo AS
    SELECT id, fecha, valor, referencia, banco, canal, entidad, pago
      FROM recaudo_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

-- A coercive collection process (cobro coactivo), with figures at their cut-off date "corte".
CREATE TABLE mandamiento_version (
    proceso VARCHAR(30) NOT NULL CHECK (proceso <> '' AND substr(proceso, 31) = ''),
    codigo VARCHAR(20) NOT NULL,
    mandamiento VARCHAR(40) CHECK (substr(mandamiento, 41) = ''),
    fecha DATE NOT NULL,
    estado VARCHAR(12) NOT NULL CHECK (estado IN ('persuasivo', 'librado', 'notificado', 'excepciones',
                                                  'ejecucion', 'medidas', 'acuerdo', 'terminado')),
    notificado DATE,
    limite DATE,                                     -- last day to pay or object, as delivered
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
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX mandamiento_codigo ON mandamiento_version (codigo, fecha);
CREATE INDEX mandamiento_alta ON mandamiento_version (alta);

CREATE /*! SQL SECURITY INVOKER */ VIEW mandamiento AS
    SELECT proceso, codigo, mandamiento, fecha, estado, notificado, limite, capital, intereses, costas, corte,
           facturas, medidas, contacto
      FROM mandamiento_version
     WHERE (SELECT COALESCE(MAX(id), 0) FROM entrega WHERE estado = 'publicada') BETWEEN alta AND baja - 1;

-- ================================================================== OWN
-- What customers do. Ours to lose: written in one transaction with what it belongs to.

-- An account. A deleted one keeps its row, emptied, so that its id is never given again.
CREATE TABLE cuenta (
    id INTEGER PRIMARY KEY /*! AUTO_INCREMENT */,
    correo VARCHAR(254) UNIQUE CHECK (substr(correo, 255) = ''),  -- lower case; NULL once deleted
    correo_confirmado DATETIME,
    clave VARCHAR(150) NOT NULL CHECK (substr(clave, 151) = ''),  -- argon2id
    documento_tipo VARCHAR(5) NOT NULL CHECK (substr(documento_tipo, 6) = ''),
    documento VARCHAR(20) NOT NULL CHECK (substr(documento, 21) = ''),
    nombres VARCHAR(80) NOT NULL CHECK (substr(nombres, 81) = ''),
    apellidos VARCHAR(80) NOT NULL CHECK (substr(apellidos, 81) = ''),
    celular VARCHAR(15) NOT NULL CHECK (substr(celular, 16) = ''),
    telefono VARCHAR(15) CHECK (substr(telefono, 16) = ''),
    direccion VARCHAR(160) CHECK (substr(direccion, 161) = ''),
    municipio VARCHAR(60) CHECK (substr(municipio, 61) = ''),
    factura_por_correo SMALLINT NOT NULL CHECK (factura_por_correo IN (0, 1)),
    politica_version VARCHAR(20) NOT NULL CHECK (substr(politica_version, 21) = ''),
    politica_aceptada DATETIME NOT NULL,
    creada DATETIME NOT NULL,
    bloqueada DATETIME,
    eliminada DATETIME
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

-- A code belongs to exactly one account: the code itself is the key, also in a race.
-- The main code has principal = 1, the others NULL; the unique index allows one 1 per account.
CREATE TABLE asociacion (
    codigo VARCHAR(20) NOT NULL PRIMARY KEY,
    cuenta_id INTEGER NOT NULL,
    principal SMALLINT CHECK (principal = 1),
    creada DATETIME NOT NULL,
    revisar DATETIME,                                -- a delivery changed the holder of the code
    ve_hasta DATE,                                   -- its account sees no bill issued after this day
    FOREIGN KEY (cuenta_id) REFERENCES cuenta (id) ON DELETE CASCADE
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE UNIQUE INDEX asociacion_principal ON asociacion (cuenta_id, principal);

-- A signed-in browser. The cookie holds a random id; here is only its SHA-256.
CREATE TABLE sesion (
    huella CHAR(64) NOT NULL PRIMARY KEY,
    cuenta_id INTEGER NOT NULL,
    nivel VARCHAR(8) NOT NULL CHECK (nivel IN ('plena', 'temporal')),
    creada DATETIME NOT NULL,
    caduca DATETIME NOT NULL,
    navegador VARCHAR(200) NOT NULL CHECK (substr(navegador, 201) = ''),
    ip VARCHAR(45) NOT NULL CHECK (substr(ip, 46) = ''),
    FOREIGN KEY (cuenta_id) REFERENCES cuenta (id) ON DELETE CASCADE
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX sesion_cuenta ON sesion (cuenta_id);
CREATE INDEX sesion_caduca ON sesion (caduca);

-- The temporary password that was mailed: one alive per account, used once.
CREATE TABLE clave_temporal (
    cuenta_id INTEGER NOT NULL PRIMARY KEY,
    clave VARCHAR(150) NOT NULL CHECK (substr(clave, 151) = ''),  -- argon2id
    creada DATETIME NOT NULL,
    caduca DATETIME NOT NULL,
    intentos SMALLINT NOT NULL CHECK (intentos >= 0),
    usada DATETIME,
    FOREIGN KEY (cuenta_id) REFERENCES cuenta (id) ON DELETE CASCADE
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

-- A change of e-mail address that waits to be confirmed from the new one.
CREATE TABLE cambio_correo (
    cuenta_id INTEGER NOT NULL PRIMARY KEY,
    correo VARCHAR(254) NOT NULL CHECK (substr(correo, 255) = ''),
    huella CHAR(64) NOT NULL UNIQUE,                 -- SHA-256 of the token in the mailed link
    creado DATETIME NOT NULL,
    caduca DATETIME NOT NULL,
    FOREIGN KEY (cuenta_id) REFERENCES cuenta (id) ON DELETE CASCADE
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

-- The outbox: queued in the transaction of the act, delivered by the worker.
-- "datos" is what the template needs, as encrypted JSON; it is emptied once delivered.
CREATE TABLE correo (
    id INTEGER PRIMARY KEY /*! AUTO_INCREMENT */,
    plantilla VARCHAR(40) NOT NULL CHECK (substr(plantilla, 41) = ''),
    para VARCHAR(254) NOT NULL CHECK (substr(para, 255) = ''),
    datos TEXT NOT NULL,
    identificador VARCHAR(120) NOT NULL UNIQUE       -- Message-ID, the same at each try
        CHECK (substr(identificador, 121) = ''),
    estado VARCHAR(10) NOT NULL CHECK (estado IN ('pendiente', 'enviado', 'fallido', 'descartado')),
    creado DATETIME NOT NULL,
    proximo DATETIME NOT NULL,                       -- not to be tried before
    intentos SMALLINT NOT NULL CHECK (intentos >= 0),
    enviado DATETIME,
    error VARCHAR(300) CHECK (substr(error, 301) = '')
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX correo_estado ON correo (estado, proximo);

-- Audit: written in the transaction of the act, never changed.
CREATE TABLE bitacora (
    id INTEGER PRIMARY KEY /*! AUTO_INCREMENT */,
    momento DATETIME NOT NULL,
    evento VARCHAR(40) NOT NULL CHECK (substr(evento, 41) = ''),
    actor VARCHAR(80) NOT NULL CHECK (substr(actor, 81) = ''),  -- 'cliente', 'sistemas:USER', 'anonimo', 'entrega', 'muestra'
    cuenta_id INTEGER,                               -- no foreign key: it outlives the account
    codigo VARCHAR(20) CHECK (substr(codigo, 21) = ''),
    ip VARCHAR(45) CHECK (substr(ip, 46) = ''),
    detalle VARCHAR(500) CHECK (substr(detalle, 501) = '')
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX bitacora_cuenta ON bitacora (cuenta_id, momento);

-- Counters of Flask-Limiter and of limits.within, one row per key and window. "vence" is Unix time in seconds.
CREATE TABLE limite (
    clave VARCHAR(200) NOT NULL PRIMARY KEY,
    cuenta INTEGER NOT NULL,
    vence BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX limite_vence ON limite (vence);

-- Failed log-ins that make the next try wait longer. Times are Unix time in seconds.
CREATE TABLE espera (
    clave CHAR(64) NOT NULL PRIMARY KEY,             -- HMAC of what is counted
    fallos INTEGER NOT NULL,
    hasta BIGINT NOT NULL,                           -- no try before
    vence BIGINT NOT NULL                            -- then it is forgotten
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX espera_vence ON espera (vence);

-- Captchas already answered, rightly or not: each serves once.
CREATE TABLE captcha_usado (
    nonce CHAR(32) NOT NULL PRIMARY KEY,
    vence BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX captcha_vence ON captcha_usado (vence);

-- ------------------------------------------------------------------ paying online
-- An attempt to pay online: one reference at a gateway, for the latest bills of one code or several.
-- "transaccion" and what follows is what the gateway told last of the transaction that counts.
CREATE TABLE intento (
    id INTEGER PRIMARY KEY /*! AUTO_INCREMENT */,
    publico CHAR(22) NOT NULL UNIQUE,                -- random; the address of its page
    referencia VARCHAR(24) NOT NULL UNIQUE CHECK (referencia <> '' AND substr(referencia, 25) = ''),
    pasarela VARCHAR(12) NOT NULL CHECK (substr(pasarela, 13) = ''),
    comercio VARCHAR(80) NOT NULL CHECK (substr(comercio, 81) = ''),  -- the account of ours there
    pruebas SMALLINT NOT NULL CHECK (pruebas IN (0, 1)),              -- begun in its sandbox
    cuenta_id INTEGER,                               -- NULL: paid without an account
    correo VARCHAR(254) CHECK (substr(correo, 255) = ''),             -- where the receipt goes
    estado VARCHAR(10) NOT NULL CHECK (estado IN ('creado', 'pendiente', 'aprobado', 'rechazado', 'vencido',
                                                  'cancelado', 'revision', 'reversado')),
    valor BIGINT NOT NULL CHECK (valor BETWEEN 1 AND 99999999999999),
    creado DATETIME NOT NULL,
    cambiado DATETIME NOT NULL,                      -- when it came to its state
    proximo DATETIME,                                -- when the gateway is asked next; NULL: not by itself
    consultado DATETIME,                             -- when the gateway answered last
    tardio SMALLINT NOT NULL CHECK (tardio IN (0, 1)),                -- approved after it had ended
    revisar VARCHAR(200) CHECK (substr(revisar, 201) = ''),           -- why a person has to look
    transaccion VARCHAR(60) CHECK (substr(transaccion, 61) = ''),
    medio VARCHAR(40) CHECK (substr(medio, 41) = ''),
    banco VARCHAR(80) CHECK (substr(banco, 81) = ''),
    cus VARCHAR(40) CHECK (substr(cus, 41) = ''),
    autorizacion VARCHAR(40) CHECK (substr(autorizacion, 41) = ''),
    motivo VARCHAR(200) CHECK (substr(motivo, 201) = ''),
    pagado DATETIME,
    FOREIGN KEY (cuenta_id) REFERENCES cuenta (id)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX intento_cuenta ON intento (cuenta_id, id);
CREATE INDEX intento_proximo ON intento (proximo);
CREATE INDEX intento_creado ON intento (creado);

-- What an attempt pays: of each code the bill, and how much.
CREATE TABLE intento_factura (
    intento_id INTEGER NOT NULL,
    codigo VARCHAR(20) NOT NULL CHECK (codigo <> '' AND substr(codigo, 21) = ''),
    factura VARCHAR(30) NOT NULL CHECK (factura <> '' AND substr(factura, 31) = ''),
    valor BIGINT NOT NULL CHECK (valor BETWEEN 1 AND 99999999999999),
    PRIMARY KEY (intento_id, codigo),
    FOREIGN KEY (intento_id) REFERENCES intento (id)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX intento_factura_codigo ON intento_factura (codigo);

-- The attempt that is open for a code. The code is the key: one at most, also in a race. The only rows here that go.
CREATE TABLE pago_abierto (
    codigo VARCHAR(20) NOT NULL PRIMARY KEY,
    intento_id INTEGER NOT NULL,
    FOREIGN KEY (intento_id) REFERENCES intento (id)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX pago_abierto_intento ON pago_abierto (intento_id);

-- The ledger of what was paid online: one row by transaction and code when it is approved ("pago", positive), one when it is
-- given back ("reverso", negative). Rows are never deleted, and only "pago" changes: it is the payment of a delivery that is
-- this same one, once there is one. "saldo" is the part of "valor" for which there was no debt (saldo a favor).
CREATE TABLE movimiento (
    id INTEGER PRIMARY KEY /*! AUTO_INCREMENT */,
    intento_id INTEGER NOT NULL,
    transaccion VARCHAR(60) NOT NULL CHECK (transaccion <> '' AND substr(transaccion, 61) = ''),
    tipo VARCHAR(8) NOT NULL CHECK (tipo IN ('pago', 'reverso')),
    codigo VARCHAR(20) NOT NULL CHECK (codigo <> '' AND substr(codigo, 21) = ''),
    factura VARCHAR(30) NOT NULL CHECK (factura <> '' AND substr(factura, 31) = ''),
    valor BIGINT NOT NULL CHECK (valor <> 0 AND valor BETWEEN -99999999999999 AND 99999999999999),
    saldo BIGINT NOT NULL CHECK (saldo BETWEEN -99999999999999 AND 99999999999999),
    referencia VARCHAR(48) CHECK (substr(referencia, 49) = ''),       -- payment reference of the bill
    medio VARCHAR(40) CHECK (substr(medio, 41) = ''),
    banco VARCHAR(80) CHECK (substr(banco, 81) = ''),
    cus VARCHAR(40) CHECK (substr(cus, 41) = ''),
    autorizacion VARCHAR(40) CHECK (substr(autorizacion, 41) = ''),
    pagado DATETIME,
    fecha DATE NOT NULL,                             -- the day in Colombia on which it was written
    momento DATETIME NOT NULL,
    pago VARCHAR(40) UNIQUE CHECK (substr(pago, 41) = ''),
    CHECK ((tipo = 'pago' AND valor > 0 AND saldo BETWEEN 0 AND valor)
        OR (tipo = 'reverso' AND valor < 0 AND saldo BETWEEN valor AND 0)),
    FOREIGN KEY (intento_id) REFERENCES intento (id)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE UNIQUE INDEX movimiento_una_vez ON movimiento (intento_id, transaccion, tipo, codigo);
CREATE INDEX movimiento_codigo ON movimiento (codigo, fecha);
CREATE INDEX movimiento_fecha ON movimiento (fecha, id);

-- A notice of a gateway with a right signature, as it came: written before it is answered. "huella" is the SHA-256 of its
-- body: the same one is kept once. "dicho" is what it says, as JSON. It is worked through by the worker; "resultado" is what came of it, in Spanish.
CREATE TABLE aviso (
    id INTEGER PRIMARY KEY /*! AUTO_INCREMENT */,
    pasarela VARCHAR(12) NOT NULL CHECK (substr(pasarela, 13) = ''),
    huella CHAR(64) NOT NULL,
    referencia VARCHAR(255) NOT NULL CHECK (substr(referencia, 256) = ''),
    cuerpo TEXT NOT NULL,
    dicho TEXT NOT NULL,
    recibido DATETIME NOT NULL,
    intentos SMALLINT NOT NULL CHECK (intentos >= 0),
    proximo DATETIME,                                -- when it is worked through next; NULL: done
    resultado VARCHAR(200) CHECK (substr(resultado, 201) = '')
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE UNIQUE INDEX aviso_una_vez ON aviso (pasarela, huella);
CREATE INDEX aviso_proximo ON aviso (proximo);
CREATE INDEX aviso_referencia ON aviso (referencia);

-- Bills that were mailed to the accounts that want them so: each one once.
CREATE TABLE factura_avisada (
    cuenta_id INTEGER NOT NULL,
    factura VARCHAR(30) NOT NULL CHECK (factura <> '' AND substr(factura, 31) = ''),
    avisada DATETIME NOT NULL,
    PRIMARY KEY (cuenta_id, factura),
    FOREIGN KEY (cuenta_id) REFERENCES cuenta (id) ON DELETE CASCADE
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

INSERT INTO esquema (version) VALUES (3);
