"""Files, folders, patterns, packed files, URLs and standard input."""

import gzip
import io
import json
from pathlib import Path

import pytest
import zstandard

from ccnlp.errors import ConfigError, InputError, UnavailableError
from ccnlp.ingest import Mapping, Read, Rejected, load_mapping, read


def line(name: str) -> str:
    turns = [{"speaker": "customer", "text": f"第{name}句"}]
    return json.dumps({"conversation_id": name, "turns": turns}, ensure_ascii=False) + "\n"


def names(*inputs: str) -> list[str]:
    items = list(read(list(inputs)))
    assert all(isinstance(item, Read) for item in items), items
    return [item.transcript.conversation_id for item in items if isinstance(item, Read)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of files in several formats, some of them not for us."""
    (tmp_path / "b").mkdir()
    (tmp_path / "a.jsonl").write_text(line("1") + line("2"), "utf-8")
    (tmp_path / "b" / "c.csv").write_text("会话ID,角色,内容\n3,客户,喂\n", "utf-8")
    (tmp_path / "b" / "d.txt").write_text("客服：您好\n客户：在吗\n", "utf-8")
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(line("4").encode()))
    packed = zstandard.compress(line("5").encode()) + zstandard.compress(line("6").encode())
    (tmp_path / "d.jsonl.zst").write_bytes(packed)
    (tmp_path / "README.md").write_text("# no data")
    (tmp_path / ".hidden.jsonl").write_text("{")
    return tmp_path


def test_a_folder_is_read_with_all_below_it_in_order(folder: Path) -> None:
    assert names(str(folder)) == ["1", "2", "4", "5", "6", "3", "b/d"]
    reading = read([str(folder)])
    assert reading.summary().passed_over == (str(folder / "README.md"),)


def test_inputs_keep_their_order_and_patterns_are_sorted(folder: Path) -> None:
    assert names(str(folder / "d*"), str(folder / "*.jsonl")) == ["5", "6", "1", "2"]
    assert names(str(folder / "**" / "*.csv")) == ["3"]


def test_patterns_pass_over_what_is_not_for_us(folder: Path) -> None:
    reading = read([str(folder / "*")])
    assert [type(item) for item in reading] == [Read] * 7
    assert reading.summary().passed_over == (str(folder / "README.md"),)
    (folder / "x.export").write_text("客服：您好\n", "utf-8")
    assert names(str(folder / "*.export")) == ["x.export"]


def test_items_name_their_file(folder: Path) -> None:
    path = str(folder / "a.jsonl")
    assert [item.file for item in read([path])] == [path, path]


def test_the_same_id_again_is_rejected_wherever_it_stands(folder: Path) -> None:
    (folder / "e.jsonl").write_text(line("1") + line("1").replace("句", "段"), "utf-8")
    items = list(read([str(folder / "a.jsonl"), str(folder / "e.jsonl")]))
    bad = [item for item in items if isinstance(item, Rejected)]
    assert [(b.code, b.line, b.conversation_id) for b in bad] == [
        ("duplicate_id", 1, "1"), ("duplicate_id", 2, "1"),
    ]  # fmt: skip
    assert "the same turns" in bad[0].reason
    assert "other turns" in bad[1].reason
    assert bad[0].record == line("1").rstrip("\n")


def test_a_rejected_record_does_not_take_its_id() -> None:
    bad = json.dumps({"conversation_id": "1", "turns": []}) + "\n"
    items = list(read(["-"], stdin=io.BytesIO((bad + line("1")).encode())))
    assert [type(item) for item in items] == [Rejected, Read]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (line("1"), "jsonl"),
        (f"[{line('1')}]", "json"),
        ("会话ID,角色,内容\n1,客户,喂\n", "csv"),
        ("session_id\trole\tcontent\n1\tuser\thi\n", "csv"),
        ("会话ID：1\n客服：您好\n", "text"),
        ("[09:01] 客服：您好\n", "text"),
    ],
)
def test_standard_input_is_told_by_its_content(pack, text: str, kind: str) -> None:
    reading = read(["-"], stdin=io.BytesIO(pack(text.encode())))
    assert [type(item) for item in reading] == [Read]
    assert reading.summary().formats == {kind: 1}


def test_standard_input_that_cannot_seek_is_gone_over_twice() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self.left = data

        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:
            size = min(len(buffer), 1000)
            part, self.left = self.left[:size], self.left[size:]
            buffer[: len(part)] = part
            return len(part)

    rows = "".join(f"c{n % 3000},客户,第{n}句话在这里\n" for n in range(15_000))
    pipe = io.BufferedReader(Pipe(("会话ID,角色,内容\n" + rows).encode()))
    items = list(read(["-"], stdin=pipe, format="csv"))
    assert len(items) == 3000
    assert all(isinstance(item, Read) and len(item.transcript.turns) == 5 for item in items)


def test_a_packed_file_that_breaks_off_keeps_what_was_read(tmp_path: Path) -> None:
    import random

    pick = random.Random(1)
    lines = "".join(line(f"{n}-{pick.random()}") for n in range(20_000))
    for name, pack in (("a.jsonl.gz", gzip.compress), ("b.jsonl.zst", zstandard.compress)):
        packed = pack(lines.encode())
        (tmp_path / name).write_bytes(packed[: len(packed) // 2])
        items = list(read([str(tmp_path / name)]))
        assert isinstance(items[-1], Rejected)
        assert items[-1].code == "damaged_file"
        assert items[-1].form == "none"


def test_what_is_not_there_is_misuse(tmp_path: Path) -> None:
    for wrong in (["nowhere.jsonl"], [str(tmp_path / "*.x")], [str(tmp_path)], []):
        with pytest.raises(InputError):
            read(wrong)
    with pytest.raises(InputError, match="xml"):
        read(["-"], format="xml")


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.csv", "c.txt", "d.json", "e.tsv"):
        (tmp_path / name).write_bytes(b"")
    assert list(read([str(tmp_path)])) == []


def test_a_spreadsheet_is_rejected_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04rest")
    item = next(iter(read([str(tmp_path / "a.xlsx")])))
    assert isinstance(item, Rejected)
    assert "CSV" in item.reason


def test_urls_through_fsspec(folder: Path) -> None:
    import fsspec

    with fsspec.open("memory://calls/x.jsonl", "wb") as out:
        out.write(line("9").encode())
    assert names("memory://calls/x.jsonl") == ["9"]
    assert names("memory://calls") == ["9"]
    assert names(f"file://{folder}/a.jsonl") == ["1", "2"]
    with pytest.raises((InputError, UnavailableError)):
        read(["nosuchscheme://x/y"])


def test_progress_is_told_on_the_way(folder: Path) -> None:
    reading = read([str(folder / "a.jsonl")])
    next(reading)
    summary = reading.summary()
    assert (summary.read, summary.files, summary.files_total) == (1, 1, 1)
    assert summary.bytes_total == (folder / "a.jsonl").stat().st_size
    list(reading)
    assert reading.summary().bytes_read == summary.bytes_total


def test_files_are_closed_when_the_reader_stops_early(folder: Path) -> None:
    # An unclosed file would be a ResourceWarning, and warnings are errors here.
    reading = read([str(folder)])
    next(reading)
    del reading


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("columns:\n  text: a\n  texd: b\n", ":3: key columns.texd", "texd"),
        ("layout: row\n", ":1: key layout", "row"),
        ("layout: turn\nspeakers:\n  x: clerk\n", ":2: key speakers", "clerk"),
        ("timezone: Mars\n", ":1: key timezone", "Mars"),
        ("header: false\ncolumns: {}\n", "key header", "numbered"),
        ("columns:\n  text: 3\n", "key columns.text", "numbered"),
        ("nonsense: 1\n", "m.yaml", "nonsense"),
        ("layout: turn\nlayout: turn\n", ":2", "duplicate"),
        ("delimiter: '||'\n", "key delimiter", "one character"),
    ],
)
def test_a_wrong_mapping_names_file_line_and_key(
    tmp_path: Path, text: str, where: str, what: str
) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_mapping(path)
    assert where in str(caught.value)
    assert what in str(caught.value)
    assert "m.yaml" in caught.value.where


def test_every_mapping_that_ships_is_valid() -> None:
    shipped = sorted((Path(__file__).parents[1] / "configs" / "mappings").glob("*.yaml"))
    assert shipped
    for path in shipped:
        assert isinstance(load_mapping(path), Mapping)
