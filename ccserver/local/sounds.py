"""The callers' prompts and music, made on this machine: text to speech by espeak-ng, 8 kHz by sox.

Chinese goes through pinyin (mandarin.py). All are brought to one loudness, without silence around.
Each prompt becomes `<folder>/<language>/<prompt>.alaw` (what a trunk carries, so Asterisk need not
convert) and `.wav` (signed 16 bit, which Asterisk converts to whatever a phone wants).
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ccserver.local.processes import LocalError
from ccserver.local.root import HOUSE

VOICES: dict[str, tuple[str, ...]] = {
    "zh": ("-v", "cmn-latn-pinyin", "-s", "165", "-m"),
    "en": ("-v", "en", "-s", "150"),
}
"""Language -> voice of espeak-ng, words a minute, and whether the text is marked up."""
RATE = 8000
LOUDNESS_DB = -19.0
"""The mean (RMS) below full scale: loud, but below the point where A-law begins to distort."""

HOUSE_TEXTS = tuple(
    HOUSE / "ivr_flows" / f"{name}.toml" for name in ("prompts", "words", "questionnaires")
)
"""What the house's prompts say, the words that are put together (core/spoken.py), and what
questionnaires ask by keys."""

_RECIPE = "3"
"""Count up when the same text in the same voice should sound different."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WORD = "w_"
"""So begin the names of those words."""
_PAUSE_SECONDS = 0.25
_WORD_PAUSE_SECONDS = 0.08
_MUSIC = "music/hold"
_BEEP = "tones/beep"
_SPECS = ("wav", "alaw")
_TRIM = ("silence", "1", "0.01", "0.3%", "reverse") * 2
"""Cuts what is quieter at the beginning; once more, backwards, at the end."""


def build_sounds(folder: Path, *files: Path) -> list[str]:
    """Make what is missing or changed below `folder`; return the names of what was made.

    The texts are those of `files`, else of HOUSE_TEXTS.
    A site's own recordings in `<folder>/own/<language>/<prompt>.wav` go before the spoken ones.
    Raises LocalError for a prompt that lacks a language, or a tool that is not installed.
    """
    texts = {n: text for file in files or HOUSE_TEXTS for n, text in read_prompts(file).items()}
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / "made.json"
    made: dict[str, str] = json.loads(record.read_text()) if record.exists() else {}
    wanted = {_MUSIC: f"{_RECIPE} music", _BEEP: f"{_RECIPE} beep"} | {
        name: _fingerprint(folder, name, text) for name, text in texts.items()
    }
    stale = [name for name, mark in wanted.items() if not _is_made(folder, name, made, mark)]
    if not stale:
        return []
    _require_tools()
    spoken = [name for name in stale if name in texts and not _own(folder, name).exists()]
    scripts = _scripts({name: texts[name] for name in spoken})
    with ThreadPoolExecutor(os.cpu_count()) as makers:
        # Each waits for programs of its own. Who is interrupted goes on where the record ends.
        for name in makers.map(lambda name: _make(folder, name, scripts.get(name, "")), stale):
            made[name] = wanted[name]
            record.write_text(json.dumps(made, indent=1, sort_keys=True))
    return stale


def read_prompts(file: Path) -> dict[str, str]:
    """`<language>/<prompt>` -> text.

    Each prompt speaks each language, but a word may be of one language alone. Raises LocalError.
    """
    texts: dict[str, str] = {}
    for prompt, spoken in tomllib.loads(file.read_text(encoding="utf-8")).items():
        if not _NAME.fullmatch(prompt):
            raise LocalError(f"{file.name}: a prompt's name is a-z, 0-9 and _, not {prompt!r}.")
        texts_of = spoken if isinstance(spoken, Mapping) else {}
        some = VOICES.keys() & texts_of.keys() if prompt.startswith(_WORD) else set[str]()
        for language in some or VOICES:
            text = texts_of.get(language, "")
            if not isinstance(text, str) or not text.strip():
                raise LocalError(f"{file.name}: prompt {prompt!r} has no text in {language!r}.")
            texts[f"{language}/{prompt}"] = text
    return texts


def _own(folder: Path, name: str) -> Path:
    return folder / "own" / f"{name}.wav"


def _fingerprint(folder: Path, name: str, text: str) -> str:
    own = _own(folder, name)
    if own.exists():
        method, source = "own", own.read_bytes()
    else:
        method, source = " ".join(VOICES[name.partition("/")[0]]), text.encode()
    return f"{_RECIPE} {method} {hashlib.sha256(source).hexdigest()}"


def _is_made(folder: Path, name: str, made: Mapping[str, str], mark: str) -> bool:
    return made.get(name) == mark and all((folder / f"{name}.{s}").exists() for s in _SPECS)


def _require_tools() -> None:
    missing = [tool for tool in ("espeak-ng", "sox") if shutil.which(tool) is None]
    if missing:
        raise LocalError(f"Missing for the prompts: `apt-get install {' '.join(missing)}`.")


def _scripts(texts: Mapping[str, str]) -> dict[str, str]:
    """What espeak-ng is given to read for each text: all Chinese ones are rewritten at once."""
    chinese = [name for name in texts if name.startswith("zh/")]
    lines = "".join(f"{' '.join(texts[name].split())}\n" for name in chinese)
    argv = [sys.executable, "-X", "utf8", "-m", "ccserver.local.mandarin"]
    written = _run(argv, lines).stdout.splitlines() if chinese else []
    return {**texts, **dict(zip(chinese, written, strict=True))}


def _make(folder: Path, name: str, script: str) -> str:
    """Write both forms of one sound, each in one step, since Asterisk may be reading the old.

    Returns the name.
    """
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        wav, alaw = Path(scratch) / "sound.wav", Path(scratch) / "sound.al"
        if name == _MUSIC:
            _compose(wav)
        elif name == _BEEP:
            tone = ("synth", "0.4", "sine", "1000", "fade", "h", "0.02", "0.4", "0.02")
            _run(["sox", "-n", *_telephone(wav), *tone, "norm", "-12"])
        else:
            _speak(folder, name, script, wav)
        _run(["sox", str(wav), "-t", "al", str(alaw)])
        wav.replace(folder / f"{name}.wav")
        alaw.replace(folder / f"{name}.alaw")
    return name


def _speak(folder: Path, name: str, script: str, wav: Path) -> None:
    source, trim = _own(folder, name), list[str]()
    if not source.exists():
        source, trim = wav.with_name("spoken.wav"), [*_TRIM]
        language = name.partition("/")[0]
        _run(["espeak-ng", *VOICES[language], "-w", str(source), "--stdin"], script)
    level = wav.with_name("level.wav")
    _run(["sox", str(source), *_telephone(level), "highpass", "200", *trim, "norm", "-4"])
    louder = LOUDNESS_DB - _loudness_db(level, name)
    # -l: peaks are pressed down, not cut off. A short pause ends each prompt, a hint of one a word.
    pause = str(_WORD_PAUSE_SECONDS if f"/{_WORD}" in name else _PAUSE_SECONDS)
    _run(["sox", str(level), *_telephone(wav), "gain", "-l", f"{louder:.1f}", "pad", "0", pause])


def _loudness_db(wav: Path, name: str) -> float:
    stats = _run(["sox", str(wav), "-n", "stats"]).stderr
    found = re.search(r"^RMS lev dB +(-?[0-9.]+)", stats, re.MULTILINE)
    if found is None:
        raise LocalError(f"Prompt {name}: there is nothing to hear in it.")
    return float(found[1])


def _compose(wav: Path) -> None:
    """Twenty quiet seconds of plucked chords: no one's music, so free of anyone's rights."""
    chords = (("C4", "E4", "G4"), ("A3", "C4", "E4"), ("F3", "A3", "C4"), ("G3", "B3", "D4"))
    parts: list[str] = []
    for number, chord in enumerate(chords):
        part = wav.with_name(f"chord{number}.wav")
        plucks: Iterable[str] = (word for note in chord for word in ("pluck", note))
        delays = [str(0.15 * string) for string in range(len(chord))]
        _run(
            ["sox", "-n", *_telephone(part), "synth", "5", *plucks, "delay", *delays,
             "remix", "-", "fade", "h", "0.05", "5", "0.8", "norm", "-10"]
        )  # fmt: skip
        parts.append(str(part))
    _run(["sox", *parts, *_telephone(wav)])


def _telephone(file: Path) -> list[str]:
    return ["-r", str(RATE), "-c", "1", "-b", "16", str(file)]


def _run(argv: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
    # -R: the same noise of dither each time, so that equal texts give equal files.
    argv = [argv[0], "-R", *argv[1:]] if argv[0] == "sox" else argv
    done = subprocess.run(  # noqa: S603 -- our own words
        argv, input=text, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode != 0:
        raise LocalError(f"{Path(argv[0]).name} failed: {done.stderr.strip()}")
    return done


if __name__ == "__main__":
    build_sounds(Path(sys.argv[1]))
