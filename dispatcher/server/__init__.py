"""The centre: judges acts, keeps the journal, feeds consoles, takes the hotline's orders; one port for all of it.

Promises: what it answers is durable; one misbehaving connection is no other's affair. Knows nothing of Qt, says no
SQL, and reads no settings: everything it needs is brought to it.
"""
