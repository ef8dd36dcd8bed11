"""The most fined enterprises of gold.credit_profile, read by a program that is not Spark."""

import sys

import duckdb
from deltalake import DeltaTable

profile = DeltaTable(f"{sys.argv[1] if len(sys.argv) > 1 else 'var/lake'}/gold/credit_profile").to_pyarrow_dataset()
duckdb.sql("select name, permit_count, penalty_count, fine_cny from profile order by fine_cny desc limit 5").show()
