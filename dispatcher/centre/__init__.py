"""Composition root of the centre's commands: serving, the law, the rates, the demonstration. Imports no Qt."""
