"""The parts of the SARIF 2.1.0 schema that a report uses, as strict types.

Source: sarif-schema-2.1.0.json of OASIS: required fields, values of `version` and `level`, and no
additional properties except in property bags and fingerprints.
"""

from typing import Annotated, Any, Literal

import msgspec

Level = Literal["none", "note", "warning", "error"]
# RFC 3986: what a URI reference may hold; anything else is written in percents.
UriReference = Annotated[
    str, msgspec.Meta(pattern=r"^(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$")
]


class _Closed(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    pass


class Message(_Closed):
    text: str


class ArtifactLocation(_Closed):
    uri: UriReference


class PhysicalLocation(_Closed):
    artifact_location: ArtifactLocation


class Location(_Closed):
    physical_location: PhysicalLocation


class Result(_Closed):
    message: Message
    rule_id: str
    level: Level
    locations: list[Location]
    partial_fingerprints: dict[str, str]
    properties: dict[str, Any]


class Configuration(_Closed):
    level: Level


class Rule(_Closed):
    id: str
    short_description: Message
    default_configuration: Configuration


class Driver(_Closed):
    name: str
    semantic_version: str
    rules: list[Rule]


class Tool(_Closed):
    driver: Driver


class Run(_Closed):
    tool: Tool
    results: list[Result]


class SarifLog(_Closed):
    version: Literal["2.1.0"]
    runs: list[Run]
    schema: str = msgspec.field(name="$schema")


def read_sarif(text: str) -> SarifLog:
    """Return a report that fits the schema.

    Raises:
        msgspec.ValidationError: It does not; the message names the position.
    """
    log = msgspec.json.decode(text, type=SarifLog)
    for run in log.runs:
        ids = [rule.id for rule in run.tool.driver.rules]
        assert len(set(ids)) == len(ids), "rules are unique"
        assert {result.rule_id for result in run.results} <= set(ids)
    return log
