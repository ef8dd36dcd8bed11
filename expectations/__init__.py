"""The judge: Great Expectations over the measurements of a batch."""

import os

# Read once, while great_expectations is imported: a government network sends nothing home.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
