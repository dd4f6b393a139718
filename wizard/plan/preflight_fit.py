"""Does a target's database that is there already take what the source holds? A pure comparison."""

from wizard.database.inspect import SourceFacts, TargetFacts
from wizard.model.plan import Finding

GB = 1_000_000_000


def fit_findings(handle: str, source: SourceFacts, target: TargetFacts, disk_gb: int) -> list[Finding]:
    """What of `source` the database `handle` cannot take, and what will be otherwise there.

    Args:
        disk_gb: of the database as it is, 0 when that is not known.
    """
    return [
        *_encoding(handle, source, target),
        *_extensions(handle, source, target),
        *_version(handle, source, target),
        *_disk(handle, source, disk_gb),
    ]


def _encoding(handle: str, source: SourceFacts, target: TargetFacts) -> list[Finding]:
    if source.encoding != target.encoding:
        return [
            Finding(
                state="blocks",
                what=f"{handle} has the encoding {target.encoding}, the source {source.encoding}",
                detail="the same text would be other bytes there, and no proof could compare them",
                remedy=f"Make a database with the encoding {source.encoding}, and name it on the map.",
            )
        ]
    if source.collation != target.collation:
        return [
            Finding(
                state="look",
                what=f"{handle} sorts text by {target.collation}, the source by {source.collation}",
                detail="the rows are the same; ORDER BY on text may give another order",
            )
        ]
    return []


def _extensions(handle: str, source: SourceFacts, target: TargetFacts) -> list[Finding]:
    findings = []
    for extension in source.extensions:
        if extension.name in target.available:
            continue
        if extension.used_by:
            columns = ", ".join(extension.used_by)
            findings.append(
                Finding(
                    state="blocks",
                    what=f"{handle} does not have the extension {extension.name}",
                    detail=f"these columns need it: {columns}",
                    remedy="Choose a version or an image that has it, or change those columns first.",
                )
            )
        else:
            findings.append(
                Finding(
                    state="look",
                    what=f"The extension {extension.name} is left out: {handle} does not have it",
                    detail="no column needs it; code that calls it would miss it",
                )
            )
    return findings


def _version(handle: str, source: SourceFacts, target: TargetFacts) -> list[Finding]:
    if target.version >= source.version:
        return []
    return [
        Finding(
            state="look",
            what=f"{handle} is PostgreSQL {target.version}, older than its source ({source.version})",
            detail="what only the newer one knows is refused by it, and named then",
            remedy="Name a database on the map that is not older.",
        )
    ]


def _disk(handle: str, source: SourceFacts, disk_gb: int) -> list[Finding]:
    if not disk_gb or source.size <= disk_gb * GB * 0.9:
        return []
    return [
        Finding(
            state="blocks",
            what=f"The disk of {handle} is too small",
            detail=f"it has {disk_gb} GB, for {source.size / GB:.1f} GB of data and indexes",
            remedy="Give it more at the target; twice the size is a good measure.",
        )
    ]
