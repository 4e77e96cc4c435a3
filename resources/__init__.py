"""Data the program carries: policies, calendars, import profiles, translations, icons, outlines.

Installed as `dispatcher.resources` and read through `importlib.resources`, the same from a wheel and
from an editable checkout. It holds no code.
"""
