"""`make bench-stream`: how fast instant requests are answered, beside other systems with the same rules on the same broker."""
