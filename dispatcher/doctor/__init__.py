"""`dispatcher doctor`: what is wrong at a station or a centre, and the command that mends it; see `main`."""
