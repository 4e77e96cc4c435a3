"""Whole worlds in simulated time: real engines, the real centre over a real ledger, a network and crashes by a seed.

`run` plays one seed and says what broke, `shrunk` finds fewer steps that break the same. The same seed and the same
steps give the same run in every process with the same PYTHONHASHSEED.
"""
