"""How Hypothesis goes about it here: the same every time in CI, by chance elsewhere."""

import os

from hypothesis import HealthCheck, Phase, settings

IN_CI = os.environ.get("CI") == "true"

# How quick a machine is, is no fault of what is tested on it.
UNCHECKED = (HealthCheck.too_slow,)

# No deadline: a database is as quick as it is. What failed is printed so that it can be repeated.
# To make it shorter takes minutes, which is for whoever looks into it and not for CI.
CAREFULLY = settings(
    deadline=None,
    database=None,
    derandomize=IN_CI,
    print_blob=True,
    suppress_health_check=UNCHECKED,
    phases=[Phase.explicit, Phase.generate, *([] if IN_CI else [Phase.shrink])],
)
