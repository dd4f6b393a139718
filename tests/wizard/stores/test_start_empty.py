"""A store that starts empty is not copied, and what stays behind is said."""

from wizard.stores.progress import PartProgress, StoreInspection, Waiting
from wizard.stores.start_empty import StartEmpty, waiting_words


class Looked:
    """A move of which only the look is used."""

    def inspect(self) -> StoreInspection:
        return StoreInspection(
            store="cache",
            unit="keys",
            source="Valkey 8.1.1",
            target="Redis 8.2",
            bytes=10,
            parts=(PartProgress(name="db 0", estimated=1200),),
            target_state="foreign",
            waiting=(
                Waiting(what="Sidekiq", queue="mailers", count=3, jobs=True),
                Waiting(what="sessions", queue="", count=1, jobs=False),
            ),
        )


def test_nothing_is_copied_and_it_is_said() -> None:
    events: list[str] = []
    empty = StartEmpty(Looked(), events.append)  # type: ignore[arg-type]
    look = empty.inspect()
    assert not look.stoppers
    assert look.findings[0].words == "3 jobs wait in Sidekiq's queue mailers and would be left behind."
    empty.copy()
    assert events == ["The store starts empty, as chosen: nothing is copied."]
    assert empty.refresh().copied_again == 0
    assert empty.prove().left_out == (
        "about 1,200 keys stay on the source: the store starts empty, as chosen",
        "3 jobs wait in Sidekiq's queue mailers",
    )
    empty.tidy()


def test_words_fit_their_numbers() -> None:
    assert waiting_words(Waiting(what="Celery", queue="", count=1, jobs=True)) == "1 job waits in Celery"
    assert (
        waiting_words(Waiting(what="sessions", queue="", count=1, jobs=False)) == "1 key looks like sessions"
    )
