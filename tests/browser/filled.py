"""A site that looks like one on a working day: people in all states, callers who wait, a past.

Used where the whole page is looked at: the screenshots, and the tests of accessibility.
"""

import asyncio
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx

from ccserver import clock
from ccserver.core.ids import Phone, Queue
from ccserver.core.value import Tier
from ccserver.db.customers import ensure_customer
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.migrate import upgrade
from ccserver.db.people import Role, ensure_person
from ccserver.local.phones import (
    Caller,
    CallerScript,
    PhoneScript,
    start_callers,
    start_customers,
    start_phones,
)
from ccserver.local.root import HOUSE
from tests.asterisk.site import HASH, Site, phone_secret, screens, until

CONFIG = Path(__file__).with_name("filled.toml")
FORM = HOUSE / "ccserver" / "local" / "samples" / "talk_quality.toml"
FLOW = HOUSE / "ivr_flows" / "hotline.toml"
DAYS = 15
CALLS_A_DAY = 240
RECORDED = 5


def zone_of_evening() -> str:
    """Where it is six in the evening now: the day is as full whenever the pictures are taken."""
    ahead = (18 - datetime.fromtimestamp(clock.now(), UTC).hour + 12) % 24 - 12
    # The sign of these names is the other way round.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An agent of the site."""

    login: str
    name: str
    phone: str
    team: str
    queues: tuple[str, ...]


def _team(team: str, first: int, people: str, *queues: str) -> list[Member]:
    members = []
    for n, one in enumerate(people.split()):
        login, _, name = one.partition(":")
        members.append(
            Member(login=login, name=name, phone=str(first + n), team=team, queues=queues)
        )
    return members


MEMBERS = (
    *_team("vip", 1001, "anna:陈安娜", "sales"),
    *_team("early", 1011, "bob:赵博 carla:李卡拉 fang:方敏 gone:欧阳远", "service"),
    *_team("late", 1021, "guo:郭强 han:韩梅梅", "operator"),
    *_team("late", 1031, "dai:戴小军 eva:Eva_Lindqvist", "service", "billing", "parts"),
    *_team("vip", 1041, "jin:金秀英 leo:Leo_Brandt mia:米雅", "vip", "complaints", "roadside"),
)
PEOPLE = {member.login: member for member in MEMBERS}

CUSTOMERS = (
    ("王伟", Tier.GOLD, "徐汇区漕溪北路 88 号", "企业客户,两台 T6,三年保养合同,下月续约。"),
    ("李娜", Tier.PLATINUM, "浦东新区世纪大道 1 号", "上周反映过发票问题,请跟进。"),
    ("张敏", Tier.SILVER, "杭州市西湖区文三路 477 号", ""),
    ("刘洋", Tier.STANDARD, "", "喜欢下午接电话。"),
    ("Grace Hall", Tier.GOLD, "12 Baker Street, London", "Prefers e-mail after 5 p.m."),
    ("上海远洋国际物流集团有限公司(采购部)", Tier.PLATINUM, "闵行区", "车队 46 台,联系人周经理。"),
    *((f"客户{n:02}", tier, "", "") for n, tier in enumerate([*Tier] * 5)),
)

_PAST = (
    """
CREATE TEMPORARY TABLE made AS
SELECT n, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
    || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid AS contact,
  ($3::text[])[1 + n % array_length($3::text[], 1)] AS queue,
  ($4::text[])[1 + n * 7 % array_length($4::text[], 1)] AS agent,
  1 + n * 13 % $5::integer AS who, at, 3 + n % 19 AS ivr, n * 11 % 34 AS wait, 4 + n % 6 AS ring,
  60 + n * 37 % 400 AS talk, 10 + n % 50 AS wrap, (n * 29 % 100) / 100.0 AS way
FROM (
  SELECT n, day + interval '8 hours'
    + (n % $2::integer) * interval '12 hours' / $2::integer AS at
  FROM generate_series(0, $1::integer * $2::integer - 1) n
  CROSS JOIN LATERAL (SELECT (date_trunc('day', now() AT TIME ZONE $6)
    - (n / $2::integer) * interval '1 day') AT TIME ZONE $6 AS day) one
) two WHERE at < now() - interval '10 minutes'
""",
    """
INSERT INTO contact (id, leg, caller, dialed, arrived_at, ended_at, ended_by, customer_id, tier,
  value, language, queue, agent, direction, disposition, note)
SELECT contact, n::text, number, '4001', at, at + interval '1 second' * (ivr + wait + ring + talk),
  'caller', c.id, c.tier, c.value, 'zh', queue, CASE WHEN way < 0.9 THEN agent END, 'inbound',
  CASE WHEN n % 3 = 0 THEN 'solved' ELSE '' END,
  CASE WHEN n % 5 = 0 THEN '客户咨询保养时间,已告知。' ELSE '' END
FROM made JOIN customer c ON c.id = who JOIN customer_number ON customer_id = c.id
""",
    """
INSERT INTO queue_visit (contact, number, queue, tier, value, entered_at, ended_at,
  waited_seconds, exit, agent, wait_from_seconds, wait_until_seconds)
SELECT contact, 1, queue, c.tier, c.value, at + interval '1 second' * ivr,
  at + interval '1 second' * (ivr + wait + ring), wait + ring,
  CASE WHEN way < 0.9 THEN 'answered' WHEN way < 0.96 THEN 'abandoned'
    WHEN way < 0.98 THEN 'short_abandoned' ELSE 'timeout' END,
  CASE WHEN way < 0.9 THEN agent END, 0, 0
FROM made JOIN customer c ON c.id = who
""",
    """
INSERT INTO segment (contact, number, kind, queue, agent, started_at, ended_at, outcome)
SELECT contact, number, kind, CASE WHEN kind <> 'ivr' THEN queue END,
  CASE WHEN kind NOT IN ('ivr', 'queue') THEN agent END,
  at + interval '1 second' * from_s, at + interval '1 second' * to_s, outcome
FROM made CROSS JOIN LATERAL (VALUES
  (1, 'ivr', 0, ivr, 'queued'),
  (2, 'queue', ivr, ivr + wait, CASE WHEN way < 0.9 THEN 'offered' ELSE 'abandoned' END),
  (3, 'offer', ivr + wait, ivr + wait + ring, 'answered'),
  (4, 'talk', ivr + wait + ring, ivr + wait + ring + talk, 'agent_hung_up'),
  (5, 'wrap_up', ivr + wait + ring + talk, ivr + wait + ring + talk + wrap, 'done')
) AS part (number, kind, from_s, to_s, outcome) WHERE way < 0.9 OR number < 3
""",
    """
INSERT INTO agent_interval (run, seq, part, agent, presence, reason, work, contact, started_at,
  ended_at)
SELECT gen_random_uuid(), n, part, agent, 'ready', '', work, contact,
  at + interval '1 second' * from_s, at + interval '1 second' * to_s
FROM made CROSS JOIN LATERAL (VALUES
  (0, 'available', ivr, ivr + wait),
  (1, 'ringing', ivr + wait, ivr + wait + ring),
  (2, 'on_call', ivr + wait + ring, ivr + wait + ring + talk),
  (3, 'wrap_up', ivr + wait + ring + talk, ivr + wait + ring + talk + wrap)
) AS part (part, work, from_s, to_s) WHERE way < 0.9 AND from_s < to_s
""",
    """
INSERT INTO voicemail (file, contact, queue, caller, customer_id, started_at, ended_at, state,
  taken_by, changed_at)
SELECT 'past/' || n, contact, 'sales', number, who, at, at + interval '34 seconds',
  CASE WHEN n % 2 = 0 THEN 'new' ELSE 'taken' END, CASE WHEN n % 2 = 1 THEN 'anna' END, at
FROM made JOIN customer_number ON customer_id = who WHERE way >= 0.98 AND n < 400
""",
    """
INSERT INTO callback (contact, state, number, queue, queued_at, requested_at, tries, not_before,
  language, agent, changed_at)
SELECT contact, 'waiting', number, 'sales', at, at, 1, now() + interval '2 hours', 'zh', NULL, now()
FROM made JOIN customer_number ON customer_id = who WHERE way >= 0.98 AND who < 5 AND n < 400
""",
    """
UPDATE customer SET
  value_reasons = '[["tier", 0.42], ["revenue", 0.21], ["tenure", 0.08]]'::jsonb
""",
)


async def fill(dsn: str) -> None:
    """The people, the customers, and a week of calls."""
    await upgrade(dsn)
    engine = engine_for(dsn, connections=0)
    async with sessions_of(engine).begin() as session:
        for one in MEMBERS:
            await ensure_person(
                session,
                one.login,
                name=one.name.replace("_", " "),
                role=Role.AGENT,
                password_hash=HASH,
                phone=Phone(one.phone),
                sip_secret=phone_secret(one.phone),
                queues=[Queue(queue) for queue in one.queues],
            )
        await ensure_person(
            session, "sue", name="苏经理", role=Role.SUPERVISOR, password_hash=HASH, downloads=True
        )
        await ensure_person(session, "ada", name="Ada", role=Role.ADMIN, password_hash=HASH)
        for n, (name, tier, _, notes) in enumerate(CUSTOMERS, 1):
            await ensure_customer(session, f"+86138{n:08}", name=name, tier=tier, notes=notes)
    await engine.dispose()
    queues = ["sales", "service", "operator", "billing", "complaints", "vip", "sales", "service"]
    values = [DAYS, CALLS_A_DAY, queues, [*PEOPLE], len(CUSTOMERS), zone_of_evening()]
    line = await asyncpg.connect(dsn)
    for statement in _PAST:
        await line.execute(statement, *(values if "$6" in statement else ()))
    for n, (_, _, address, _) in enumerate(CUSTOMERS, 1):
        await line.execute("UPDATE customer SET address = $1 WHERE id = $2", address, n)
    await line.close()


def config_text() -> str:
    """The configuration, with every agent's part."""
    agents = [
        f"[agents.{one.login}]\nqueues = {list(one.queues)}\nteam = '{one.team}'\n"
        f"skills = {{ {'selling' if one.team == 'vip' else 'repair'} = 3, english = 2 }}\n"
        for one in MEMBERS
    ]
    return CONFIG.read_text() + "\n" + "\n".join(agents)


@asynccontextmanager
async def asked(site: Site, login: str) -> AsyncIterator[httpx.AsyncClient]:
    """The API, as this person."""
    token = await asyncio.to_thread(site.token, login)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=site.url, headers=headers, trust_env=False) as api:
        yield api


async def configure(site: Site) -> None:
    """Queues, teams, forms, flows, tickets: what an administrator has done."""
    async with asked(site, "ada") as ada:
        text = config_text().encode()
        checked = (await ada.post("/api/config/check", content=text)).raise_for_status().json()
        changes: Mapping[str, str] = {"revision": checked["revision"], "reason": "新的一年"}
        (await ada.post("/api/config/apply", content=text, params=changes)).raise_for_status()
        form = tomllib.loads(FORM.read_text())
        (await ada.post("/api/evaluation-forms", json=form)).raise_for_status()
        flow = FLOW.read_text()
        for note in ("first", "second"):
            await ada.post(
                "/api/flows/hotline/publish", content=flow.encode(), params={"note": note},
                headers={"If-Match": "*"},
            )  # fmt: skip
            flow = flow.replace("timeout_seconds = 5", "timeout_seconds = 6")
        for customer, kind, title in (
            ("1", "complaint", "发票抬头错误,要求重开"),
            ("1", "repair", "预约 4S 店保养"),
            ("2", "complaint", "等待时间过长"),
        ):
            body = {
                "customer": customer,
                "kind": kind,
                "title": title,
                "urgent": kind == "complaint",
            }
            (await ada.post("/api/service-tickets", json=body)).raise_for_status()


async def judge(site: Site, recordings: list[int]) -> None:
    """A supervisor has judged these."""
    answers = {
        "greeting": True, "identity": True, "understood": 4, "knowledge": 5, "solved": "fully",
        "tone": 4, "listening": True, "respect": True, "summary": None,
    }  # fmt: skip
    async with asked(site, "sue") as sue:
        for recording in recordings:
            body = {"form": "talk_quality", "answers": answers, "comments": [[1.5, "开场很好"]]}
            judged = await sue.post(f"/api/recordings/{recording}/evaluations", json=body)
            judged.raise_for_status()


CARELESS = PhoneScript(ring_seconds=0.2, talk_seconds=5.0)
TALKS = PhoneScript(ring_seconds=0.2)
BRIEF = PhoneScript(ring_seconds=0.2, talk_seconds=2.0)


def caller(number: int) -> Caller:
    """The customer of this number."""
    return Caller(number=f"138{number:08}", name=CUSTOMERS[number - 1][0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """The site while all are at work."""

    site: Site
    stack: AsyncExitStack

    async def phones(self, script: PhoneScript, *logins: str) -> None:
        """Let the phones of these agents register."""
        made = await asyncio.to_thread(
            start_phones,
            self.site.home / f"phones-{logins[0]}",
            [(PEOPLE[one].phone, phone_secret(PEOPLE[one].phone)) for one in logins],
            script,
            sip_port=self.site.asterisk.ports.sip,
        )
        self.stack.callback(made.stop)

    async def ring(self, key: str, *customers: int) -> None:
        """Let these customers call, and press this key."""
        made = await asyncio.to_thread(
            start_callers,
            self.site.home / f"callers-{key}-{customers[0]}",
            [caller(number) for number in customers],
            CallerScript(keys=key, first_key_seconds=0.5),
            sip_port=self.site.asterisk.ports.sip,
        )
        self.stack.callback(made.stop)

    async def customers(self, port: int) -> None:
        """Let the public network answer, and talk until it is hung up."""
        made = await asyncio.to_thread(
            start_customers,
            self.site.home / "network",
            PhoneScript(ring_seconds=1.0),
            port=port,
            sip_port=self.site.asterisk.ports.sip,
        )
        self.stack.callback(made.stop)


async def _recordings(site: Site, count: int) -> list[int]:
    """The ids of the recordings, once so many are kept."""
    found: list[int] = []
    token = await asyncio.to_thread(site.token, "sue")

    def there() -> bool:
        rows = site.get("/api/recordings?limit=50", token=token)["recordings"]
        found[:] = [row["id"] for row in rows if row["state"] == "kept"]
        return len(found) >= count

    await until(there, 60.0, lambda: f"{found}\n{site.log()}")
    return found


@asynccontextmanager
async def at_work(site: Site) -> AsyncIterator[Busy]:
    """A site that was filled and started, with its people. Anna is left to the browser."""
    await configure(site)
    async with AsyncExitStack() as stack:
        busy = Busy(site=site, stack=stack)
        logins = ["guo", "han", "bob", "carla", "fang", "dai", "eva", "gone", "jin"]
        shown = await stack.enter_async_context(screens(site, *logins))
        screen = dict(zip(logins, shown, strict=True))
        await busy.phones(CARELESS, "guo", "han")
        await busy.phones(TALKS, "bob", "carla", "jin")
        await busy.phones(BRIEF, "fang")
        for login in ("guo", "han"):
            await screen[login].say("ready")
            await screen[login].work("available")
        await busy.ring("0", 3, 4, 5, 9, 10)
        kept = await _recordings(site, RECORDED)
        await judge(site, kept[:3])
        await screen["fang"].say("ready")
        await busy.ring("2", 12)
        await screen["fang"].work("wrap_up")
        await _recordings(site, RECORDED + 1)
        for login in ("bob", "carla"):
            await screen[login].say("ready")
        await busy.ring("2", 8, 9)
        for login in ("bob", "carla"):
            await screen[login].work("on_call")
        await screen["jin"].say("ready")
        await screen["dai"].say("pause", reason="break")
        await screen["eva"].say("pause", reason="training")
        await busy.ring("2", 3, 4, 5, 10)
        yield busy
