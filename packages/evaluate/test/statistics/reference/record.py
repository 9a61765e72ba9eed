"""Records what scipy and statsmodels say: python record.py > reference.json (numpy, scipy, statsmodels)."""

import json

import numpy as np
import scipy
import statsmodels
from scipy.stats import binom, bootstrap
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

PAIRS = [(0, 0), (1, 0), (0, 5), (3, 3), (4, 12), (20, 35), (120, 150), (0, 40)]


def mc(gained, lost):
    exact = mcnemar([[10, gained], [lost, 10]], exact=True).pvalue
    mid = exact - binom.pmf(min(gained, lost), gained + lost, 0.5)
    # With as many gained as lost, statsmodels' doubling exceeds 1 and is cut.
    if gained == lost:
        mid = 1.0
    return {"gained": gained, "lost": lost, "exact": float(exact), "midP": float(mid)}


rng = np.random.default_rng(5)
losses = np.exp(rng.normal(3, 1, 30))
words = rng.integers(5, 60, 30).astype(float)
worse = losses * np.exp(np.abs(rng.normal(0.02, 0.06, 30)))


def perplexity(nll, count, axis=-1):
    return np.exp(nll.sum(axis) / count.sum(axis) / 2)


def bca(data, statistic):
    result = bootstrap(data, statistic, paired=True, method="BCa", n_resamples=400_000, rng=1, batch=20_000)
    low, high = result.confidence_interval
    return {"low": float(low), "high": float(high)}


P_VALUES = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.02, 0.02, 0.02], [0.9, 0.001, 0.2, 0.04, 0.04]]

print(
    json.dumps(
        {
            "versions": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
            "mcnemar": [mc(*pair) for pair in PAIRS],
            "holm": [{"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()} for p in P_VALUES],
            "bca": {
                "losses": losses.tolist(),
                "worse": worse.tolist(),
                "words": words.tolist(),
                "perplexity": bca((losses, words), perplexity),
                "difference": bca(
                    (worse, losses, words), lambda a, b, w, axis=-1: perplexity(a, w, axis) - perplexity(b, w, axis)
                ),
                "ratio": bca(
                    (worse, losses, words), lambda a, b, w, axis=-1: perplexity(a, w, axis) / perplexity(b, w, axis)
                ),
            },
        },
        indent=1,
    )
)
