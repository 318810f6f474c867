"""The customer keeps personal data up to date, and changes the e-mail address by confirming the new one."""
