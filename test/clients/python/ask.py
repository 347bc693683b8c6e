"""Answers questions, one JSON object a line, with OpenFeature's OFREP client for Python."""

import json
import sys

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

url, key = sys.argv[1:]
api.set_provider_and_wait(
    OFREPProvider(url, headers_factory=lambda: {"Authorization": f"Bearer {key}"})
)
client = api.get_client()
ask = {
    "boolean": client.get_boolean_details,
    "string": client.get_string_details,
    "integer": client.get_integer_details,
    "float": client.get_float_details,
    "object": client.get_object_details,
}

for line in sys.stdin:
    question = json.loads(line)
    attributes = dict(question.get("context", {}))
    context = EvaluationContext(attributes.pop("targetingKey", None), attributes)
    details = ask[question["type"]](question["flag"], question["default"], context)
    answer = {
        "value": details.value,
        "reason": details.reason,
        "variant": details.variant,
        "error": details.error_code,
        "metadata": dict(details.flag_metadata),
    }
    print(json.dumps(answer), flush=True)
