"""How a question travels: one file a road, one verb `ask`, one tree of errors."""
