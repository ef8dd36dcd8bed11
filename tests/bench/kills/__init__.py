"""`make chaos-lake`: every kind of source taken in while drivers and the broker are killed at random, then the proof."""
