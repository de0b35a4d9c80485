"""The store and its digests, approvals, several parties."""

from __future__ import annotations

from demo.drawings.shapes import Arrow, Box, Drawing, Note, Tone

STORE = Drawing(
    "store",
    "The chain of digests: from the header of an answer to bundle, run, data version and source",
    300,
    (
        Box(
            20,
            40,
            160,
            100,
            "an answer",
            ("trainyard-bundle:", "sha256:…", "x-request-id"),
            Tone.SERVE,
        ),
        Box(225, 30, 420, 240, "the store, below <installation>/<namespace>/", (), Tone.PLACE),
        Box(240, 60, 185, 80, "bundle", ("models/sha256/…", "manifest, model, profile"), Tone.GOOD),
        Box(240, 170, 185, 80, "run", ("runs/<uid>/<run>/", "result.json"), Tone.WORK),
        Box(
            450,
            60,
            180,
            80,
            "data version",
            ("datasets/sha256/…", "train, test, profile"),
            Tone.DATA,
        ),
        Box(450, 170, 180, 80, "captures", ("captures/<uid>/…", "requests, answers"), Tone.WATCH),
        Box(680, 40, 160, 100, "source", ("etag or hash of", "what was read"), Tone.DATA),
        Box(680, 170, 160, 80, "ModelVersion", ("digests, gates,", "cause, author"), Tone.GOOD),
        Arrow(((180, 95), (238, 95))),
        Arrow(((425, 95), (448, 95))),
        Arrow(((630, 95), (678, 95))),
        Arrow(((332, 168), (332, 142))),
        Arrow(((680, 210), (660, 210), (660, 155), (400, 155), (400, 142))),
        Note(20, 200, "files first, the manifest"),
        Note(20, 218, "last; what is under a"),
        Note(20, 236, "digest never changes"),
    ),
)

APPROVALS = Drawing(
    "approvals",
    "Approvals: a version that passed its checks waits until enough people have said yes",
    330,
    (
        Box(20, 40, 180, 84, "rollout", ("checks passed; waits:", "AwaitingApproval"), Tone.SERVE),
        Box(270, 30, 320, 150, "rollout.approvals", (), Tone.PLACE),
        Box(
            290, 60, 130, 100, "Approval", ("anna: Approve", "role risk", "this digest"), Tone.GOOD
        ),
        Box(440, 60, 130, 100, "Approval", ("ben: Approve", "no role", "this digest"), Tone.GOOD),
        Box(660, 40, 180, 84, "promoted", ("every required yes,", "none has expired"), Tone.GOOD),
        Box(660, 160, 180, 70, "taken back", ("one Reject is enough;", "quarantined"), Tone.BAD),
        Box(
            270,
            220,
            320,
            86,
            "admission policies of the chart",
            (
                "spec.approver is who asks; a role is theirs;",
                "the recipe's author does not count",
            ),
            Tone.WATCH,
        ),
        Box(20, 220, 180, 86, "audit trail", ("a line per decision,", "none missing"), Tone.WATCH),
        Arrow(((200, 82), (268, 82))),
        Arrow(((590, 82), (658, 82))),
        Arrow(((590, 150), (625, 150), (625, 195), (658, 195)), bad=True),
        Arrow(((430, 220), (430, 182))),
        Arrow(((110, 124), (110, 218))),
    ),
)

FEDERATED = Drawing(
    "federated",
    "Several parties: rows stay in each namespace, parameters travel, one version comes of it",
    350,
    (
        Box(20, 20, 250, 145, "namespace ward-a", (), Tone.PLACE),
        Box(40, 50, 210, 44, "Dataset", ("allowedCoordinators",), Tone.DATA),
        Box(40, 108, 210, 44, "participant pod", ("fits on its own rows",), Tone.WORK),
        Box(20, 185, 250, 145, "namespace ward-b", (), Tone.PLACE),
        Box(40, 215, 210, 44, "Dataset", ("allowedCoordinators",), Tone.DATA),
        Box(40, 273, 210, 44, "participant pod", ("fits on its own rows",), Tone.WORK),
        Box(400, 20, 440, 310, "namespace research", (), Tone.PLACE),
        Box(
            420,
            115,
            180,
            110,
            "coordinator pod",
            ("rounds: adds up what", "came, sends it out;", "waits minParticipants"),
            Tone.WORK,
        ),
        Box(640, 50, 180, 60, "Dataset", ("columns, rows to test on",), Tone.DATA),
        Box(640, 140, 180, 60, "TrainingJob", ("spec.federated",), Tone.WORK),
        Box(640, 235, 180, 70, "ModelVersion", ("gates and release", "like any other"), Tone.GOOD),
        Arrow(((145, 94), (145, 106))),
        Arrow(((145, 259), (145, 271))),
        Arrow(((250, 130), (335, 130), (335, 155), (418, 155))),
        Arrow(((250, 295), (335, 295), (335, 190), (418, 190))),
        Arrow(((640, 170), (602, 170))),
        Arrow(((510, 225), (510, 270), (638, 270))),
        Arrow(((730, 110), (730, 138))),
        Note(280, 118, "parameters, TLS"),
        Note(280, 314, "no row leaves"),
    ),
)

GOVERNING_DRAWINGS = (STORE, APPROVALS, FEDERATED)
