"""What can be configured by environment variables, each named TRAINYARD_<FIELD>."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from trainyard.settings import PREFIX, Label, SettingsWrong


class PageSettings(BaseSettings):
    """The page's settings, read once at start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    namespaces: Annotated[tuple[Label, ...], NoDecode] = ()
    """Namespaces to show, separated by commas; empty: the whole cluster."""
    page_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Names under which it may be asked beside those inside the cluster, separated by commas."""
    page_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """Port that it answers on; 0: a free one."""

    @field_validator("namespaces", "page_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())


def read_page_settings() -> PageSettings:
    """Return the settings of the environment; raises SettingsWrong with one sentence."""
    try:
        return PageSettings()
    except ValidationError as fault:
        error = fault.errors(include_url=False)[0]
        found = json.dumps(error["input"], default=str)
        name = f"{PREFIX}{str(error['loc'][0]).upper()}"
        raise SettingsWrong(f"{name}: {error['msg']}, found {found}") from fault
