"""`ccserver compliance`: how a campaign called, and whether its evidence holds."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver import clock
from ccserver.cli.terminal import console, in_database
from ccserver.core.abandonment import Rate
from ccserver.db import compliance, config
from ccserver.db.compliance import Proof
from ccserver.local.sitefile import with_site
from ccserver.settings import Settings
from ccserver.web.compliance_files import Report, csv_of, pdf_of
from ccserver.web.compliance_report import USUAL_DAYS, report_of
from ccserver.web.compliance_words import Language

app = typer.Typer(no_args_is_help=True, help="How campaigns called, and whether it is proven.")

Campaign = Annotated[str, typer.Option("--campaign", help="Its name in the configuration.")]
Noted = Annotated[
    str, typer.Option(help="SEQ:HASH that was written down: must still be in the chain.")
]
OutFile = Annotated[Path | None, typer.Option(dir_okay=False, writable=True)]


@app.command("report")
def compliance_report(
    campaign: Campaign,
    since: Annotated[datetime | None, typer.Option("--from", help="Else 30 days back.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="Else now.")] = None,
    pdf: OutFile = None,
    csv: OutFile = None,
    language: Annotated[Language, typer.Option(help="Of the PDF.")] = "en",
    noted: Noted = "",
) -> None:
    """Verify a campaign's evidence, show its figures, and write them as PDF and CSV. The exit code
    is 1 when the evidence does not hold."""
    settings = with_site(Settings())
    made_at = datetime.fromtimestamp(clock.now(), UTC)
    zone = ZoneInfo(settings.zone)
    end = made_at if until is None else until.replace(tzinfo=zone)
    begin = end - timedelta(days=USUAL_DAYS) if since is None else since.replace(tzinfo=zone)
    if begin >= end:
        raise typer.BadParameter("--from must be before --to")
    written = _noted(noted)

    async def read(session: AsyncSession) -> Report:
        form = await config.shared(session)
        known = form.campaigns.keys() | set(await compliance.campaigns_with_evidence(session))
        if campaign not in known:
            names = ", ".join(sorted(known)) or "there is none"
            raise typer.BadParameter(f"there is no campaign {campaign!r}: {names}")
        if csv is not None:
            with csv.open("wb") as file:
                every = compliance.attempts(session, campaign, begin, end)
                async for piece in csv_of(every, settings.zone):
                    file.write(piece)
        return await report_of(
            session, campaign, begin, end,
            form=form, zone=settings.zone, made_at=made_at, noted=written,
        )  # fmt: skip

    report = in_database(settings, read)
    _show(report)
    if pdf is not None:
        pdf.write_bytes(pdf_of(report, language))
    for path in (pdf, csv):
        if path is not None:
            console.print(f"written: {escape(str(path))}", highlight=False, soft_wrap=True)
    if not report.proof.holds:
        raise typer.Exit(1)


@app.command("verify")
def compliance_verify(
    campaign: Annotated[str, typer.Option("--campaign", help="Else all.")] = "", noted: Noted = ""
) -> None:
    """Verify the evidence of one campaign, or of all. The exit code is 1 when one does not hold."""
    written = _noted(noted)
    if written is not None and not campaign:
        raise typer.BadParameter("--noted belongs to one campaign: name it with --campaign")

    async def look(session: AsyncSession) -> dict[str, Proof]:
        names = (campaign,) if campaign else await compliance.campaigns_with_evidence(session)
        return {name: await compliance.verify(session, name, until=written) for name in names}

    proofs = in_database(with_site(Settings()), look)
    for name, proof in proofs.items():
        _say(name, proof)
    if not proofs:
        console.print("no campaign has evidence yet", highlight=False)
    if not all(proof.holds for proof in proofs.values()):
        raise typer.Exit(1)


def _noted(text: str) -> tuple[int, bytes] | None:
    if not text:
        return None
    found = re.fullmatch(r"([0-9]{1,18}):([0-9a-fA-F]{64})", text)
    if found is None:
        raise typer.BadParameter("--noted is SEQ:HASH, with 64 hex digits")
    return int(found[1]), bytes.fromhex(found[2])


def _say(name: str, proof: Proof) -> None:
    """The verdict, and where what is wrong."""
    chain = proof.chain
    state = "[green]holds[/green]" if proof.holds else "[bold red]DOES NOT HOLD[/bold red]"
    lines = [f"{escape(name)}: the evidence {state}, {chain.entries} entries"]
    lines += [f"  [red]entry {one.seq}: {one.fault}, {one.detail}[/red]" for one in chain.faults]
    if proof.unproven:
        lines.append(
            f"  [red]{proof.unproven} attempts have no evidence from before the call[/red]"
        )
    if proof.differing:
        lines.append(f"  [red]{proof.differing} attempts differ from their evidence[/red]")
    lines.append(f"  to be noted: {chain.last_seq}:{chain.last_hash.hex()}")
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def _show(report: Report) -> None:
    _say(report.campaign, report.proof)
    figures = report.figures
    zone = ZoneInfo(report.zone)
    begin, end = (at.astimezone(zone).isoformat(" ", "minutes") for at in (
        figures.since, figures.until,
    ))  # fmt: skip
    console.print(f"attempts placed from {begin} until {end}", highlight=False)
    results = Table("result", "attempts", box=None)
    for name, count in sorted(figures.counts.by_result.items()):
        results.add_row(name, str(count))
    console.print(results)
    table = Table("abandonment", "share", "abandoned", "answered", "definition", box=None)
    found = figures.abandonment
    windows = [rate for _, rate in found.windows if rate is not None]
    for rate in (*found.span, *found.ftc, *found.ofcom[-7:], *found.vicidial[-7:], *windows):
        table.add_row(*_rate(rate, zone))
    console.print(table)
    if few := [f"{seconds:g} s" for seconds, rate in found.windows if rate is None]:
        console.print(f"too few answers for windows of {', '.join(few)}", highlight=False)


def _rate(rate: Rate, zone: ZoneInfo) -> tuple[str, str, str, str, str]:
    day = datetime.fromtimestamp(rate.from_at, zone).strftime("%m-%d %H:%M")
    share = "-" if rate.rate is None else f"{100 * rate.rate:.2f} %"
    return (
        f"{rate.title}, from {day}", share, f"{rate.abandoned:g}", f"{rate.answered:g}",
        rate.formula,
    )  # fmt: skip
