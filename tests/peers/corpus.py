"""Every payload, and the rows it is made of: the data that the models were fitted on."""

from __future__ import annotations

import serving_bundles as bundles
from peers.ill_formed import (
    missing_parts,
    wrong_addresses,
    wrong_binary,
    wrong_bodies,
    wrong_shapes,
    wrong_types,
    wrong_v1,
)
from peers.payloads import Model, Payload, by_name
from peers.well_formed import (
    forms_of_data,
    ids_and_parameters,
    named_inputs,
    other_models,
    questions,
    tensors_as_bytes,
    texts_of_targets,
    v1,
    wanted_outputs,
)


def corpus() -> dict[str, Payload]:
    """The payloads by what they say."""
    iris, *others, sizes = (
        Model(name, data.frame.to_numpy())
        for name, data in (
            ("iris", bundles.iris()),
            ("tumours", bundles.tumours()),
            ("diabetes", bundles.diabetes()),
            ("flags", bundles.flagged_tumours()),
            ("sizes", bundles.tumours_and_sizes()),
        )
    )
    table = bundles.patients().frame
    patients = Model("patients", table.to_numpy())
    of_iris = (
        *(forms_of_data, ids_and_parameters, wanted_outputs, tensors_as_bytes, questions, v1),
        *(wrong_shapes, wrong_types, missing_parts, wrong_bodies, wrong_binary),
        *(wrong_addresses, wrong_v1),
    )
    return by_name(
        [
            *(payload for part in of_iris for payload in part(iris)),
            *other_models(*others),
            *texts_of_targets(sizes),
            *named_inputs(patients, table),
        ]
    )
