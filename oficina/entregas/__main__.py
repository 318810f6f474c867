"""The process that reads a big delivery; started by ``lector``, not by people."""

from .lector import en_este_proceso

en_este_proceso()
