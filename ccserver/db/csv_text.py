"""Opens CSV as people make it: whatever its encoding, delimiter, and marks at its beginning."""

import codecs
import csv
from io import BufferedReader, TextIOWrapper
from typing import Final

CHUNK_BYTES: Final = 1024**2
FIELD_MAX: Final = 10_000
"""No field is longer, in characters: one that seems to be has a quote that was never closed."""

_ENCODING_OF_BOM: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class ImportFileError(Exception):
    """The file as a whole cannot be read. The text names the line."""


def open_text(raw: BufferedReader) -> TextIOWrapper:
    """Find out how the file is encoded by reading all of it once: UTF-8, UTF-16 with its mark
    (Excel's "Unicode text"), or GB18030, in which a Chinese Excel writes CSV."""
    start = raw.read(4)
    raw.seek(0)
    for bom, encoding in _ENCODING_OF_BOM.items():
        if start.startswith(bom):
            return TextIOWrapper(raw, encoding=encoding, newline="")
    wrong = _first_wrong_line(raw, "utf-8")
    if wrong is None:
        return TextIOWrapper(raw, encoding="utf-8", newline="")
    if _first_wrong_line(raw, "gb18030") is None:
        return TextIOWrapper(raw, encoding="gb18030", newline="")
    raise ImportFileError(f"line {wrong}: neither UTF-8 nor GB18030; save the file as CSV UTF-8")


def _first_wrong_line(raw: BufferedReader, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    try:
        while chunk := raw.read(CHUNK_BYTES):
            line += decoder.decode(chunk).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return line + bytes(error.object[: error.start]).count(b"\n")
    finally:
        raw.seek(0)
    return None


def delimiter_of(first_line: str) -> str:
    """What parts the fields: a comma, a semicolon, a tab, or what Excel says (`sep=`)."""
    if first_line.lower().startswith("sep=") and len(first_line.strip()) == 5:
        return first_line[4]
    return max(",;\t", key=first_line.count)


def header_key(name: str) -> str:
    """A column's name as it is looked up."""
    return name.strip().strip("\ufeff").lower().replace("_", " ")


def in_plain_words(error: csv.Error) -> str:
    """csv's own words, where they do not help, in better ones."""
    text = str(error)
    if "field limit" in text:
        return f"a field of more than {FIELD_MAX} characters: is a quote never closed?"
    if "unexpected end" in text:
        return "a quote is never closed"
    if "expected after" in text:
        return 'a quote inside a quoted field; write it twice ("")'
    return text
