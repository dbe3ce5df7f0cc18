"""`ccserver flow publish` and what follows: versions, canaries, a way back, and drop-off."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver import clock
from ccserver.cli.terminal import console, in_database, operator
from ccserver.core.errors import Refused
from ccserver.core.release import Release
from ccserver.db import flows, publishing, walks
from ccserver.db.config import Author
from ccserver.db.days import span_of
from ccserver.db.flows import NoSuchFlowError, Released, Version
from ccserver.db.publishing import NoCanaryError, Published
from ccserver.db.walks import Comparison, FlowFigures
from ccserver.flows.drafts import require_tested
from ccserver.flows.faults import FlowError
from ccserver.flows.files import read
from ccserver.local.sitefile import with_site
from ccserver.settings import Settings

_Result = TypeVar("_Result")

Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)]
Name = Annotated[str, typer.Argument(help="The flow: its file's name without .toml.")]
Share = Annotated[
    float | None, typer.Option(min=0.0, max=1.0, help="Of the callers: 0.1 is one in ten.")
]
Reason = Annotated[str, typer.Option(help="For the audit.")]


def add_to(app: typer.Typer) -> None:
    """Give `ccserver flow` these commands."""
    for command in (publish, rollback, canary, versions, figures):
        app.command()(command)


def publish(
    files: Files,
    note: Annotated[str, typer.Option(help="What is new, for those who read the versions.")] = "",
    canary: Share = None,
) -> None:
    """Check flows, run their tests, and let callers get them: all, or a share with --canary.

    A running ccserver follows within seconds; who is in a flow goes on in the version that he
    began with.
    """
    settings = with_site(Settings())
    names = [file.stem for file in files]

    async def act(session: AsyncSession) -> dict[str, tuple[Published, Released]]:
        known = await flows.known(session)
        shelf = read(files, known=replace(known, partners=frozenset(settings.partners)))
        require_tested(shelf, names, region=settings.default_region)
        documents = {name: shelf.documents[name] for name in names}
        await publishing.require_parts(session, documents)
        made = {}
        for name, document in documents.items():
            published = await publishing.publish(
                session, name, document, author=_author(note), canary_share=_part(canary)
            )
            made[name] = published, await flows.released(session, name)
        return made

    for name, (published, released) in _act(act, settings).items():
        news = "" if published.is_new else " (it was published before)"
        console.print(f"{name}: {_told(released.release)}{news}", highlight=False)


def rollback(
    name: Name,
    to: Annotated[int | None, typer.Option(min=1, help="Without: what callers got before.")] = None,
    reason: Reason = "",
) -> None:
    """Let all callers get an earlier version again."""
    _change(
        name,
        lambda session: publishing.rollback(session, name, to=to, author=_author(reason)),
    )


def canary(
    name: Name,
    share: Share = None,
    version: Annotated[
        int | None, typer.Option(min=1, help="With --share; without: the newest.")
    ] = None,
    promote: Annotated[bool, typer.Option("--promote", help="Let all callers get it.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Let no caller get it any more.")] = False,
    reason: Reason = "",
) -> None:
    """Let a share of the callers get another version; without an option show how it does."""
    if sum((share is not None, promote, stop)) > 1:
        raise typer.BadParameter("give one of --share, --promote and --stop")
    author = _author(reason)
    if promote:
        _change(name, lambda session: publishing.promote(session, name, author=author))
    elif stop:
        _change(name, lambda session: publishing.stop_canary(session, name, author=author))
    elif share is not None:
        part = _part(share)
        assert part is not None, "a share was given"

        async def start(session: AsyncSession) -> Released:
            wanted = version or await _canary_of(session, name)
            return await publishing.start_canary(
                session, name, version=wanted, share=part, author=author
            )

        _change(name, start)
    else:
        _show_comparison(_act(lambda session: _comparison(session, name)))


def versions(name: Name) -> None:
    """List a flow's versions, newest first."""

    async def look(session: AsyncSession) -> tuple[Released, tuple[Version, ...]]:
        return await flows.released(session, name), await flows.versions(session, name)

    released, found = _act(look)
    table = Table("version", "callers", "published", "by", "note", box=None)
    for one in found:
        at = one.published_at.astimezone().strftime("%Y-%m-%d %H:%M")
        row = (_share_of(released.release, one.version), at, one.published_by, one.note)
        table.add_row(str(one.version), *map(escape, row))
    console.print(table)


def figures(
    name: Name,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="In the flow's time zone; without: today."),
    ] = None,
    version: Annotated[int | None, typer.Option(min=0, help="Without: all together.")] = None,
) -> None:
    """Show what callers did at each step on a day, and how they went on."""

    async def look(session: AsyncSession) -> FlowFigures:
        zone = await _zone(session, name)
        wanted = day or datetime.fromtimestamp(clock.now(), ZoneInfo(zone))
        since, until = span_of(wanted.date(), zone)
        return await walks.figures(session, name, since=since, until=until, version=version)

    _show_figures(_act(look))


# -- doing it


def _act(
    act: Callable[[AsyncSession], Awaitable[_Result]], settings: Settings | None = None
) -> _Result:
    """Do something in the database, and say what is refused."""
    try:
        return in_database(settings or with_site(Settings()), act)
    except FlowError as error:
        faults = error.faults
    except Refused as error:
        faults = [str(error) or error.__doc__ or ""]
    for fault in faults:
        console.print(f"[red]{escape(fault)}[/red]", highlight=False, soft_wrap=True)
    raise typer.Exit(1)


def _change(name: str, act: Callable[[AsyncSession], Awaitable[Released]]) -> None:
    made = _act(act)
    console.print(f"{name}: {_told(made.release)}", highlight=False)


def _author(reason: str) -> Author:
    return Author(who=operator(), reason=reason)


def _part(share: float | None) -> float | None:
    if share is not None and not 0 < share < 1:
        raise typer.BadParameter("a share lies between 0 and 1, such as 0.1 for one in ten")
    return share


async def _canary_of(session: AsyncSession, name: str) -> int:
    """The version that is out as a canary, else the newest."""
    released = await flows.released(session, name)
    newest, *_ = await flows.versions(session, name)
    return released.release.canary_version or newest.version


async def _comparison(session: AsyncSession, name: str) -> Comparison:
    released = await flows.released(session, name)
    if released.release.canary_version is None or released.canary_since is None:
        raise NoCanaryError
    return await walks.comparison(
        session,
        name,
        version=released.release.version,
        canary_version=released.release.canary_version,
        since=released.canary_since,
    )


async def _zone(session: AsyncSession, name: str) -> str:
    try:
        version = (await flows.released(session, name)).release.version
    except NoSuchFlowError:
        return flows.UTC
    return flows.zone_of((await flows.documents(session, [(name, version)]))[name, version])


# -- as people read it


def _told(release: Release) -> str:
    if release.canary_version is None:
        return f"version {release.version} for all callers"
    return (
        f"version {release.canary_version} for {release.canary_share:.4g} of the callers,"
        f" version {release.version} for the others"
    )


def _share_of(release: Release, version: int) -> str:
    if version == release.canary_version:
        return f"{release.canary_share:.1%}"
    return f"{1 - release.canary_share:.1%}" if version == release.version else ""


def _show_figures(found: FlowFigures) -> None:
    console.print(
        f"{found.walks} callers, {found.mean_seconds:.0f} s on average: {_counts(found.ended)}",
        highlight=False,
        soft_wrap=True,
    )
    table = Table("step", "came", "hung up", "", "went on", box=None)
    for step in found.steps:
        others = {how: count for how, count in step.ended.items() if how != walks.HUNG_UP}
        table.add_row(
            step.step,
            str(step.entered),
            str(step.left_here),
            f"{step.left_here / step.entered:.1%}",
            escape(_counts({**step.went_on, **others})),
        )
    console.print(table)


def _counts(counted: Mapping[str, int]) -> str:
    ordered = sorted(counted.items(), key=lambda one: -one[1])
    return ", ".join(f"{what} {count}" for what, count in ordered)


def _show_comparison(found: Comparison) -> None:
    table = Table(
        "ended", f"version {found.released.version}", f"version {found.canary.version}",
        "difference", box=None,
    )  # fmt: skip
    table.add_row("callers", str(found.released.walks), str(found.canary.walks))
    mean = (f"{side.mean_seconds:.1f} s" for side in (found.released, found.canary))
    table.add_row("mean", *mean)
    for way, difference in found.differences.items():
        certain = "" if difference.is_certain else "  may be chance"
        table.add_row(
            way,
            f"{found.released.ended[way].value:.1%}",
            f"{found.canary.ended[way].value:.1%}",
            f"{difference.value:+.1%} ({difference.low:+.1%} to {difference.high:+.1%}){certain}",
        )
    console.print(table)
