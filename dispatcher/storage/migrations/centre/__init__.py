"""Migrations of the centre database."""
