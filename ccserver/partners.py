"""Asks partners' systems over HTTP: the customer's contracts, a car's data, an order's state.

A flow names a partner and a path; the address is in the settings, so no flow can reach another
host. Neither what is sent nor what comes back is written into any log.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Final

import httpx
import orjson
from prometheus_client import Counter, Histogram

from ccserver.core.doings import Fetch
from ccserver.settings import Partner

ANSWER_BYTES_MAX: Final = 64 * 1024
CONNECTIONS_MAX: Final = 50
"""To all partners together. Who finds none free waits for one, within his time."""

_SECONDS = Histogram(
    "ccserver_partner_seconds",
    "How long partners took to answer, rightly or not.",
    ["partner"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15),
)
_FAILED = Counter(
    "ccserver_partner_failures", "Requests that failed, by partner and by reason.",
    ["partner", "reason"],
)  # fmt: skip

_HEADERS: Final = {
    "Accept": "application/json",
    # What is packed would be larger than it looks.
    "Accept-Encoding": "identity",
    "User-Agent": "ccserver",
}


class PartnerError(OSError):
    """A partner did not answer as it should. Its text may stand in a log."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(why)
        self.reason = reason
        """In one word, for the metric."""


class Partners:
    """All partners' systems, each at its address."""

    def __init__(self, partners: Mapping[str, Partner]) -> None:
        self._partners = partners
        # It would log every address, with the customer's number in it.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._client = httpx.AsyncClient(
            headers=_HEADERS,
            timeout=None,  # noqa: S113 -- `fetch` bounds the whole
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
            follow_redirects=False,
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Let go of all connections."""
        await self._client.aclose()

    async def fetch(self, request: Fetch) -> object:
        """What a partner answers: a value of JSON, None for an empty answer. Raises PartnerError.

        The request's time limit is for everything together.
        """
        name = request.partner
        partner = self._partners.get(name)
        if partner is None:
            raise PartnerError("unknown", f"no partner is called {name}")
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(request.timeout_seconds):
                return _value(await self._ask(partner, request))
        except TimeoutError:
            late = f"{name}: no answer within {request.timeout_seconds:g} s"
            failure = PartnerError("timeout", late)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failure = PartnerError("unreachable", f"{name}: {type(error).__name__}")
        except PartnerError as error:
            failure = PartnerError(error.reason, f"{name}: {error}")
        finally:
            _SECONDS.labels(name).observe(clock() - began)
        _FAILED.labels(name, failure.reason).inc()
        raise failure from None

    async def _ask(self, partner: Partner, request: Fetch) -> bytes:
        url = f"{partner.url.rstrip('/')}/{request.path.lstrip('/')}"
        body = dict(request.body) or None
        answer = bytearray()
        async with self._client.stream(
            request.method, url, json=body, headers=partner.headers
        ) as response:
            if not response.is_success:
                raise PartnerError("status", f"status {response.status_code}")
            async for part in response.aiter_raw():
                answer += part
                if len(answer) > ANSWER_BYTES_MAX:
                    raise PartnerError("too_large", f"more than {ANSWER_BYTES_MAX} bytes")
        return bytes(answer)


def _value(answer: bytes) -> object:
    if not answer:
        return None
    try:
        value: object = orjson.loads(answer)
    except orjson.JSONDecodeError:
        raise PartnerError("not_json", "the answer is not JSON") from None
    return value
