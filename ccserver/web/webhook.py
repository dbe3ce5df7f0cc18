"""Tells another system of alerts: one HTTP POST of JSON for each, and never in anyone's way."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

import httpx
import stamina
import structlog

from ccserver.web import figures

WAITING_MAX: Final = 100
"""So many posts wait at most. More are lost, and counted."""
ANSWER_SECONDS: Final = 10.0
TRIES: Final = 5
TRYING_SECONDS: Final = 120.0
"""For all tries of one alert together."""

_log = structlog.get_logger("ccserver.alerts")


class UntoldError(Exception):
    """The other system did not take it. Says why without the address, in which a secret may be."""


class Webhook:
    """Posts to one address, one after the other."""

    def __init__(self, url: str) -> None:
        """`url`: http or https; empty: nothing is posted."""
        self._url = url
        self._waiting: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue(WAITING_MAX)
        # It would log the address, in which there may be a secret.
        logging.getLogger("httpx").setLevel(logging.WARNING)

    def put(self, body: Mapping[str, Any]) -> None:
        """Post this soon. Never blocks."""
        if not self._url:
            return
        try:
            self._waiting.put_nowait(body)
        except asyncio.QueueFull:
            figures.ALERT_POSTS.labels("lost").inc()
            _log.error("an alert is not told: too many wait", threshold=body.get("threshold"))

    async def run(self) -> None:
        """Post until cancelled."""
        timeout = httpx.Timeout(ANSWER_SECONDS)
        async with httpx.AsyncClient(
            timeout=timeout, follow_redirects=False, trust_env=False
        ) as client:
            while True:
                await self._post(client, await self._waiting.get())

    async def _post(self, client: httpx.AsyncClient, body: Mapping[str, Any]) -> None:
        try:
            async for attempt in stamina.retry_context(
                on=UntoldError, attempts=TRIES, timeout=TRYING_SECONDS
            ):
                with attempt:
                    await self._try(client, body)
        except UntoldError as error:
            figures.ALERT_POSTS.labels("failed").inc()
            _log.error("an alert is not told", threshold=body.get("threshold"), error=str(error))
        else:
            figures.ALERT_POSTS.labels("done").inc()

    async def _try(self, client: httpx.AsyncClient, body: Mapping[str, Any]) -> None:
        try:
            # What it answers is of no interest, and may be long.
            async with client.stream("POST", self._url, json=body) as response:
                if not response.is_success:
                    raise UntoldError(f"status {response.status_code}")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise UntoldError(type(error).__name__) from None
