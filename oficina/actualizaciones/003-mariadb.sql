-- Version 2 to 3 on MariaDB and MySQL: paying online (see schema.sql). Only new tables.
-- An update that was interrupted is repeated: what is there already stays.

-- An attempt to pay online: one reference at a gateway, for the latest bills of one code or several.
-- "transaccion" and what follows is what the gateway told last of the transaction that counts.
CREATE TABLE IF NOT EXISTS intento (
    id INTEGER PRIMARY KEY AUTO_INCREMENT,
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
    FOREIGN KEY (cuenta_id) REFERENCES cuenta (id),
    INDEX intento_cuenta (cuenta_id, id),
    INDEX intento_proximo (proximo),
    INDEX intento_creado (creado)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What an attempt pays: of each code the bill, and how much.
CREATE TABLE IF NOT EXISTS intento_factura (
    intento_id INTEGER NOT NULL,
    codigo VARCHAR(20) NOT NULL CHECK (codigo <> '' AND substr(codigo, 21) = ''),
    factura VARCHAR(30) NOT NULL CHECK (factura <> '' AND substr(factura, 31) = ''),
    valor BIGINT NOT NULL CHECK (valor BETWEEN 1 AND 99999999999999),
    PRIMARY KEY (intento_id, codigo),
    FOREIGN KEY (intento_id) REFERENCES intento (id),
    INDEX intento_factura_codigo (codigo)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The attempt that is open for a code. The code is the key: one at most, also in a race. The only rows here that go.
CREATE TABLE IF NOT EXISTS pago_abierto (
    codigo VARCHAR(20) NOT NULL PRIMARY KEY,
    intento_id INTEGER NOT NULL,
    FOREIGN KEY (intento_id) REFERENCES intento (id),
    INDEX pago_abierto_intento (intento_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The ledger of what was paid online: one row by transaction and code when it is approved ("pago", positive), one when it is
-- given back ("reverso", negative). Rows are never deleted, and only "pago" changes: it is the payment of a delivery that is
-- this same one, once there is one. "saldo" is the part of "valor" for which there was no debt (saldo a favor).
CREATE TABLE IF NOT EXISTS movimiento (
    id INTEGER PRIMARY KEY AUTO_INCREMENT,
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
    FOREIGN KEY (intento_id) REFERENCES intento (id),
    UNIQUE INDEX movimiento_una_vez (intento_id, transaccion, tipo, codigo),
    INDEX movimiento_codigo (codigo, fecha),
    INDEX movimiento_fecha (fecha, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A notice of a gateway with a right signature, as it came: written before it is answered. "huella" is the SHA-256 of its
-- body: the same one is kept once. "dicho" is what it says, as JSON. It is worked through by the worker; "resultado" is what came of it, in Spanish.
CREATE TABLE IF NOT EXISTS aviso (
    id INTEGER PRIMARY KEY AUTO_INCREMENT,
    pasarela VARCHAR(12) NOT NULL CHECK (substr(pasarela, 13) = ''),
    huella CHAR(64) NOT NULL,
    referencia VARCHAR(255) NOT NULL CHECK (substr(referencia, 256) = ''),
    cuerpo TEXT NOT NULL,
    dicho TEXT NOT NULL,
    recibido DATETIME NOT NULL,
    intentos SMALLINT NOT NULL CHECK (intentos >= 0),
    proximo DATETIME,                                -- when it is worked through next; NULL: done
    resultado VARCHAR(200) CHECK (substr(resultado, 201) = ''),
    UNIQUE INDEX aviso_una_vez (pasarela, huella),
    INDEX aviso_proximo (proximo),
    INDEX aviso_referencia (referencia)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Bills that were mailed to the accounts that want them so: each one once.
CREATE TABLE IF NOT EXISTS factura_avisada (
    cuenta_id INTEGER NOT NULL,
    factura VARCHAR(30) NOT NULL CHECK (factura <> '' AND substr(factura, 31) = ''),
    avisada DATETIME NOT NULL,
    PRIMARY KEY (cuenta_id, factura),
    FOREIGN KEY (cuenta_id) REFERENCES cuenta (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
