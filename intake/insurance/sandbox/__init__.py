"""A pretend plan that speaks the real protocols, for demos, tests and installers without a contract."""
