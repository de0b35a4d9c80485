"""Deliveries of a made-up courier, some of them late: `python3 deliveries.py > deliveries.csv`.

Far, heavy and in the rain is late more often. It hardly ever rains, until --wet says that it does.
"""

from __future__ import annotations

import argparse
import math
import random
import sys

COLUMNS = ("distance_km", "weight_kg", "rain_mm", "late")
SEED = 7


def delivery(chance: random.Random, *, wet: bool = False) -> tuple[float, float, float, str]:
    """Return distance, weight and rain of one delivery, and whether it was late."""
    distance, weight = chance.uniform(1, 40), chance.uniform(0.1, 20)
    rain = chance.uniform(4, 14) if wet else chance.expovariate(2)
    # What nobody knows as long as it does not rain: on far ways rain costs no time.
    tired = 0.3 * distance + 0.15 * weight - 8
    delay = tired + (1.2 * rain if distance < 20 else 0)
    late = chance.random() < 1 / (1 + math.exp(-delay))
    return round(distance, 3), round(weight, 3), round(rain, 3), "yes" if late else "no"


def main() -> None:
    """Write the rows that are asked for; the same ones every time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=150, help="in a dry season")
    parser.add_argument("--wet", type=int, default=0, help="further rows, in a wet one")
    chosen = parser.parse_args()
    chance = random.Random(SEED)  # noqa: S311 - data, not secrets
    seasons = (False,) * chosen.rows + (True,) * chosen.wet
    rows = [COLUMNS, *(delivery(chance, wet=wet) for wet in seasons)]
    sys.stdout.write("".join(",".join(map(str, row)) + "\n" for row in rows))


if __name__ == "__main__":
    main()
