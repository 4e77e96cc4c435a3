"""The tests; they mirror `dispatcher/`, with `journeys/` for whole stories and `helpers/` for what many use."""
