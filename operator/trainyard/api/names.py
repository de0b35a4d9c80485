"""What the names of our kinds may look like, so that their children's names fit."""

NAME_RULES: tuple[tuple[str, str], ...] = (
    ("size(self.metadata.name) <= 40", "the name must have at most 40 characters"),
    (
        "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
        "the name must begin with a letter and have only a-z, 0-9 and - in it",
    ),
    (
        "!self.metadata.name.matches('-[0-9a-f]{10}$')",
        "the name must not end in - and ten hex digits: children are named like that",
    ),
)
