"""Dialogs: opened, never run; they make one command, or show what is asked for."""
