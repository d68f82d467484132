"""``python -m tests.benchmarks <which>``: run a benchmark and print its table.

``all`` is the first two and start: the others fill many rows; see docs/benchmarks.md.
"""

from __future__ import annotations

import argparse

from tests.benchmarks.acknowledgement import measure_acknowledgement
from tests.benchmarks.alerts import measure_alerts
from tests.benchmarks.api import measure_api
from tests.benchmarks.search import size_of
from tests.benchmarks.search_scratch import measure_search
from tests.benchmarks.start import measure_start
from tests.benchmarks.trade import measure_recommendations, measure_reports
from tests.benchmarks.turns import measure_turns

_CHOICES = ("ack", "turns", "search", "api", "start", "alerts", "analytics", "recommendations")


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("which", choices=(*_CHOICES, "all"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="of load in each round")
    parser.add_argument("--only", default="", help="turns: variants whose name has one of these words, by comma")
    parser.add_argument("--sizes", default="10k,100k", help="search: products, by comma; 1m takes long")
    parser.add_argument("--products", default="100k", help="api, recommendations: products of the company")
    parser.add_argument("--requests", type=int, default=200, help="api, recommendations: of each kind")
    parser.add_argument("--events", default="1m", help="analytics: how many in ninety days")
    parser.add_argument("--orders", default="10k", help="recommendations: how many in ninety days")
    parser.add_argument("--alerts", type=int, default=100_000, help="alerts: how many")
    chosen = parser.parse_args()
    if chosen.which in ("ack", "all"):
        measure_acknowledgement(rounds=chosen.rounds, seconds=chosen.seconds)
    if chosen.which in ("turns", "all"):
        only = [word for word in chosen.only.split(",") if word]
        measure_turns(rounds=chosen.rounds, seconds=chosen.seconds, only=only)
    if chosen.which in ("start", "all"):
        measure_start(rounds=chosen.rounds)
    if chosen.which == "api":
        measure_api(products=size_of(chosen.products), requests=chosen.requests)
    if chosen.which == "alerts":
        measure_alerts(chosen.alerts)
    if chosen.which == "analytics":
        measure_reports(events=size_of(chosen.events), rounds=chosen.rounds)
    if chosen.which == "recommendations":
        products, orders = size_of(chosen.products), size_of(chosen.orders)
        measure_recommendations(products=products, orders=orders, requests=chosen.requests)
    if chosen.which == "search":
        measure_search([size_of(name) for name in chosen.sizes.split(",")])


if __name__ == "__main__":
    main()
