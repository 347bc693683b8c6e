"""Answers of Unleash's Rust core (PyPI: yggdrasil-engine) for the feature sets on standard input, one a line."""

import json
import sys

from yggdrasil_engine.engine import UnleashEngine

for line in sys.stdin:
    given = json.loads(line)
    engine = UnleashEngine()
    engine.take_state(json.dumps(given["state"]))
    answers = []
    for name in given["names"]:
        for context in given["contexts"]:
            enabled = engine.is_enabled(name, context)
            variant = engine.get_variant(name, context).variant
            payload = None if variant.payload is None else variant.payload["value"]
            answers.append([enabled.is_enabled, variant.name, payload])
    print(json.dumps(answers), flush=True)
