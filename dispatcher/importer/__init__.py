"""Hotline files in: any table or JSON lines, by a mapping profile, to the centre's intake.

Promises: every row is accounted for (accepted, already there, rejected with line, field, value and remedy), and
what had to be mended is counted. Reads files and speaks HTTP to the intake; knows no ledger.
"""
