"""The wall: how the street stands, for people across the room; no personal data."""
