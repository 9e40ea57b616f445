"""Reference weights of scikit-learn's LogisticRegression; writes logistic-fixture.json beside this script."""

import json
import os

import numpy as np
from sklearn.linear_model import LogisticRegression

random = np.random.default_rng(5)
n, width = 60, 6
mixing = random.normal(size=(width, width))
embeddings = np.maximum(random.normal(size=(n, width)) @ mixing + 1, 0).astype(np.float32)
embeddings[:, 4] = 2.5  # a constant column
logit = embeddings @ random.normal(size=width) * 0.6
logit -= np.quantile(logit, 0.7)
labels = (random.random(n) < 1 / (1 + np.exp(-logit))).astype(int)

mean = embeddings.astype(float).mean(0)
deviation = embeddings.astype(float).std(0)
deviation[4] = 1
columns = (embeddings - mean) / deviation
cases = []
for l2, positive_weight in [(1e-3, 1.0), (0.05, 1.0), (0.01, 3.5), (1.0, 0.5)]:
    model = LogisticRegression(C=1 / (n * l2), class_weight={0: 1, 1: positive_weight}, solver="newton-cg", tol=1e-12, max_iter=10000)
    model.fit(columns, labels)
    weight = model.coef_[0] / deviation
    cases.append({
        "l2": l2,
        "positiveWeight": positive_weight,
        "weight": weight.tolist(),
        "bias": float(model.intercept_[0] - (weight * mean).sum()),
    })

fixture = {"width": width, "embeddings": embeddings.ravel().tolist(), "labels": labels.tolist(), "cases": cases}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "logistic-fixture.json")
with open(path, "w") as file:
    json.dump(fixture, file)
    file.write("\n")
