"""Keeping a console and the centre in step: confirmed and pending apart, nothing lost, nothing doubled.

asyncio and models only: files and sockets come in through the ports. Knows nothing of Qt or SQL.
"""
