"""The web server with a certificate of its own."""

import json
import ssl
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from websockets.asyncio.client import connect

from ccserver.settings import Settings, Web
from tests.certificate import write_certificate
from tests.web.house import House, hear, running, say


async def test_pages_and_screens_are_served_over_tls_alone(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    write_certificate(certificate, key)
    trusted = ssl.create_default_context(cafile=str(certificate))
    async with running(House(), tls=(certificate, key)) as house:
        async with httpx.AsyncClient(verify=trusted, trust_env=False) as client:
            answer = await client.get(f"https://127.0.0.1:{house.port}/healthz")
            assert answer.json()["up"]
            with pytest.raises(httpx.TransportError):
                await client.get(f"http://127.0.0.1:{house.port}/healthz")
        live = f"wss://127.0.0.1:{house.port}/live"
        async with connect(live, ssl=trusted, compression=None, proxy=None) as socket:
            await say(socket, type="hello", token=house.token("anna"))
            assert (await hear(socket))["type"] == "snapshot"
            await say(socket, type="nonsense")
            assert (await hear(socket, "error"))["what_to_do"]


def test_a_certificate_and_its_key_come_together() -> None:
    assert Web().tls is None
    both = Web(certificate=Path("c"), key=Path("k"))
    assert (both.tls, both.url) == ((Path("c"), Path("k")), "https://127.0.0.1:8080")
    for half in ({"certificate": "c"}, {"key": "k"}):
        with pytest.raises(ValidationError, match="needs its"):
            Web.model_validate(half)


@pytest.mark.parametrize("url", ["http://a/ws", "ws://a b/ws", "wss://a;script-src/ws", "ws://u@a"])
def test_a_phone_url_is_a_websocket_and_nothing_more(url: str) -> None:
    with pytest.raises(ValidationError):
        Settings(phone_url=url)


def test_ice_servers_come_as_browsers_take_them(monkeypatch: pytest.MonkeyPatch) -> None:
    given = [{"urls": ["turn:t.example:3478?transport=udp"], "username": "u", "credential": "c"}]
    monkeypatch.setenv("CC_ICE_SERVERS", json.dumps(given))
    [server] = Settings().ice_servers
    assert server.model_dump(mode="json") == given[0]
    monkeypatch.setenv("CC_ICE_SERVERS", json.dumps([{"urls": ["javascript:alert(1)"]}]))
    with pytest.raises(ValidationError):
        Settings()
