"""Where payment gateways tell of payments: ``POST /pasarela/<name>/aviso``. No customer comes here, and no session counts."""
