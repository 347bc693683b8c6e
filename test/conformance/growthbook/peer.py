"""Decides feature sets as GrowthBook's Python SDK does: a line of JSON in, a line of JSON out."""

import json
import logging
import sys

from growthbook.common_types import (
    EvaluationContext,
    GlobalContext,
    Options,
    StackContext,
    UserContext,
    features_from_dict,
)
from growthbook.core import eval_feature

logging.disable(logging.CRITICAL)


class NoService:
    def save_assignments(self, doc):
        pass


def decide(payload, features, asked, key):
    sticky = asked.get("sticky")
    options = Options(
        enabled=asked["enabled"],
        qa_mode=asked["qaMode"],
        sticky_bucket_service=None if sticky is None else NoService(),
    )
    user = UserContext(
        url=asked["url"],
        attributes=asked["attributes"],
        forced_variations=asked["forcedVariations"],
        sticky_bucket_assignment_docs=json.loads(json.dumps(sticky or {})),
    )
    context = EvaluationContext(
        user=user,
        global_ctx=GlobalContext(
            options=options,
            features=features,
            saved_groups=payload["savedGroups"],
            contextual_bandits=payload["contextualBandits"],
        ),
        stack=StackContext(),
    )
    decided = eval_feature(key, context)
    answer = {"source": decided.source, "value": decided.value, "ruleId": decided.ruleId or ""}
    result = decided.experimentResult
    if decided.source == "experiment" and result is not None:
        answer.update(
            experimentKey=decided.experiment.key,
            variationId=result.variationId,
            variationKey=result.key or str(result.variationId),
            hashUsed=result.hashUsed,
            stickyBucketUsed=result.stickyBucketUsed,
            leafId=result.leafId,
            banditVersion=result.banditVersion,
            variationWeights=result.variationWeights,
        )
    return answer


for line in sys.stdin:
    given = json.loads(line)
    loaded = features_from_dict(given["payload"]["features"])
    answers = [
        {key: decide(given["payload"], loaded, asked, key) for key in given["payload"]["features"]}
        for asked in given["contexts"]
    ]
    sys.stdout.write(json.dumps(answers) + "\n")
    sys.stdout.flush()
