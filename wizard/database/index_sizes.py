"""How large the indexes of a source are: what a copy builds anew needs that room once more while it sorts."""

from dataclasses import dataclass

import psycopg

from wizard.database.connect import connect, trouble
from wizard.model.secret import Secret
from wizard.model.text import clean

_SIZES = """
SELECT coalesce(sum(pg_catalog.pg_relation_size(i.indexrelid)), 0)::bigint,
    coalesce(max(pg_catalog.pg_relation_size(i.indexrelid)), 0)::bigint,
    coalesce((array_agg(i.indexrelid::pg_catalog.regclass::text
        ORDER BY pg_catalog.pg_relation_size(i.indexrelid) DESC NULLS LAST))[1], '')
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
"""


@dataclass(frozen=True, kw_only=True)
class IndexSizes:
    """Bytes of all indexes together, and of the largest, whose name is `largest_name`."""

    whole: int
    largest: int
    largest_name: str


def measure_indexes(url: Secret) -> IndexSizes:
    """Ask a source. Reads only. Raises Trouble."""
    try:
        read_only = {"default_transaction_read_only": "on"}
        with connect(url, "offramp/inspect", read_only, through_a_pooler=True) as connection:
            row = connection.execute(_SIZES.encode()).fetchone()
    except psycopg.Error as error:
        raise trouble(error, "The source's indexes cannot be measured") from error
    assert row is not None
    return IndexSizes(whole=row[0], largest=row[1], largest_name=clean(row[2], limit=100))
