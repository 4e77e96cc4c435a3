"""Durable files: the centre's ledger and the console's cache. The only place that says SQL.

Promises: what the world does to a file or a server (full, locked, damaged, unreachable) comes out as `Trouble`
with words for a person; anything else that goes wrong is a bug and stays the exception it is. Knows nothing of
sockets or windows.
"""
