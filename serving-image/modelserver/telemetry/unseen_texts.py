"""Which features of a request hold a text that no training row had?

A model answers such a row as if all texts it does not know were one. Known is what the bundle's
profile lists: of features with more texts than a profile lists, nothing can be said, and nothing
of a model that was imported without rows.
"""

from __future__ import annotations

from urllib.parse import quote

from modelbundle.reference_profile import Profile, TextBins
from modelbundle.rows import Rows
from modelbundle.signature import Signature
from modelserver.metrics.exposition import family, label, sample
from modelserver.payloads.answers import Headers

HEADER = "trainyard-unseen-texts"
_METRIC = "trainyard_unseen_texts_total"


class UnseenTexts:
    """Counts such texts by feature, and names the features of one request."""

    def __init__(self, profile: Profile, signature: Signature) -> None:
        bins = {each.name: each for each in profile.features if isinstance(each, TextBins)}
        texts = [feature for feature in signature.features if not feature.numeric]
        self._known = [
            (position, feature.name, frozenset({*found.values, ""}))
            for position, feature in enumerate(texts)
            # The last count is that of all texts which the profile does not list.
            if profile.rows
            and (found := bins.get(feature.name)) is not None
            and not found.counts[-1]
        ]
        self.counts = {name: 0 for _, name, _ in self._known}

    def headers(self, rows: Rows) -> Headers:
        """A header that names the features, or none."""
        found = []
        for position, name, known in self._known:
            texts = rows.texts[:, position].tolist()
            if not known.issuperset(texts):
                self.counts[name] += sum(text not in known for text in texts)
                found.append(quote(name, safe=" "))
        return ((HEADER, ", ".join(found)),) if found else ()

    def lines(self, labels: str) -> list[str]:
        """The counts as metrics; every feature is there from the start."""
        says = "Texts that no training row had, of features whose texts the profile lists all."
        samples = [
            sample(_METRIC, f"{labels},{label('feature', name)}", count)
            for name, count in self.counts.items()
        ]
        return family(_METRIC, "counter", says, samples) if samples else []
