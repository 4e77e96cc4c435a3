"""The view of a department's liaison: what the department was summoned for and owes next."""
