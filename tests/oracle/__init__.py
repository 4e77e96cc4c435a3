"""A second opinion on the law, written from the rules alone and by other means than the program's."""
