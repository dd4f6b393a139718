"""The disk that is recommended for a Postgres, from what its source says and from what was measured."""

from collections.abc import Iterator

import pytest

from tests.wizard.database_servers import Server, server
from wizard.choose.disk import GROWS, recommended_disk
from wizard.database.index_sizes import IndexSizes, measure_indexes
from wizard.model.mapping import DatabaseChoice
from wizard.model.trouble import Trouble
from wizard.plan.preflight_data import disk_finding

GB = 1_000_000_000


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


def test_data_sorting_log_and_growth_add_up() -> None:
    disk = recommended_disk(100 * GB, largest_index=12 * GB)
    assert (disk.gb, disk.needed_gb) == (100 + 12 + 3 + 50, 115)
    assert disk.words == (
        "100.0 GB of data and indexes, 12.0 GB to sort the largest index, 3.0 GB of log, 50.0 GB to grow"
    )
    guess = recommended_disk(100 * GB)
    assert guess.gb == 178 and "about 25.0 GB to sort" in guess.words
    assert recommended_disk(40_000_000).gb == recommended_disk(None).gb == 10
    assert "guess" in recommended_disk(None).words


@pytest.mark.parametrize(
    ("disk_gb", "state"), [(165, "good"), (164, "look"), (115, "look"), (114, "blocks"), (10, "blocks")]
)
def test_a_disk_is_held_against_what_was_measured(disk_gb: int, state: str) -> None:
    choice = DatabaseChoice(add_on_id="pg", handle="shop-db", disk_gb=disk_gb)
    measured = IndexSizes(whole=30 * GB, largest=12 * GB, largest_name="orders_pkey")
    found = disk_finding(choice, 100 * GB, measured)
    assert found.state == state and "(orders_pkey)" in found.detail
    assert (found.remedy == "") == (state == "good")
    if state != "good":
        assert "Give it 165 GB" in found.remedy and GROWS in found.remedy


def test_indexes_are_measured_at_the_source(postgres: Server) -> None:
    source = postgres.database()
    assert measure_indexes(source.url()).largest_name == ""
    source.sql(
        "CREATE TABLE small (id int PRIMARY KEY);"
        "CREATE TABLE large (id int, words text);"
        "INSERT INTO large SELECT n, repeat('x', 50) || n FROM generate_series(1, 5000) n;"
        "CREATE INDEX on_words ON large (words)"
    )
    found = measure_indexes(source.url())
    assert found.largest_name == "public.on_words" and 400_000 < found.largest <= found.whole
    with pytest.raises(Trouble):
        measure_indexes(type(source)(postgres, "nowhere").url())
