"""Everything of a database that is no row, compared and judged."""

from collections.abc import Mapping, Sequence

from wizard.database.connect import Connection
from wizard.database.fingerprint import fingerprint
from wizard.database.grants import compare_grants, read_grants
from wizard.database.judge import compare
from wizard.database.own_rights import compare_own_rights, read_own_rights
from wizard.database.progress import Difference
from wizard.database.rewritten import says_the_same
from wizard.database.surroundings import compare_surroundings, not_installable, read_surroundings
from wizard.model.text import clean


def compare_objects(
    source: Connection, target: Connection, left_out: Sequence[str]
) -> tuple[list[Difference], tuple[str, ...]]:
    """Compare what surrounds a schema, the schema, and the grants. On the target some things are tried in a
    transaction that is taken back.

    Args:
        left_out: what is not on the target on purpose, as it was said when the copy began.

    Returns:
        The differences; and what remains of `left_out`, because an extension that the target could have is
        lost, whoever said otherwise.

    Raises:
        psycopg.Error: a connection broke.
    """
    around, around_here = read_surroundings(source), read_surroundings(target)
    missing = around.extensions.keys() - around_here.extensions.keys()
    reasons = {
        name: words.partition(": ")[2]
        for words in left_out
        for name in missing
        if words.startswith(f"extension {clean(name)}: ")
    }
    excused = not_installable(target, reasons)
    reasons = {name: reason for name, reason in reasons.items() if name in excused}
    same_version = source.info.server_version // 10000 == target.info.server_version // 10000

    def same(kind: str, there: Mapping[str, str], here: Mapping[str, str]) -> bool | None:
        return says_the_same(target, kind, there, here, same_version=same_version)

    differences = compare_surroundings(around, around_here, reasons)
    differences += compare(fingerprint(source), fingerprint(target), same, lz4=around_here.lz4)
    differences += compare_grants(read_grants(source), read_grants(target))
    differences += compare_own_rights(read_own_rights(source), read_own_rights(target))
    lost = tuple(f"extension {clean(name)}: " for name in missing - reasons.keys())
    return differences, tuple(words for words in left_out if not words.startswith(lost))
