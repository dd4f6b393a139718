"""Circles in what points at what."""

from collections.abc import Iterator, Mapping, Sequence


def circles(reached: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """The strongly connected components of two members or more (Tarjan), without recursion: a chain of any
    length is followed. `reached` are the targets by source; time grows with sources plus targets."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[tuple[str, ...]] = []
    for start in reached:
        if start in number:
            continue
        work: list[tuple[str, Iterator[str]]] = [(start, iter(reached.get(start, ())))]
        number[start] = lowest[start] = len(number)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, targets = work[-1]
            target = next(targets, None)
            if target is None:
                work.pop()
                if work:
                    above = work[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == number[node]:
                    members = [stack.pop()]
                    while members[-1] != node:
                        members.append(stack.pop())
                    on_stack.difference_update(members)
                    if len(members) > 1:
                        found.append(tuple(reversed(members)))
            elif target not in number:
                number[target] = lowest[target] = len(number)
                stack.append(target)
                on_stack.add(target)
                work.append((target, iter(reached.get(target, ()))))
            elif target in on_stack:
                lowest[node] = min(lowest[node], number[target])
    return found
