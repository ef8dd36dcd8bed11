"""The lake's tables as Airflow knows them: assets, and the words people filter DAGs by."""

from airflow.sdk import Asset

from schemas.contract import Contract
from schemas.settings import settings

CLASSES = {
    "business": "业务数据 business",
    "social": "社会化数据 social",
    "internet": "互联网数据 internet",
    "iot": "物联网数据 iot",
    "reference": "参照数据 reference",
    "gold": "主题数据 gold",
}
LEVELS = {
    "public": "公开 public",
    "internal": "内部 internal",
    "personal": "个人信息 personal",
    "sensitive": "敏感 sensitive",
}


def table_asset(layer: str, table: str) -> Asset:
    """The asset of one Delta table. A `file` address, since lineage tools drop `delta` ones without a word."""
    path = settings().lake / layer / table
    return Asset(name=f"{layer}.{table}", uri=f"file://{path}", group=layer)


def tags(contract: Contract) -> set[str]:
    """Source class, department and classification of a table."""
    return {CLASSES[contract.source_class], contract.owner, LEVELS[contract.classification]}
