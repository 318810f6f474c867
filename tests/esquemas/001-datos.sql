-- Data for a database of version 1: at least a row in every table, and what is easily lost on the way
-- (accents, a character outside the basic plane, leading zeros, nothing, empty text, the greatest amounts).
INSERT INTO entrega (id, nombre, huella, quien, iniciada, publicada, duracion_ms, resumen) VALUES
    (1, 'octubre', '1111111111111111111111111111111111111111111111111111111111111111', 'oficina',
     '2026-10-17 03:00:00', '2026-10-17 03:00:09', 9000, '{"predios": {"filas": 2}}'),
    (4, 'noviembre', '4444444444444444444444444444444444444444444444444444444444444444', 'oficina',
     '2026-11-17 03:00:00', '2026-11-17 03:00:12', 12000, '{"predios": {"filas": 3}}');

INSERT INTO predio (codigo, nombre, documento_tipo, documento, direccion, barrio, municipio, telefono, correo, uso,
                    estrato, ciclo, ruta, medidor, estado) VALUES
    ('00100', 'ROSA ELENA GARCÍA PEÑA 💧', 'CC', '40123456', 'CL 10 5 20', 'Centro', 'Aguaclara', '6055550101',
     'rosa@correo.example', 'residencial', 2, '01', '0105-0230', 'A19-004512', 'activo'),
    ('00200', 'TIENDA EL ÑAME', 'NIT', '900123456', 'KR 5 12 40', '', 'Aguaclara', NULL, NULL, 'comercial',
     NULL, '01', NULL, NULL, 'suspendido'),
    ('00300', 'SIN FACTURAS', NULL, NULL, 'VDA EL ROBLE', NULL, NULL, NULL, NULL, 'residencial',
     1, NULL, NULL, NULL, 'retirado');

INSERT INTO factura (numero, codigo, periodo, desde, hasta, expedida, vence, suspension, lectura_anterior,
                     lectura_actual, consumo, lectura_tipo, saldo_anterior, facturas_vencidas, intereses, total,
                     referencia, cude) VALUES
    ('F-2', '00100', '2026-11', '2026-10-12', '2026-11-10', '2026-11-16', '2026-12-15', '2026-12-22', 1200000,
     1214000, 14000, 'real', 0, 0, 0, 8435050, '0000000002', 'cude-2'),
    ('F-1', '00100', '2026-10', '2026-09-12', '2026-10-11', '2026-10-16', '2026-11-15', NULL, NULL,
     NULL, NULL, 'promedio', -99999999999999, 9999, 1, 99999999999999, '0000000001', NULL),
    ('f-2', '00200', '2026-11', NULL, NULL, '2026-11-16', '2026-12-15', NULL, NULL,
     NULL, NULL, NULL, 0, 0, 0, -500, 'ref', NULL);

INSERT INTO concepto (numero, orden, servicio, concepto, cantidad, unidad, tarifa, valor) VALUES
    ('F-2', 2, 'aseo', 'Barrido', NULL, NULL, NULL, 435050),
    ('F-2', 1, 'acueducto', 'Consumo básico', 14000, 'm³', 5714286, 8000000),
    ('F-1', 1, 'otros', 'Subsidio', NULL, NULL, NULL, -99999999999999),
    ('f-2', 9999, 'alcantarillado', 'Vertimiento', -1, '', 0, -500);

INSERT INTO pago (id, codigo, factura, fecha, valor, canal, entidad, referencia_pasarela) VALUES
    ('P-1', '00100', 'F-1', '2026-11-02', 8435000, 'débito', 'Banco de Aguaclara', NULL),
    ('P-2', '00200', 'nunca entregada', '2026-11-03', -1, NULL, NULL, 'pasarela-7');

INSERT INTO mandamiento (proceso, codigo, mandamiento, fecha, estado, notificado, limite, capital, intereses, costas,
                         corte, facturas, medidas, contacto) VALUES
    ('2026-00001', '00200', 'MP-1', '2026-08-03', 'notificado', '2026-08-18', '2026-09-08', 61240000, 4830000, 3000000,
     '2026-11-16', 'F-1 f-2', 'Embargo de cuentas', 'Oficina de cobro coactivo'),
    ('2026-00002', '00300', NULL, '2026-08-03', 'persuasivo', NULL, NULL, 0, 0, 0, '2026-11-16', NULL, NULL, NULL);

INSERT INTO cuenta (id, correo, correo_confirmado, clave, documento_tipo, documento, nombres, apellidos, celular, telefono,
                    direccion, municipio, factura_por_correo, politica_version, politica_aceptada, creada, bloqueada,
                    eliminada) VALUES
    (3, 'rosa@correo.example', '2026-10-20 15:00:00', 'argon2', 'CC', '40123456', 'Rosa Elena', 'García Peña', '3105550123',
     NULL, NULL, NULL, 1, '2026-11', '2026-10-20 15:00:00', '2026-10-20 15:00:00', NULL, NULL),
    (7, NULL, NULL, '', '', '', '', '', '', NULL,
     NULL, NULL, 0, '2026-11', '2026-10-21 15:00:00', '2026-10-21 15:00:00', NULL, '2026-10-22 15:00:00');

INSERT INTO asociacion (codigo, cuenta_id, principal, creada, revisar) VALUES
    ('00100', 3, 1, '2026-10-20 15:00:00', NULL),
    ('00200', 3, NULL, '2026-10-20 15:10:00', '2026-11-17 03:00:12');

INSERT INTO sesion (huella, cuenta_id, nivel, creada, caduca, navegador, ip) VALUES
    ('5555555555555555555555555555555555555555555555555555555555555555', 3, 'plena', '2026-11-20 15:00:00',
     '2026-11-21 15:00:00', 'Firefox', '192.0.2.1');

INSERT INTO clave_temporal (cuenta_id, clave, creada, caduca, intentos, usada) VALUES
    (3, 'argon2', '2026-11-20 15:00:00', '2026-11-20 16:00:00', 1, NULL);

INSERT INTO cambio_correo (cuenta_id, correo, huella, creado, caduca) VALUES
    (3, 'rosa@otro.example', '6666666666666666666666666666666666666666666666666666666666666666', '2026-11-20 15:00:00',
     '2026-11-21 15:00:00');

INSERT INTO correo (id, plantilla, para, datos, identificador, estado, creado, proximo, intentos, enviado, error) VALUES
    (9, 'bienvenida', 'rosa@correo.example', 'cifrado', '<9@oficina.example>', 'pendiente', '2026-11-20 15:00:00',
     '2026-11-20 15:05:00', 2, NULL, 'no responde');

INSERT INTO bitacora (id, momento, evento, actor, cuenta_id, codigo, ip, detalle) VALUES
    (12, '2026-11-17 03:00:12', 'titular_cambiado', 'entrega', 3, '00200', NULL, NULL);

INSERT INTO limite (clave, cuenta, vence) VALUES ('entrada/192.0.2.1', 2, 1795000000);

INSERT INTO espera (clave, fallos, hasta, vence) VALUES
    ('7777777777777777777777777777777777777777777777777777777777777777', 3, 1795000000, 1795003600);

INSERT INTO captcha_usado (nonce, vence) VALUES ('88888888888888888888888888888888', 1795000000);
