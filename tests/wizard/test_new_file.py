"""New files and folders: whole or not at all, for nobody else, never over another."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

import pytest

from wizard.model.trouble import Trouble
from wizard.session.new_file import into, write_new_file, write_new_folder


def _hello(file: BinaryIO) -> None:
    file.write(b"hello")


def _folder(folder: Path) -> None:
    with into(folder, "a.csv") as file:
        _hello(file)


def test_a_file_is_there_whole_and_for_its_owner_only(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        path = write_new_file(tmp_path / "a", _hello)
        folder = write_new_folder(tmp_path / "b", _folder)
    finally:
        os.umask(old)
    assert path.read_bytes() == (folder / "a.csv").read_bytes() == b"hello"
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, folder, folder / "a.csv")] == [
        0o600,
        0o700,
        0o600,
    ]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_what_breaks_off_leaves_nothing(number: int, tmp_path: Path) -> None:
    def breaks(file: BinaryIO) -> None:
        file.write(b"hel")
        raise OSError(number, os.strerror(number))

    def breaks_inside(folder: Path) -> None:
        with into(folder, "a.csv") as file:
            breaks(file)

    for write in (
        lambda: write_new_file(tmp_path / "a", breaks),
        lambda: write_new_folder(tmp_path / "a", breaks_inside),
    ):
        with pytest.raises(Trouble) as refused:
            write()
        assert refused.value.code == ("disk-full" if number == errno.ENOSPC else "file")
        assert refused.value.untouched == "Nothing of it is left."
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("kind", ["file", "folder", "dangling link"])
def test_nothing_is_overwritten_not_even_what_came_meanwhile(kind: str, late: bool, tmp_path: Path) -> None:
    path = tmp_path / "a"

    def come() -> None:
        if kind == "file":
            path.write_text("old")
        elif kind == "folder":
            (path / "b").mkdir(parents=True)
        else:
            path.symlink_to(tmp_path / "nowhere")

    def write(file: BinaryIO) -> None:
        if late:
            come()

    if not late:
        come()
    for attempt in (
        lambda: write_new_file(path, write),
        lambda: write_new_folder(path, lambda folder: None),
    ):
        with pytest.raises(Trouble) as refused:
            attempt()
        assert refused.value.code == "file-exists"
    assert [one.name for one in tmp_path.iterdir()] == ["a"]
    assert kind != "file" or path.read_text() == "old"


def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*ends: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", none)
    assert write_new_file(tmp_path / "a", _hello).read_bytes() == b"hello"
    with pytest.raises(Trouble):
        write_new_file(tmp_path / "a", _hello)
    assert [one.name for one in tmp_path.iterdir()] == ["a"]
