"""A seeded city for demos, drills and load: orders of a day, departments and citizens that answer, a link to cut.

Generation and decisions are pure and repeat for a seed; driving goes through the centre's own doors (intake and
feed), as a hotline and as departments would. Knows nothing of Qt or of the server's inside.
"""
