"""What does a card say of the parties that trained a model together, and of what hides them?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trainyardctl.card_table import table
from trainyardctl.recorded import Recorded
from trainyardctl.snapshot import Raw, at

PARTY_HEAD = ("Party", "Rows it stated", "Rounds", "Its data", "To the end")
_COVERED = (
    "It covers the rounds of this run, of one party against none, and who sees the models but for"
    " the coordinator. It does not cover the means, deviations, texts and classes that were agreed"
    " on before the first round: no noise is added to these."
)


def parties_lines(of: Recorded) -> Iterator[str]:
    """Yield the section; nothing where one party trained alone."""
    record: Raw = at(of.version, "spec.federation") or {}
    if not record:
        return
    yield from table("Parties that trained it", party_rows(record), PARTY_HEAD)
    said = f"{record.get('rounds', 0)} rounds of {record.get('strategy') or 'an unnamed strategy'}"
    yield f"\n{said}, each party on rows that stayed with it."
    for name, why in sorted((record.get("refusals") or {}).items()):
        yield f"- {name} could not take part: {why}"
    yield f"\n{privacy_sentence(record)}"


def party_rows(record: Raw) -> Sequence[tuple[str, str, str, str, str]]:
    """Return a line for each party, as the head of the table has it."""
    rounds = record.get("rounds", 0)
    return [
        (
            str(party.get("name", "")),
            str(party.get("rows", 0)),
            f"{party.get('rounds', 0)} of {rounds}",
            str(party.get("datasetDigest") or "not recorded").removeprefix("sha256:")[:12],
            "no: it withdrew" if party.get("withdrew") else "yes",
        )
        for party in record.get("participants") or ()
    ]


def privacy_sentence(record: Raw) -> str:
    """Return what hides one party's part in the rounds, and how well."""
    privacy = record.get("privacy") or {}
    if not privacy:
        return "No noise was added to what the parties sent, so no epsilon is reported."
    noise = (
        f"Noise was added to each round ({privacy.get('noiseMultiplier')} times the length"
        f" {privacy.get('clippingNorm')} to which changes were cut)"
    )
    if not privacy.get("epsilon"):
        return f"{noise}. No epsilon is reported: {privacy.get('why') or 'none is recorded'}."
    return f"{noise}: epsilon {privacy['epsilon']} at delta {privacy.get('delta')}. {_COVERED}"
