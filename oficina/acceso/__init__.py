"""The customer signs in, asks for a temporary password when theirs is forgotten, confirms the address, signs out."""
