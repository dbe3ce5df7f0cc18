"""The settings: environment (`CC_…`) over `ccserver.toml` over defaults, in one frozen object."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from typing_extensions import override

from ccserver.config.fields import Zone


class Agi(BaseModel, frozen=True):
    """Where Asterisk's FastAGI calls come in."""

    host: str = "127.0.0.1"
    port: int = 4573


class Web(BaseModel, frozen=True):
    """Where the screens and the API are served.

    A browser gives the microphone to pages over HTTPS, or of its own machine. Without a certificate
    here a proxy in front has it, or there are desk phones alone.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    certificate: Path | None = None
    """A PEM file with the certificate and those between it and the root."""
    key: Path | None = None
    """The certificate's key, a PEM file without a password."""

    @property
    def url(self) -> str:
        """The address, as this machine sees it."""
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    @property
    def tls(self) -> tuple[Path, Path] | None:
        """Certificate and key; None: in the clear."""
        return (
            None if self.certificate is None or self.key is None else (self.certificate, self.key)
        )

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.certificate is None) is not (self.key is None):
            raise ValueError("a certificate needs its key, and a key its certificate")
        return self


class Ami(BaseModel, frozen=True):
    """How to reach Asterisk's manager interface."""

    host: str = "127.0.0.1"
    port: int = 5038
    user: str = "ccserver"
    secret: str = ""


class QueueSettings(BaseModel, frozen=True):
    """How one queue is run."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")
    ring_seconds: int = Field(default=20, ge=3, le=120)
    wrap_up_seconds: float = Field(default=30.0, ge=0, le=3600)


class Partner(BaseModel, frozen=True):
    """A system of the customer's that flows may ask."""

    url: str = Field(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$")
    """Where it is. The paths of flows are within it."""
    headers: dict[str, str] = {}
    """Sent with each request, such as `Authorization`."""


class IceServer(BaseModel, frozen=True):
    """A server by which browsers find a way for sound (RTCIceServer)."""

    urls: tuple[Annotated[str, Field(pattern=r"^(stun|turn)s?:[^\s]+$")], ...]
    username: str = ""
    credential: str = ""


class Archive(BaseModel, frozen=True):
    """Where recordings are kept once they are encoded, and how."""

    folder: Path = Path("var/archive")
    """Unless it is given, `archive` below `home`."""
    keys: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")], SecretStr] = {}
    """Name -> 32 bytes in base64, by which each file's own key is wrapped. Old ones stay until
    `ccserver recordings rewrap` has taken their place."""
    key: str = ""
    """The name of the key for new files; empty: they are not encrypted."""
    bucket: str = ""
    """Such as `s3://name/prefix`; empty: the folder is all there is."""
    bucket_options: dict[str, SecretStr] = {}
    """As obstore's S3Store takes them: `endpoint`, `region`, `access_key_id` …"""
    local_days: float = Field(default=7.0, ge=0)
    """So long a file stays in the folder after it was verified in the bucket."""
    free_share_min: float = Field(default=0.05, ge=0, lt=1)
    """With less of the disk free there is an alarm."""
    speech: str = ""
    """Write down what was said: `en-us` by the English model of pocketsphinx, or the folder of a
    model (see `recordings/speech.py`); empty: do not."""
    speech_language: str = "en"
    """What that model understands (BCP 47)."""


class Settings(BaseSettings):
    """Everything that an operator can set. Nested names join with two underscores in the
    environment: `CC_AMI__SECRET`."""

    model_config = SettingsConfigDict(
        env_prefix="CC_",
        env_nested_delimiter="__",
        toml_file="ccserver.toml",
        extra="forbid",
        frozen=True,
    )

    dsn: str = ""
    """PostgreSQL, as `postgresql://user:password@host/name`. Empty: `ccserver up` runs its own."""
    home: Path = Path("var")
    """Where this site keeps its files: keys, spool, logs, recordings."""
    ami: Ami = Ami()
    agi: Agi = Agi()
    web: Web = Web()
    phone_url: str = Field(
        default="ws://127.0.0.1:8088/ws", pattern=r"^wss?://[^\s/?#@;,'\"]+(/[^\s?#]*)?$"
    )
    """Asterisk's WebSocket, as browsers see it. With a site of this machine, its own by itself. A
    page over HTTPS needs wss://."""
    ice_servers: tuple[IceServer, ...] = ()
    """For browsers whose sound finds no straight way to Asterisk."""
    default_region: str = Field(default="CN", pattern=r"^[A-Z]{2}$")
    """How a number without a country code is read (ISO 3166-1)."""
    zone: Zone = "Asia/Shanghai"
    """On whose clock the site's day begins (IANA)."""
    alerts_url: str = Field(default="", pattern=r"^(https?://[^\s]+)?$")
    """Where alerts of thresholds with `webhook` are posted; empty: nowhere."""
    flows: Path = Path("ivr_flows")
    sounds: str = "/var/lib/asterisk/cc-sounds"
    """The prompts' folder as Asterisk sees it, one folder a language below."""
    recordings: Path = Path("var/recordings")
    """The folder in which Asterisk records, as ccserver sees it."""
    archive: Archive = Archive()
    hotlines: dict[str, str] = {"4001": "hotline"}
    """Dialed number -> flow. A number that is not here gets the first flow."""
    queues: tuple[QueueSettings, ...] = (
        QueueSettings(name="sales"),
        QueueSettings(name="service"),
        QueueSettings(name="operator"),
    )
    partners: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")], Partner] = {}
    """Name -> the system that steps of kind `http` reach by it, and no other."""
    token_minutes: float = Field(default=15.0, gt=0)
    """How long a log-in token lives. A screen that is open renews its own."""

    @override
    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code wins, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
