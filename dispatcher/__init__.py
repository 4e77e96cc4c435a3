"""The dispatcher console of a street office and the centre it works with.

The package root carries the version and nothing else: importing it costs nothing and starts nothing.
Where to begin reading: `docs/architecture.md`, then `models`, `sync`, `app`.
"""

__version__ = "0.1.0"
