"""What a person may need elsewhere of a row of the prepare screen."""

from collections.abc import Mapping

from screens.prepare_rows import problem_of
from wizard.model.text import clean
from wizard.prepare.file_change import Proposal
from wizard.session.parts import PreparedApp

Values = list[tuple[str, str]]


def values_of(row: str, proposals: Mapping[str, Proposal], written: Mapping[str, PreparedApp]) -> Values:
    """Pairs of what it is and the value; "" says nothing of a value. Empty where there is none."""
    app_id, _, rest = row.partition("\n")
    kind, _, name = rest.partition("\n")
    proposal = proposals.get(app_id)
    if proposal is None:
        return []
    if (problem := problem_of(row, proposal)) is not None:
        return [("", one) for one in problem.copies] or [
            ("the remark", f"{problem.sentence()}. {problem.remedy}")
        ]
    if kind == "file":
        change = next((one for one in proposal.changes if one.path == name), None)
        if change is None or change.new is None:
            return []
        lines = change.new.count("\n")
        return [("the path", clean(name)), (f"the new text, {lines} lines", change.new)]
    done = written.get(app_id)
    return [("the branch", done.branch), ("the commit", done.commit)] if done and done.branch else []
