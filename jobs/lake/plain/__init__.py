"""Delta tables without Spark: what a handful of rows, or a look into the log, needs."""
