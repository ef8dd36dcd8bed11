"""Makes no DAG: fails to import, with one sentence a file, while any contract is broken.

Airflow drops every DAG of a file that raises. tables.py therefore skips a broken contract, and this file is the one that
raises: the others keep running, and the sentence stands in the red 'Dag Import Errors' bar of the Airflow page.
"""

from airflow.sdk import get_parsing_context

from dags.contracts import refusals
from schemas.errors import Refused
from schemas.settings import settings

if get_parsing_context().dag_id is None and (found := refusals(settings().contracts)):
    raise Refused("\n".join((*found, "The other tables keep running. See docs/runbooks/broken-contract.md")))
