"""Clients that are not ours: written from the documents alone."""
