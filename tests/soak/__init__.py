"""`make soak`: Spark against plain Python on a million made values per rule, and a million mutated inputs against the readers."""
